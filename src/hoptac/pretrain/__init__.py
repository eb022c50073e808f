"""Making an encoder in PhoBERT's format, or adapting one to further articles.

Word-segmented articles → vocabulary (``vocab.txt``, ``bpe.codes``) → an encoder whose layers come from a
source → blocks of subwords → masked language modelling → a folder that `hoptac.model.folder.load_encoder`
reads.
"""

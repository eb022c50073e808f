"""A fast tokenizer for PhoBERT: the ids of ``transformers.PhobertTokenizer``, with offsets and word ids.

The byte-pair model is that of `hoptac.text.bpe`; here it becomes a tokenizer of ``transformers``. The Rust
tokenizer alone (``backend_tokenizer``) shows ids that PhoBERT does not know, the aliases described there.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Encoding
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast

from hoptac.errors import ModelError
from hoptac.text.bpe import (
    CONTINUED,
    PhobertEncoding,
    build_model,
    check_added,
    read_merges,
    read_vocabulary,
    rust_tokenizer,
)


class PhobertTokenizerFast(PreTrainedTokenizerFast):  # type: ignore[misc]
    """PhoBERT's tokenizer on the Rust ``tokenizers`` library.

    Load it with ``PhobertTokenizerFast.from_pretrained("vinai/phobert-base")`` or from any folder that holds
    ``vocab.txt`` and ``bpe.codes``; a ``tokenizer.json`` beside them only tells which tokens were added. The
    input is one word-segmented line or a batch of them. Ids and tokens are those of
    ``transformers.PhobertTokenizer``; ``return_offsets_mapping`` gives the ``(start, end)`` of every subword
    in the string as given, ``(0, 0)`` for the special tokens put around it. A line break is a space like any
    other (``PhobertTokenizer`` glues it to the word before it).

    Raises ``hoptac.errors.ModelError`` when the two files are missing or are not a PhoBERT vocabulary.
    """

    vocab_files_names = {"vocab_file": "vocab.txt", "merges_file": "bpe.codes"}  # noqa: RUF012

    def __init__(
        self,
        vocab_file: str | None = None,
        merges_file: str | None = None,
        bos_token: str | AddedToken = "<s>",
        eos_token: str | AddedToken = "</s>",
        sep_token: str | AddedToken = "</s>",
        cls_token: str | AddedToken = "<s>",
        unk_token: str | AddedToken = "<unk>",
        pad_token: str | AddedToken = "<pad>",
        mask_token: str | AddedToken = "<mask>",
        **kwargs: Any,
    ) -> None:
        kwargs.pop("backend", None)  # a folder saved by PhobertTokenizer names its own
        source = kwargs.get("name_or_path") or "the tokenizer's folder"
        for name, path in (("vocab.txt", vocab_file), ("bpe.codes", merges_file)):
            if path is None or not Path(path).is_file():
                raise ModelError(
                    f"{source}: no {name} there; PhoBERT's tokenizer needs vocab.txt and bpe.codes"
                )
        assert vocab_file is not None and merges_file is not None
        self.vocab_file, self.merges_file = str(vocab_file), str(merges_file)

        ids = read_vocabulary(
            vocab_file, [str(token) for token in (bos_token, pad_token, eos_token, unk_token)]
        )
        self._file_size = len(ids)
        added = {int(index): token for index, token in kwargs.get("added_tokens_decoder", {}).items()}
        whole = [str(token) for token in (bos_token, pad_token, eos_token, unk_token, sep_token, cls_token)]
        whole += [str(token) for _, token in sorted(added.items())]
        whole.append(str(mask_token))
        model, self._table = build_model(ids, read_merges(merges_file), whole, str(unk_token))
        check_added({index: str(token) for index, token in added.items()}, self._table, source)
        self._tokenizer = rust_tokenizer(model)
        super().__init__(
            bos_token=bos_token,
            eos_token=eos_token,
            sep_token=sep_token,
            cls_token=cls_token,
            unk_token=unk_token,
            pad_token=pad_token,
            mask_token=mask_token,
            **kwargs,
        )
        self.update_post_processor()

    @classmethod
    def convert_to_native_format(cls, **kwargs: Any) -> dict[str, Any]:
        """The arguments of ``__init__``: the vocabulary is always read from PhoBERT's own two files."""
        return {
            key: value for key, value in kwargs.items() if key not in ("tokenizer_file", "trust_remote_code")
        }

    def update_post_processor(self) -> None:
        """Lay out a line as ``<s> A </s>`` and a pair as ``<s> A </s></s> B </s>``, all of token type 0."""
        cls, sep = str(self.cls_token), str(self.sep_token)
        self._tokenizer.post_processor = TemplateProcessing(
            single=[f"{cls}:0", "$A:0", f"{sep}:0"],
            pair=[f"{cls}:0", "$A:0", f"{sep}:0", f"{sep}:0", "$B:0", f"{sep}:0"],
            special_tokens=[(token, self._table.ids[token]) for token in {cls, sep}],
        )

    @property
    def vocab_size(self) -> int:
        """Number of ids that ``vocab.txt`` gives, the four special tokens in front of it included."""
        return self._file_size

    def __len__(self) -> int:
        """Number of all ids, added tokens included: what an embedding matrix needs."""
        return len(self._table.tokens)

    def get_vocab(self) -> dict[str, int]:
        """Token to id in PhoBERT's notation (``@@`` on a subword that does not end its word)."""
        return dict(self._table.ids)

    def convert_ids_to_tokens(
        self, ids: int | Iterable[int], skip_special_tokens: bool = False
    ) -> str | list[str]:
        """The token of an id, or the tokens of several; ``<unk>`` for an id that is not in the vocabulary."""
        if isinstance(ids, int):
            return self._convert_id_to_token(ids)
        skipped = set(self.all_special_ids) if skip_special_tokens else set()
        return [self._convert_id_to_token(int(index)) for index in ids if int(index) not in skipped]

    def _convert_id_to_token(self, index: int) -> str:
        tokens = self._table.tokens
        return tokens[index] if 0 <= index < len(tokens) else str(self.unk_token)

    def _convert_token_to_id_with_added_voc(self, token: str) -> int:
        return self._table.ids.get(token, self._table.unknown)

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        """The word-segmented line that the tokens spell: words whole again and parted by spaces."""
        return " ".join(tokens).replace(f"{CONTINUED} ", "").strip()

    def _decode(
        self,
        token_ids: int | list[int],
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool | None = None,
        **kwargs: Any,
    ) -> str:
        ids = [token_ids] if isinstance(token_ids, int) else token_ids
        tokens = self.convert_ids_to_tokens(ids, skip_special_tokens=skip_special_tokens)
        text = self.convert_tokens_to_string(list(tokens))
        clean = clean_up_tokenization_spaces
        if clean is None:
            clean = self.clean_up_tokenization_spaces
        return self.clean_up_tokenization(text) if clean else text

    def encode_line(self, line: str) -> PhobertEncoding:
        """One word-segmented line, however long: ids, tokens, offsets and word ids without special tokens."""
        encoding: PhobertEncoding = self(line, add_special_tokens=False, verbose=False)[0]
        return encoding

    def _convert_encoding(
        self, encoding: Encoding, *args: Any, **kwargs: Any
    ) -> tuple[dict[str, Any], list[PhobertEncoding]]:
        result: tuple[dict[str, Any], list[PhobertEncoding]] = super()._convert_encoding(
            PhobertEncoding(encoding, self._table), *args, **kwargs
        )
        return result

    def _add_tokens(self, new_tokens: list[str | AddedToken], special_tokens: bool = False) -> int:
        before = len(self)
        known = set(self.added_tokens_encoder) | self._table.whole
        fresh = [str(token) for token in new_tokens if str(token) and str(token) not in known]
        if fresh:
            merges = [tuple(pair) for pair in json.loads(self._tokenizer.to_str())["model"]["merges"]]
            whole = [*self._table.whole, *fresh]
            self._tokenizer.model, self._table = build_model(
                self._table.ids, merges, whole, str(self.unk_token)
            )
        add = self._tokenizer.add_special_tokens if special_tokens else self._tokenizer.add_tokens
        add(new_tokens)
        return len(self) - before

    def _save_pretrained(
        self,
        save_directory: str,
        file_names: tuple[str, ...],
        legacy_format: bool | None = None,
        filename_prefix: str | None = None,
    ) -> tuple[str, ...]:
        saved = super()._save_pretrained(save_directory, file_names, legacy_format, filename_prefix)
        return (*saved, *self.save_vocabulary(save_directory, filename_prefix))

    def save_vocabulary(self, save_directory: str, filename_prefix: str | None = None) -> tuple[str, ...]:
        """Copy ``vocab.txt`` and ``bpe.codes`` into the folder and return the paths of the copies.

        Raises ``ModelError`` when a file that the tokenizer was read from is gone.
        """
        copies = []
        for key, source in (("vocab_file", self.vocab_file), ("merges_file", self.merges_file)):
            prefix = f"{filename_prefix}-" if filename_prefix else ""
            copy = Path(save_directory) / f"{prefix}{self.vocab_files_names[key]}"
            if not Path(source).is_file():
                raise ModelError(
                    f"{source}: gone since the tokenizer was loaded; load it from a folder that has it"
                )
            if copy.resolve() != Path(source).resolve():
                beside = copy.with_name(copy.name + ".part")
                shutil.copyfile(source, beside)
                beside.replace(copy)
            copies.append(str(copy))
        return tuple(copies)

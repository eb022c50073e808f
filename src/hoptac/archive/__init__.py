"""Archives: millions of articles through the tagger in flat memory, in order, on several processes.

source → chunks of records → workers → a log of finished chunks → the output file, whole at the end.
"""

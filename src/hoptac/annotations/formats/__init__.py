"""The files of annotation tools as articles and back: one module a format, chosen by ``catalogue``.

A reader gives whole articles, a renderer the files to write with their bytes; what the format or our articles
cannot hold goes into :class:`hoptac.annotations.formats.losses.Losses`, so that it can be said.
"""

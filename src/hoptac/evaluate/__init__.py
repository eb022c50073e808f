"""Scores of predictions against gold articles: spans, tags, areas, intervals, calibration and error reports.

Everything here takes plain data (:class:`hoptac.article.Article` and
:class:`hoptac.evaluate.prediction.Prediction`), so that any system can be scored.
"""

"""A corpus held against itself: marks that other articles, or models that have not seen them, speak against.

`inconsistent` needs no model; `folds` and `scores` give what `by_model` reads; `page` is for walking through
the cases, `apply` puts what was accepted into the annotation files.
"""

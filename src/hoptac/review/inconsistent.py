"""What a corpus says against itself, without a model; see the modules of each kind of case."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from hoptac.article import Article
from hoptac.review.case import LAYERS, Case
from hoptac.review.cue_cases import cue_cases
from hoptac.review.edge_cases import edge_cases
from hoptac.review.lines import read_lines
from hoptac.review.surface_cases import surface_cases
from hoptac.review.twin_cases import twin_cases


def inconsistencies(articles: Iterable[Article]) -> list[Case]:
    """Cases in no order; of one place there may be several (`hoptac.review.case.merged`).

    Time grows with the length of the corpus: words are looked up, articles never compared with each other.
    """
    lines = [line for article in articles for line in read_lines(article)]
    by_layer = (kind(lines, layer) for kind in (surface_cases, edge_cases, twin_cases) for layer in LAYERS)
    return [*chain.from_iterable(by_layer), *cue_cases(lines)]

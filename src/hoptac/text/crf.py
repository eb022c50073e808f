"""underthesea's word segmentation CRF, scored from its weights.

A linear-chain CRF over tokens with the labels ``B-W`` (begins a word) and ``I-W`` (goes on), in CRFsuite's
model format (Okazaki, 2007, "CRFsuite"). Its features look at windows of one, two and three tokens, and most
longer windows have no weight of their own: looking up what a window has is many times faster than writing out
all 43 features of every token, with the same labels.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise, product
from pathlib import Path

import numpy as np

from hoptac.errors import ModelError

_LABELS = ["B-W", "I-W"]
_HEADER = struct.Struct("<4sI4sIIIIIIIII")
_FEATURE = np.dtype([("kind", "<u4"), ("source", "<u4"), ("label", "<u4"), ("weight", "<f8")])
_STRINGS = struct.Struct("<4sIIIII")
_REMEMBERED = 1 << 16  # tokens, before all are forgotten

# Offsets of the model's windows from the token that is labelled, by length.
_WINDOWS = (
    ("-2", "-1", "0", "1", "2"),
    ("-2,-1", "-1,0", "0,1", "1,2"),
    ("-2,0", "-1,1", "0,2"),  # named by their first and last token, made of all three
)
Row = tuple[float, ...]  # a weight for each place in a window
_Token = tuple[Row, str, bool]  # weights, in lower case, begins with a capital
_KINDS = ("", ".lower", ".isdigit", ".istitle", ".is_in_dict")  # what a feature tells of its window


class WordCrf:
    """Tells for each token whether it goes on the word before it.

    ``words`` are the dictionary's words in lower case. Raises ``ModelError`` when ``path`` is not a CRFsuite
    model with the two labels.
    """

    def __init__(self, path: Path, words: Collection[str]) -> None:
        self._weights, self._steps = _read_model(path)
        self._ones, self._twos, self._threes = (_Windows(names, self._weights, words) for names in _WINDOWS)
        self._known: dict[str, _Token] = {}
        self._edges: dict[tuple[int, int], float] = {}

    def continues(self, tokens: Sequence[str]) -> list[bool]:
        """For each token, whether it belongs to the word of the token before it."""
        return self._best_path(self._scores(tokens)) if tokens else []

    def _scores(self, tokens: Sequence[str]) -> list[float]:
        """For each token, the weight of B-W over I-W."""
        size = len(tokens)
        known = self._known
        seen = [known.get(token) or self._remember(token) for token in tokens]
        ones = [token[0] for token in seen]
        twos = [
            self._twos.weights(f"{a} {b}", f"{a_lower} {b_lower}", a_title and b_title)
            for (a, (_, a_lower, a_title)), (b, (_, b_lower, b_title)) in pairwise(
                zip(tokens, seen, strict=True)
            )
        ]
        threes = [
            self._threes.weights(
                f"{a} {b} {c}",
                f"{seen[i][1]} {seen[i + 1][1]} {seen[i + 2][1]}",
                seen[i][2] and seen[i + 1][2] and seen[i + 2][2],
            )
            for i, (a, b, c) in enumerate(zip(tokens, tokens[1:], tokens[2:], strict=False))
        ]
        scores = [
            a[0] + b[1] + c[2] + d[3] + e[4] + f[0] + g[1] + h[2] + i[3] + j[0] + k[1] + m[2]
            for a, b, c, d, e, f, g, h, i, j, k, m in zip(
                *self._ones.shifted(ones),
                *self._twos.shifted(twos),
                *self._threes.shifted(threes),
                strict=False,
            )
        ]
        for i in {0, 1, size - 2, size - 1}:
            if 0 <= i < size:
                scores[i] += self._edge(min(i, 2), min(size - 1 - i, 2))
        return scores

    def _remember(self, token: str) -> _Token:
        lower = token.lower()
        title = all(part[0] == part[0].upper() for part in token.split(" "))
        digits = token.isascii() and token.isdigit()
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[token] = found = (self._ones.weights(token, lower, title, digits), lower, title)
        return found

    def _edge(self, before: int, after: int) -> float:
        """The weight of the windows that reach over the sentence's edge, with so many tokens on each side."""
        if (before, after) not in self._edges:
            total = 0.0
            for template, weights in self._weights.items():
                offsets = [int(offset) for offset in template[2 : template.index("]")].split(",")]
                if -offsets[0] > before:
                    total += weights.get("BOS", 0.0)
                elif offsets[-1] > after:
                    total += weights.get("EOS", 0.0)
            self._edges[before, after] = total
        return self._edges[before, after]

    def _best_path(self, scores: list[float]) -> list[bool]:
        """Viterbi over two labels: only the difference of their scores is carried along."""
        (begin_begin, begin_go), (go_begin, go_go) = self._steps
        back: list[tuple[bool, bool]] = []  # was the best token before a B-W and an I-W an I-W
        lead = scores[0]  # of B-W over I-W, best paths up to here
        for score in scores[1:]:
            to_begin, to_go = lead + begin_begin, lead + begin_go
            from_begin, from_go = go_begin > to_begin, go_go > to_go
            back.append((from_begin, from_go))
            lead = score + (go_begin if from_begin else to_begin) - (go_go if from_go else to_go)
        goes = lead < 0
        path = [goes]
        for from_begin, from_go in reversed(back):
            goes = from_go if goes else from_begin
            path.append(goes)
        return path[::-1]


class _Windows:
    """The weights of the windows of one length."""

    def __init__(
        self, names: Sequence[str], weights: Mapping[str, Mapping[str, float]], words: Collection[str]
    ) -> None:
        self._names, self._words = names, words
        surface, lower, digit, title, known = (self._table(kind, weights) for kind in _KINDS)
        self._surface, self._lower, self._nothing = surface, lower, (0.0,) * len(names)
        self._rest = {
            (is_title, is_known, is_digit): [
                table.get(str(value), self._nothing)
                for table, value in ((digit, is_digit), (title, is_title), (known, is_known))
            ]
            for is_title, is_known, is_digit in product((False, True), repeat=3)
        }
        # most windows have no weight of their own, but for what they look like
        self._common = {
            which: _sum(self._nothing, self._nothing, *rest) for which, rest in self._rest.items()
        }

    def _table(self, kind: str, weights: Mapping[str, Mapping[str, float]]) -> dict[str, tuple[float, ...]]:
        """The weights of each value of a kind of feature."""
        places = [weights.get(f"T[{name}]{kind}", {}) for name in self._names]
        values = {value for place in places for value in place}
        return {value: tuple(place.get(value, 0.0) for place in places) for value in values}

    def weights(self, window: str, lower: str, title: bool, digits: bool = False) -> Row:
        """A window's weight for each token it is seen from, the rightmost first."""
        which = title, lower in self._words, digits
        own, own_lower = self._surface.get(window), self._lower.get(lower)
        if own is None and own_lower is None:
            return self._common[which]
        return _sum(own or self._nothing, own_lower or self._nothing, *self._rest[which])

    def shifted(self, rows: list[Row]) -> list[list[Row]]:
        """For each place, the rows of the windows that the first token sees there, the second, and so on."""
        padded = [self._nothing, self._nothing, *rows, self._nothing, self._nothing]
        return [padded[place:] for place in range(len(self._names))]


def _sum(a: Row, b: Row, c: Row, d: Row, e: Row) -> Row:
    return tuple(a + b + c + d + e for a, b, c, d, e in zip(a, b, c, d, e, strict=True))


def _read_model(path: Path) -> tuple[defaultdict[str, dict[str, float]], list[list[float]]]:
    """Weights of B-W over I-W by template and value, and the weights of label after label."""
    data = path.read_bytes()
    try:
        header = _HEADER.unpack_from(data)
        features_at, labels_at, attributes_at = header[7:10]
        labels, attributes = _strings(data, labels_at), _strings(data, attributes_at)
        count = struct.unpack_from("<4sII", data, features_at)[2]
        features = np.frombuffer(data, _FEATURE, count, features_at + 12)
        if header[0] != b"lCRF" or labels != _LABELS:
            raise ValueError(f"labels {labels}")
    except (struct.error, ValueError) as error:
        raise ModelError(
            f"{path} is not a CRFsuite model with the labels {' and '.join(_LABELS)} ({error}):"
            " reinstall underthesea."
        ) from error
    signed = np.where(features["label"] == 0, features["weight"], -features["weight"])
    weights: defaultdict[str, dict[str, float]] = defaultdict(dict)
    steps = [[0.0, 0.0], [0.0, 0.0]]
    for kind, source, label, weight, lead in zip(
        *(features[name].tolist() for name in _FEATURE.names or ()), signed.tolist(), strict=True
    ):
        if kind:
            steps[source][label] = weight
        else:
            template, _, value = attributes[source].partition("=")
            weights[template][value] = weights[template].get(value, 0.0) + lead
    return weights, steps


def _strings(data: bytes, at: int) -> list[str]:
    """The strings of a constant quark database, by id."""
    *_, count, table = _STRINGS.unpack_from(data, at)
    strings = []
    for offset in np.frombuffer(data, "<u4", count, at + table).tolist():
        size = struct.unpack_from("<I", data, at + offset + 4)[0]
        start = at + offset + 8
        strings.append(data[start : start + size - 1].decode("utf-8"))  # without its final NUL
    return strings

"""underthesea's word segmentation CRF, scored from its weights.

A linear-chain CRF over tokens with the labels ``B-W`` (begins a word) and ``I-W`` (goes on), in CRFsuite's
model format (Okazaki, 2007, "CRFsuite"). Its features look at windows of one, two and three tokens, so that
the weights of each window are added up once and remembered: several times faster than writing out all 43
features of every token, with the same labels.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from hoptac.errors import ModelError

_LABELS = ["B-W", "I-W"]
_HEADER = struct.Struct("<4sI4sIIIIIIIII")
_FEATURE = np.dtype([("kind", "<u4"), ("source", "<u4"), ("label", "<u4"), ("weight", "<f8")])
_STRINGS = struct.Struct("<4sIIIII")
_REMEMBERED = 1 << 16  # windows of each length, before all are forgotten

# Offsets of the model's windows from the token that is labelled, by length.
_WINDOWS = (
    ("-2", "-1", "0", "1", "2"),
    ("-2,-1", "-1,0", "0,1", "1,2"),
    ("-2,0", "-1,1", "0,2"),  # named by their first and last token, made of all three
)
_KINDS = ("", ".lower", ".isdigit", ".istitle", ".is_in_dict")  # what a feature tells of its window


class WordCrf:
    """Tells for each token whether it goes on the word before it.

    ``words`` are the dictionary's words in lower case. Raises ``ModelError`` when ``path`` is not a CRFsuite
    model with the two labels.
    """

    def __init__(self, path: Path, words: Collection[str]) -> None:
        self._words = words
        self._weights, self._steps = _read_model(path)
        self._templates = [
            [
                (place, kind, self._weights[template])
                for place, name in enumerate(names)
                for kind in _KINDS
                if (template := f"T[{name}]{kind}") in self._weights
            ]
            for names in _WINDOWS
        ]
        self._known: tuple[dict[str, tuple[float, ...]], ...] = ({}, {}, {})
        self._edges: dict[tuple[int, int], float] = {}

    def continues(self, tokens: Sequence[str]) -> list[bool]:
        """For each token, whether it belongs to the word of the token before it."""
        size = len(tokens)
        scores = [0.0] * size  # of B-W over I-W
        for length, known in enumerate(self._known):
            last = size - length
            for i in range(last):
                window = tokens[i] if length == 0 else " ".join(tokens[i : i + length + 1])
                weights = known.get(window)
                if weights is None:
                    weights = self._remember(window, length)
                at = i + 2
                for weight in weights:
                    if 0 <= at < size:
                        scores[at] += weight
                    at -= 1
        for i in {0, 1, size - 2, size - 1}:
            if 0 <= i < size:
                scores[i] += self._edge(min(i, 2), min(size - 1 - i, 2))
        return self._best_path(scores)

    def _remember(self, window: str, length: int) -> tuple[float, ...]:
        """The window's weight for the tokens it is seen from, the rightmost first."""
        known = self._known[length]
        if len(known) >= _REMEMBERED:
            known.clear()
        lower = window.lower()
        values = {
            "": window,
            ".lower": lower,
            ".isdigit": str(window.isascii() and window.isdigit()),
            ".istitle": str(all(token[0] == token[0].upper() for token in window.split(" "))),
            ".is_in_dict": str(lower in self._words),
        }
        totals = [0.0] * len(_WINDOWS[length])
        for place, kind, weights in self._templates[length]:
            totals[place] += weights.get(values[kind], 0.0)
        known[window] = found = tuple(totals)
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
        lead = 0.0  # of B-W over I-W, best paths up to here
        for i, score in enumerate(scores):
            if i == 0:
                lead = score
                continue
            to_begin = lead + begin_begin, go_begin
            to_go = lead + begin_go, go_go
            back.append((to_begin[1] > to_begin[0], to_go[1] > to_go[0]))
            lead = score + max(to_begin) - max(to_go)
        path = [lead < 0]
        for from_begin, from_go in reversed(back):
            path.append(from_go if path[-1] else from_begin)
        return path[::-1]


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

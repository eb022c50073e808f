"""``load`` a model once, ``predict`` as often as needed."""

from __future__ import annotations

import re
import threading
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, overload

from hoptac.article import Span
from hoptac.errors import InputError, ModelError
from hoptac.evaluate.prediction import Prediction
from hoptac.result import AreaResult, DroppedLine, EntityMention, EvidenceSpan, Result
from hoptac.schema import load_schema
from hoptac.stages import overlapped
from hoptac.text.page import Page, read_page

if TYPE_CHECKING:
    from hoptac.engine import Floats
    from hoptac.reader import Prepared, Reader, Reading

Texts = list[str] | tuple[str, ...]

# letters that Vietnamese has and the other languages of the Latin script, all but a few, have not
_VIETNAMESE = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
_LETTERS = 40  # from so many letters on, Vietnamese text is sure to hold one of these


class Tagger:
    """A loaded model; safe to use from several threads at once."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._lock = threading.Lock()

    @property
    def engine(self) -> str:
        """Library, device, number format and, on a CPU, its instruction set, in one line."""
        return self.reader.engine.describe()

    @overload
    def predict(
        self, text: str, *, keep_furniture: bool = False, batch_size: int | None = None
    ) -> Result: ...

    @overload
    def predict(
        self, text: Texts, *, keep_furniture: bool = False, batch_size: int | None = None
    ) -> list[Result]: ...

    def predict(
        self, text: str | Texts, *, keep_furniture: bool = False, batch_size: int | None = None
    ) -> Result | list[Result]:
        """Read one text, or a list of texts together, which is faster.

        A text is plain (an article, or a scraped page) or HTML; the offsets of the result count characters
        of ``result.text``: the text as given, or what was extracted from the HTML. With ``keep_furniture``
        menus, share buttons and titles of other articles are read as well. ``batch_size`` counts windows of
        the encoder.

        Raises `InputError` for an empty text and for HTML without an article, with its place in a list.
        """
        if isinstance(text, str):
            alone = [self._prepare(text, keep_furniture, "")]
            return self._results(alone, self._logits(alone, batch_size))[0]
        step = self.reader.engine.texts_at_once
        # the engine computes without holding up Python: meanwhile other texts are segmented and decoded
        outcomes = overlapped(
            range(0, len(text), step),
            lambda begin: self._prepared(text[begin : begin + step], keep_furniture, begin),
            lambda texts: (texts, self._logits(texts, batch_size)),
        )
        return [result for texts, logits in outcomes for result in self._results(texts, logits)]

    def _prepared(
        self, texts: Sequence[str], keep_furniture: bool, begin: int
    ) -> list[tuple[Page, Prepared]]:
        """Texts of a list, the first of which is its ``begin``-th."""
        return [
            self._prepare(text, keep_furniture, f"text {begin + index} of the list: ")
            for index, text in enumerate(texts)
        ]

    def _logits(
        self, texts: Sequence[tuple[Page, Prepared]], batch_size: int | None
    ) -> list[tuple[Floats, Floats]]:
        with self._lock:  # the engine already uses every core
            return self.reader.logits([prepared for _, prepared in texts], batch_size)

    def _results(
        self, texts: Sequence[tuple[Page, Prepared]], logits: Sequence[tuple[Floats, Floats]]
    ) -> list[Result]:
        readings = self.reader.decode([prepared for _, prepared in texts], logits)
        return [self._result(page, reading) for (page, _), reading in zip(texts, readings, strict=True)]

    def _prepare(self, text: str, keep_furniture: bool, where: str) -> tuple[Page, Prepared]:
        if not isinstance(text, str):
            raise InputError(
                f"{where}a text must be a str, not {type(text).__name__}; decode bytes as UTF-8 first."
            )
        if not text.strip():
            raise InputError(f"{where}the text is empty.")
        try:
            page = read_page(text, keep_furniture=keep_furniture)
        except InputError as error:
            raise InputError(f"{where}{error}") from error
        return page, self.reader.prepare(page.text, page.kept)

    def _result(self, page: Page, reading: Reading) -> Result:
        prediction = self.reader.predict("", reading)
        return Result(
            text=page.text,
            entities=tuple(
                EntityMention(e.start, e.end, e.label, page.text[e.start : e.end], round(e.score, 4))
                for e in prediction.entities
            ),
            areas=_areas(page.text, prediction, reading),
            kept=page.kept,
            dropped=tuple(DroppedLine(line.start, line.end, line.reason or "") for line in page.dropped),
            warnings=tuple(_warnings(page)),
        )


def _areas(text: str, prediction: Prediction, reading: Reading) -> tuple[AreaResult, ...]:
    """The areas from the surest on; names come from the schema, others' areas have their label for a name."""
    names = {area.label: (area.name_vi, area.name_en) for area in load_schema().areas}
    starts = [span.start for span in reading.tokens.sentence_spans]
    results = []
    for label in sorted(prediction.areas, key=lambda area: -prediction.area_scores[area]):
        evidence = []
        for mark in prediction.evidence:
            if mark.area == label:
                sentence = reading.tokens.sentence_spans[bisect_right(starts, mark.start) - 1]
                evidence.append(
                    EvidenceSpan(
                        mark.start,
                        mark.end,
                        text[mark.start : mark.end],
                        round(mark.score, 4),
                        Span(sentence.start, max(sentence.end, mark.end)),
                    )
                )
        name_vi, name_en = names.get(label, (label, label))
        score = round(prediction.area_scores[label], 4)
        results.append(AreaResult(label, name_vi, name_en, score, tuple(evidence)))
    return tuple(results)


def _warnings(page: Page) -> list[str]:
    kept = unicodedata.normalize("NFC", "\n".join(page.text[span.start : span.end] for span in page.kept))
    if _VIETNAMESE.search(kept):
        return []
    letters = sum(char.isalpha() for char in kept)
    if not letters:
        return ["The text holds no letters."]
    if letters >= _LETTERS:
        return ["The text does not look Vietnamese; the model reads Vietnamese only."]
    return []


def load(
    model: str | Path | None = None,
    *,
    device: str | None = None,
    engine: str = "auto",
    precision: str = "auto",
) -> Tagger:
    """Load a model folder or hub id; without one, the model shipped with the package.

    ``engine`` is ``openvino`` (CPUs), ``torch`` or ``auto``: PyTorch on a GPU, OpenVINO elsewhere where it is
    installed. ``precision`` is ``fp32``, ``bf16``, ``int8`` (OpenVINO) or ``auto``: what a short test on this
    machine found fastest. ``device`` is PyTorch's name for it (by default a GPU where there is one).

    Raises `ModelError` when the model cannot be loaded, `ConfigError` for settings that do not go together.
    """
    from hoptac.engine.opened import open_model
    from hoptac.model.folder import SHIPPED
    from hoptac.reader import Reader

    if model is None and not SHIPPED.is_dir():
        raise ModelError(
            f"This installation ships no model ({SHIPPED} is absent); name a model folder or hub id."
        )
    opened = open_model(SHIPPED if model is None else model, device, engine, precision)
    return Tagger(Reader(opened.settings, opened.encoder, opened.engine, opened.transitions))


@cache
def _shipped() -> Tagger:
    return load()


@overload
def predict(text: str, *, keep_furniture: bool = False) -> Result: ...


@overload
def predict(text: Texts, *, keep_furniture: bool = False) -> list[Result]: ...


def predict(text: str | Texts, *, keep_furniture: bool = False) -> Result | list[Result]:
    """Read one text or a list of texts with the shipped model, loaded once; see `Tagger.predict`."""
    return _shipped().predict(text, keep_furniture=keep_furniture)

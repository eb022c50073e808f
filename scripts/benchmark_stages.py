"""Where hoptac's time goes: each stage over the same texts, on what the stage before it made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from benchmark_machine import Clock
from numpy.typing import NDArray

from hoptac.engine import Engine, Floats
from hoptac.text.normalize import normalize
from hoptac.text.page import read_page
from hoptac.text.sentences import sentence_spans
from hoptac.text.windows import pack

if TYPE_CHECKING:
    from hoptac.reader import Prepared
    from hoptac.tagger import Tagger

Windows = Sequence[NDArray[np.int32]]
T = TypeVar("T")

TEXT_STAGES = ("page filter", "normalization", "sentences", "segmentation", "tokenization", "offsets")
STAGES = (*TEXT_STAGES, "windows", "encoder", "decoding", "areas", "result")


class Replay:
    """An engine that gives back what another one computed of the same windows: all the rest can be timed."""

    def __init__(self, windows: Windows, outputs: Sequence[tuple[Floats, Floats]]) -> None:
        self.texts_at_once = len(windows)  # nothing to overlap with
        self.known = {ids.tobytes(): output for ids, output in zip(windows, outputs, strict=True)}

    def describe(self) -> str:
        return "replay"

    def run(self, windows: Windows, batch_size: int | None = None) -> list[tuple[Floats, Floats]]:
        return [self.known[ids.tobytes()] for ids in windows]


def prepared_texts(tagger: Tagger, texts: Sequence[str]) -> list[Prepared]:
    """Tokens and windows of ``texts``, page filter and all."""
    return [tagger.reader.prepare(text, read_page(text).kept) for text in texts]


def windows_of(prepared: Sequence[Prepared]) -> list[NDArray[np.int32]]:
    """Subword ids of all windows."""
    return [item.tokens.ids[w.start : w.end] for item in prepared for w in item.windows]


def stage_seconds(tagger: Tagger, texts: Sequence[str], clock: Clock) -> dict[str, float]:
    """Seconds that each of `STAGES` takes for all ``texts``, one stage after the other."""
    from hoptac.reader import Prepared, Reader
    from hoptac.tagger import Tagger

    reader = tagger.reader
    encoder, settings = reader.encoder, reader.settings
    seconds: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], T]) -> T:
        start = clock()
        result = work()
        seconds[stage] = clock() - start
        return result

    pages = timed("page filter", lambda: [read_page(text) for text in texts])
    parts = [page.text[span.start : span.end] for page in pages for span in page.kept]
    clean = timed("normalization", lambda: [normalize(part).text for part in parts])
    spans = timed("sentences", lambda: [sentence_spans(part) for part in clean])
    words = timed(
        "segmentation",
        lambda: [
            [(start + a, start + b) for start, end in found for a, b in encoder.segmenter(part[start:end])]
            for part, found in zip(clean, spans, strict=True)
        ],
    )
    lines = [
        " ".join("_".join(part[a:b].split()) for a, b in found)
        for part, found in zip(clean, words, strict=True)
    ]
    timed("tokenization", lambda: [encoder.tokenizer.encode_line(line) for line in lines])
    tokens = timed("whole", lambda: [encoder(page.text, page.kept) for page in pages])
    before = sum(seconds[stage] for stage in ("normalization", "sentences", "segmentation", "tokenization"))
    seconds["offsets"] = max(0.0, seconds.pop("whole") - before)
    limit = settings.window_tokens
    overlap = min(settings.window_overlap, limit // 4)
    packed = timed("windows", lambda: [tuple(pack(item, limit, overlap)) for item in tokens])
    prepared = [Prepared(item, windows) for item, windows in zip(tokens, packed, strict=True)]
    windows = windows_of(prepared)
    outputs = timed("encoder", lambda: reader.engine.run(windows))
    replay: Engine = Replay(windows, outputs)
    silent = Reader(settings, encoder, replay, reader.transitions)
    readings = timed("decoding", lambda: silent.read(prepared))
    timed("areas", lambda: [silent.predict("", reading) for reading in readings])
    timed("all but the encoder", lambda: Tagger(silent).predict(list(texts)))
    spent = sum(seconds[stage] for stage in STAGES if stage in seconds and stage != "encoder")
    seconds["result"] = max(0.0, seconds.pop("all but the encoder") - spent)
    return {stage: seconds[stage] for stage in STAGES}


def window_flops(settings: Any, tokens: int) -> float:
    """Floating-point operations of one window of ``tokens`` (special tokens counted) in matrix products."""
    encoder = settings.encoder
    width, inner = encoder.hidden_size, encoder.intermediate_size
    layer = 2 * tokens * (4 * width * width + 2 * width * inner) + 4 * tokens * tokens * width
    heads = 2 * tokens * width * (1 + 2 * len(settings.entity_labels) + 1 + len(settings.area_labels))
    return float(encoder.num_hidden_layers * layer + heads)


def padded_lengths(engine: Any, windows: Windows) -> list[int]:
    """Lengths, special tokens counted, that the windows have in the engine's batches."""
    model = getattr(engine, "model", None)
    if model is None:
        return [len(window) + 2 for window in windows]  # an engine without batches
    shapes: list[tuple[int, int]] = []
    hook = model.register_forward_pre_hook(lambda module, given: shapes.append(tuple(given[0].shape)))
    try:
        engine.run(windows)
    finally:
        hook.remove()
    return [length for count, length in shapes for _ in range(count)]

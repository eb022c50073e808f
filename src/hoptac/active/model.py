"""The model that marks pages and goes on learning: it must know the labels that articles are marked with."""

from __future__ import annotations

from pathlib import Path

from hoptac.errors import ModelError
from hoptac.reader import Reader
from hoptac.schema import load_schema
from hoptac.tagger import load


def load_reader(model: str | Path | None = None) -> Reader:
    """The reader of a model, as `hoptac.tagger.load` loads it.

    Raises `ModelError` where that does, and for a model with other labels than the schema.
    """
    reader = load(model).reader
    schema, settings = load_schema(), reader.settings
    labels = (tuple(settings.entity_labels), tuple(settings.area_labels))
    if labels != (schema.entity_labels, schema.area_labels):
        known = ", ".join((*settings.entity_labels, *settings.area_labels))
        raise ModelError(
            f"{model or 'The shipped model'} marks other labels ({known}) than articles are annotated with."
        )
    return reader

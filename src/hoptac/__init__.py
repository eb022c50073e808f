"""hoptac: people, ranks, organizations, dates, documents and cooperation areas in Vietnamese defence news.

>>> from hoptac import predict
>>> result = predict("Chiều 24/10, Đại tướng Trần Gia Bảo tiếp đoàn Bộ Quốc phòng Lào.")
>>> [(entity.label, entity.text) for entity in result.entities]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from hoptac.article import AreaEvidence, Article, Entity, Span
    from hoptac.errors import AnnotationError, ConfigError, HoptacError, InputError, ModelError
    from hoptac.result import AreaResult, DroppedLine, EntityMention, EvidenceSpan, Result
    from hoptac.schema import load_schema
    from hoptac.tagger import Tagger, load, predict
    from hoptac.text.tokenizer import PhobertTokenizerFast

_HOME = {
    "hoptac.article": ("AreaEvidence", "Article", "Entity", "Span"),
    "hoptac.errors": ("AnnotationError", "ConfigError", "HoptacError", "InputError", "ModelError"),
    "hoptac.result": ("AreaResult", "DroppedLine", "EntityMention", "EvidenceSpan", "Result"),
    "hoptac.schema": ("load_schema",),
    "hoptac.tagger": ("Tagger", "load", "predict"),
    "hoptac.text.tokenizer": ("PhobertTokenizerFast",),
}
_MODULES = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "AnnotationError",
    "AreaEvidence",
    "AreaResult",
    "Article",
    "ConfigError",
    "DroppedLine",
    "Entity",
    "EntityMention",
    "EvidenceSpan",
    "HoptacError",
    "InputError",
    "ModelError",
    "PhobertTokenizerFast",
    "Result",
    "Span",
    "Tagger",
    "load",
    "load_schema",
    "predict",
]


def __getattr__(name: str) -> Any:
    # importing on first use keeps `import hoptac` free of torch and transformers
    if name not in _MODULES:
        raise AttributeError(f"module 'hoptac' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)

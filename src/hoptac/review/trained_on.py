"""Which articles of a corpus a model has learned from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hoptac.annotations.corpus import read_splits
from hoptac.errors import AnnotationError

RECORD = "training.json"  # beside the model's folder, where `hoptac train` leaves it


def trained_on(model: str, root: Path) -> frozenset[str]:
    """The ids of the corpus's articles that ``model`` was trained on.

    Told by the training.json beside the model's folder. Without one the whole training split of ``root`` is
    taken to have been seen, as by the model in the package.
    """
    path = Path(model).parent / RECORD
    corpus, most = root, None
    if Path(model).is_dir() and path.is_file():
        try:
            data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["config"]["data"]
            if data.get("conll_train") or not data.get("corpus", True):
                return frozenset()
            corpus = Path(data["annotations"]) if data.get("annotations") else root
            most = data.get("max_articles")
            learned = read_splits(corpus)["train"][:most]
        except (OSError, ValueError, KeyError, TypeError, AnnotationError) as error:
            raise AnnotationError(
                "tells of no corpus that can be read, so that it is not known what the model was trained on",
                path,
            ) from error
        return frozenset(learned)
    return frozenset(read_splits(root).get("train", ()))

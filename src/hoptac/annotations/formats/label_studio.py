"""Label Studio's JSON, as it exports and imports it: a list of tasks with ``data`` and ``annotations``.

Source: Label Studio's guide, "Task format" and "Export annotations". Offsets of a ``Text`` region count
code points. Three ``Labels`` controls (entities, evidence, furniture) hold every span, a ``Choices`` control
the article's areas; the labeling configuration with these controls is written beside the tasks as XML.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from hoptac.annotations.files import read_text
from hoptac.annotations.formats.colours import label_colours
from hoptac.annotations.formats.labelled import FURNITURE, Intake, LabelledSpan, labelled_spans
from hoptac.annotations.formats.losses import Losses
from hoptac.article import Article
from hoptac.errors import AnnotationError
from hoptac.schema import Area, EntityType, load_schema

_TEXT = "text"  # the name of the Text control, and the key of the text in a task's data
_ENTITIES, _EVIDENCE, _FURNITURE, _AREAS = "entities", "evidence", "furniture", "areas"
_HOTKEYS = "1234567890qwertyuiopasdfghjklzxcvbnm"


def render(articles: Sequence[Article], path: Path, losses: Losses) -> dict[Path, bytes]:
    """The tasks as one JSON file, and the labeling configuration beside it with the ending ``.xml``."""
    tasks = [_task(article, losses) for article in articles]
    text = json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"
    return {path: text.encode("utf-8"), path.with_suffix(".xml"): labeling_config().encode("utf-8")}


def read(path: Path, intake: Intake) -> list[Article]:
    """The annotated tasks of a JSON export.

    Of several annotations of a task the one marked as ground truth is taken, else the last one; skipped
    ones are left out. Raises :class:`AnnotationError` for a file that is no such export.
    """
    source = read_text(path).removeprefix("\ufeff")
    try:
        tasks = json.loads(source)
    except json.JSONDecodeError as error:
        raise AnnotationError(f"not JSON: {error.msg}", path, error.lineno, error.colno) from error
    tasks = [tasks] if isinstance(tasks, dict) else tasks
    if not isinstance(tasks, list):
        raise AnnotationError("a Label Studio export is a JSON list of tasks", path)
    articles = [_article(task, number, path, intake) for number, task in enumerate(tasks, start=1)]
    return [article for article in articles if article is not None]


def labeling_config() -> str:
    """The labeling interface of a project, as XML to be pasted into its settings."""
    schema, colours, keys = load_schema(), label_colours(), iter(_HOTKEYS)
    kinds: tuple[EntityType | Area, ...] = (*schema.entities, *schema.areas)
    names = {kind.label: kind.name_vi for kind in kinds}
    names[FURNITURE] = "Không thuộc bài"
    view = ElementTree.Element("View")
    layers = (
        (_ENTITIES, "Thực thể · Entities", schema.entity_labels),
        (_EVIDENCE, "Cụm từ chỉ lĩnh vực hợp tác · Area evidence", schema.area_labels),
        (_FURNITURE, "Dòng không thuộc bài · Furniture", (FURNITURE,)),
    )
    for name, title, labels in layers:
        ElementTree.SubElement(view, "Header", value=title, size="5")
        control = ElementTree.SubElement(view, "Labels", name=name, toName=_TEXT, showInline="true")
        for label in labels:
            ElementTree.SubElement(
                control,
                "Label",
                value=label,
                hint=names[label],
                background=colours[label],
                hotkey=next(keys),
            )
    # Symbol by symbol: a span may begin or end inside a run of letters.
    ElementTree.SubElement(view, "Text", name=_TEXT, value=f"${_TEXT}", granularity="symbol")
    ElementTree.SubElement(view, "Header", value="Lĩnh vực của bài · Areas of the article", size="5")
    choices = ElementTree.SubElement(
        view, "Choices", name=_AREAS, toName=_TEXT, choice="multiple", showInline="true"
    )
    for area in schema.areas:
        ElementTree.SubElement(choices, "Choice", value=area.label, hint=area.name_vi)
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def _task(article: Article, losses: Losses) -> dict[str, Any]:
    schema = load_schema()
    result: list[dict[str, Any]] = []
    for number, span in enumerate(labelled_spans(article, losses), start=1):
        control = _EVIDENCE if span.label in schema.area_labels else _ENTITIES
        control = _FURNITURE if span.label == FURNITURE else control
        value = {
            "start": span.start,
            "end": span.end,
            "text": article.text[span.start : span.end],
            "labels": [span.label],
        }
        result.append(_region(f"s{number}", control, "labels", value))
    if article.areas:
        ordered = [area for area in schema.area_labels if area in article.areas]
        result.append(_region("areas", _AREAS, "choices", {"choices": ordered}))
    annotation = {"result": result, "was_cancelled": False, "ground_truth": False}
    return {"data": {"id": article.id, _TEXT: article.text}, "annotations": [annotation]}


def _region(region_id: str, control: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    names = {"id": region_id, "from_name": control, "to_name": _TEXT, "type": kind, "origin": "manual"}
    return {**names, "value": value}


def _article(task: Any, number: int, path: Path, intake: Intake) -> Article | None:
    where = f"task {task['id'] if isinstance(task, dict) and 'id' in task else number}"
    if isinstance(task, dict) and "annotation_id" in task and "data" not in task:
        raise AnnotationError(f"{where}: this is a JSON-MIN export; export the project as JSON", path)
    data = task.get("data") if isinstance(task, dict) else None
    if not isinstance(data, dict):
        raise AnnotationError(f"{where} has no 'data'; export the project as JSON", path)
    text = data.get(_TEXT)
    if not isinstance(text, str):
        keys = ", ".join(map(str, data)) or "none"
        raise AnnotationError(f"{where} has no 'data.text' (its keys: {keys}); name the text 'text'", path)
    own = data.get("id")
    name = own if isinstance(own, str) else f"{path.stem}-{task.get('id', number)}"
    article_id = intake.id(name, f"task-{number}")
    annotation = _choose(task, where, article_id, path, intake)
    if annotation is None:
        intake.losses.add("tasks without an annotation (left out)", article_id)
        return None
    spans: list[LabelledSpan] = []
    areas: list[str] = []
    for region in annotation["result"]:
        _take(region, text, f"{where} ({article_id})", article_id, path, intake, spans, areas)
    article = intake.article(article_id, text, spans)
    intake.areas(article, areas)
    return article


def _choose(
    task: dict[str, Any], where: str, article_id: str, path: Path, intake: Intake
) -> dict[str, Any] | None:
    """The annotation that counts."""
    annotations = task.get("annotations")
    if not isinstance(annotations, list) or not all(
        isinstance(one, dict) and isinstance(one.get("result"), list) for one in annotations
    ):
        raise AnnotationError(f"{where} has no list of 'annotations' with a 'result' each", path)
    skipped = [one for one in annotations if one.get("was_cancelled")]
    intake.losses.add("skipped annotations (left out)", article_id, count=len(skipped))
    done = [one for one in annotations if not one.get("was_cancelled")]
    if not done:
        return None
    chosen = next((one for one in done if one.get("ground_truth")), done[-1])
    intake.losses.add("further annotations of a task (left out)", article_id, count=len(done) - 1)
    return chosen if isinstance(chosen, dict) else None


def _take(
    region: Any,
    text: str,
    where: str,
    article_id: str,
    path: Path,
    intake: Intake,
    spans: list[LabelledSpan],
    areas: list[str],
) -> None:
    """Put one entry of a result where it belongs."""
    kind = region.get("type") if isinstance(region, dict) else None
    value = region.get("value") if isinstance(region, dict) else None
    if kind == "choices" and isinstance(value, dict) and isinstance(value.get("choices"), list):
        areas += map(str, value["choices"])
    elif kind == "labels" and isinstance(value, dict):
        start, end, labels = value.get("start"), value.get("end"), value.get("labels")
        if not isinstance(start, int) or not isinstance(end, int) or not isinstance(labels, list):
            raise AnnotationError(f"{where}: a region lacks a whole-number start or end, or labels", path)
        says = value.get("text")
        if isinstance(says, str) and "".join(says.split()) != "".join(text[start:end].split()):
            message = (
                f"{where}: the region at {start} to {end} says {says!r}, the text there {text[start:end]!r}"
            )
            raise AnnotationError(f"{message}; the task's text was changed after it was marked", path)
        if not labels:
            intake.losses.add("regions without a label (left out)", article_id, text[start:end])
        spans += [LabelledSpan(start, end, str(label)) for label in labels]
        if isinstance(region.get("meta"), dict) and region["meta"].get("text"):
            intake.losses.add("notes on regions", article_id, str(region["meta"]["text"]))
    else:
        intake.losses.add(f"results of the type {kind!r} (left out)", article_id)

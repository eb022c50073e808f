"""Tag-level scores by seqeval, the measure of most published tables, beside those of character spans.

They differ where tags cannot hold an entity's edges, or where a window cuts an entity.
"""

from __future__ import annotations

from collections.abc import Sequence

from hoptac.errors import ConfigError, InputError
from hoptac.evaluate.counts import Score
from hoptac.evaluate.prediction import Prediction


def tag_scores(predictions: Sequence[Prediction]) -> dict[str, Score] | None:
    """Scores by label, and ``micro avg`` and ``macro avg``, from the predictions' BIO tags.

    None when no prediction has tags. Raises :class:`InputError` when two sequences differ in length,
    :class:`ConfigError` when seqeval is not installed.
    """
    gold, predicted = [], []
    for prediction in predictions:
        for right, said in prediction.tags:
            if len(right) != len(said):
                raise InputError(
                    f"Article {prediction.id} has {len(right)} gold tags for {len(said)} predicted ones; "
                    "give both a tag for each token."
                )
            gold.append(list(right))
            predicted.append(list(said))
    if not gold:
        return None
    try:
        from seqeval.metrics import classification_report
    except ImportError as error:
        raise ConfigError("Tag scores need seqeval: pip install 'hoptac[train]'.") from error
    if all(tag == "O" for tags in (*gold, *predicted) for tag in tags):
        return {"micro avg": Score.of(0, 0, 0), "macro avg": Score.of(0, 0, 0)}
    report = classification_report(gold, predicted, output_dict=True, zero_division=0)
    chunks = _predicted_by_label(predicted)
    return {
        label: Score(
            precision=float(row["precision"]),
            recall=float(row["recall"]),
            f1=float(row["f1-score"]),
            gold=int(row["support"]),
            predicted=chunks.get(label, 0) if not label.endswith(" avg") else sum(chunks.values()),
        )
        for label, row in report.items()
        if label != "weighted avg"
    }


def _predicted_by_label(predicted: Sequence[Sequence[str]]) -> dict[str, int]:
    from seqeval.metrics.sequence_labeling import get_entities

    counts: dict[str, int] = {}
    for label, _, _ in get_entities([list(tags) for tags in predicted]):
        counts[label] = counts.get(label, 0) + 1
    return counts

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from hoptac.errors import ConfigError
from tests.train.articles import write_corpus

SCRIPT = Path(__file__).parents[2] / "scripts" / "learning_curve.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("learning_curve_script", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_a_simulation_is_cut_short_and_goes_on(script: ModuleType, encoder: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    corpus, out = write_corpus(tmp_path), tmp_path / "curve"
    (corpus / "splits.json").write_text(
        json.dumps({"train": [f"tiny-{n:02d}" for n in range(9)], "dev": ["tiny-09", "tiny-10"]}),
        encoding="utf-8",
    )
    settings = {
        "encoder": str(encoder),
        "annotations": corpus,
        "output": out,
        "plot": out / "plot.svg",
        "pool": 9,
        "seeds": 1,
        "epochs": 1,
        "layers": "all",
    }
    script.main(**settings, sizes="2")
    first = (out / "seed-1" / "random-2" / "training.json").read_bytes()
    assert len(json.loads((out / "curve.json").read_text(encoding="utf-8"))) == 2  # one training, two arms
    script.main(**settings, sizes="2,5")
    assert (out / "seed-1" / "random-2" / "training.json").read_bytes() == first, "not trained again"
    points = json.loads((out / "curve.json").read_text(encoding="utf-8"))
    assert [(p["arm"], p["articles"]) for p in points] == [
        (arm, size) for size in (2, 5) for arm in ("random", "informative first")
    ]
    assert all(0 <= p["entities"] <= 1 and 0 <= p["areas_micro"] <= 1 and p["words"] > 0 for p in points)
    start = json.loads((out / "seed-1" / "random-2" / "articles.json").read_text())
    for arm in ("random", "informative-first"):
        ids = json.loads((out / "seed-1" / f"{arm}-5" / "articles.json").read_text())
        assert len(set(ids)) == 5 and ids[:2] == start
    svg = (out / "plot.svg").read_text(encoding="utf-8")
    assert svg.count('<g id="axes_') == 4
    assert not (out / "seed-1" / "random-2" / "checkpoints").exists()


def test_sizes_that_do_not_serve(script: ModuleType, encoder: Path, tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path)
    for sizes in ("4,2", "2,40"):
        with pytest.raises(ConfigError, match="give rising numbers"):
            script.main(
                encoder=str(encoder), annotations=corpus, output=tmp_path, layers="all", sizes=sizes, pool=9,
                plot=tmp_path / "p.svg", seeds=1, epochs=1,
            )  # fmt: skip


def test_what_an_f1_costs(script: ModuleType) -> None:
    def point(arm: str, seed: int, articles: int, f1: float) -> object:
        return script.Point(arm, seed, articles, articles * 400, f1, f1 / 2)

    points = [
        *(point(script.RANDOM, 1, size, f1) for size, f1 in ((10, 0.2), (20, 0.5), (40, 0.7))),
        *(point(script.UNCERTAIN, 1, size, f1) for size, f1 in ((10, 0.2), (20, 0.6), (40, 0.8))),
        *(point(script.UNCERTAIN, 2, size, f1) for size, f1 in ((10, 0.75), (20, 0.7), (40, 0.8))),
    ]
    articles = script.needed(points, script.UNCERTAIN, "entities", "articles", 0.7)
    assert articles == [pytest.approx(30.0), 10.0]
    assert script.needed(points, script.UNCERTAIN, "entities", "words", 0.5)[0] == pytest.approx(17.5 * 400)
    assert script.needed(points, script.UNCERTAIN, "areas_micro", "articles", 0.45) == [None, None]

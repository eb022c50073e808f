"""The command line with a stand-in for the tagger."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable

import pytest
from typer.testing import CliRunner
from typer.testing import Result as Outcome

import hoptac
from hoptac.cli import app
from tests.cli.stand_in import FakeTagger


@pytest.fixture
def tagger(monkeypatch: pytest.MonkeyPatch) -> FakeTagger:
    """Put in the place of `hoptac.tagger.load`, which then ignores the model's name."""
    fake = FakeTagger()
    module = types.ModuleType("hoptac.tagger")
    module.load = lambda model=None, engine="auto": fake  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "hoptac.tagger", module)
    monkeypatch.setattr(hoptac, "tagger", module, raising=False)
    return fake


@pytest.fixture
def hoptac_run(tagger: FakeTagger) -> Callable[..., Outcome]:
    """``hoptac`` with these arguments, in this process and with the stand-in."""

    def run(*args: object, stdin: bytes = b"") -> Outcome:
        return CliRunner().invoke(app, [str(arg) for arg in args], input=stdin, prog_name="hoptac")

    return run

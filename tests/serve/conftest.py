"""The workbench's application around a stand-in for the tagger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.serve.stand_in import StandIn

if TYPE_CHECKING:
    from fastapi.testclient import TestClient


@pytest.fixture
def tagger() -> StandIn:
    return StandIn()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "saved"


@pytest.fixture
def client(tagger: StandIn, folder: Path) -> Iterator[TestClient]:
    """The application without a socket; saves in ``folder``."""
    from fastapi.testclient import TestClient

    from hoptac.serve.app import create_app
    from hoptac.serve.server import settings_for

    app = create_app(tagger, settings_for("127.0.0.1", folder))  # type: ignore[arg-type]
    with TestClient(app, base_url="http://127.0.0.1:8010", raise_server_exceptions=False) as client:
        yield client

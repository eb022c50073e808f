"""The socket, its settings, and ``hoptac serve``."""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from typer.testing import CliRunner
from typer.testing import Result as Outcome

import hoptac.tagger
from hoptac.cli import app
from hoptac.errors import ConfigError
from hoptac.serve import server
from hoptac.serve.settings import Settings
from tests.serve.stand_in import StandIn, running


def test_a_server_answers_on_its_socket_and_ends() -> None:
    with running(StandIn()) as address, urlopen(f"{address}/api/schema") as answer:
        assert answer.status == 200
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with pytest.raises(OSError):
        urlopen(f"{address}/api/schema", timeout=1)


def test_a_taken_port_and_an_unknown_host_are_said() -> None:
    with server.listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"port {port}: cannot listen.*--port"):
            server.listen("127.0.0.1", port)
    with pytest.raises(ConfigError, match="no name or address"):
        server.listen("no.such.host.invalid", 0)


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("127.0.0.1", True),
        ("127.3.2.1", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
    ],
)
def test_only_loopback_addresses_keep_others_out(host: str, alone: bool) -> None:
    assert server.is_loopback(host) is alone
    assert server.settings_for(host, None).any_address is not alone


def test_a_save_folder_is_made_or_refused(tmp_path: Path) -> None:
    assert server.settings_for("127.0.0.1", tmp_path / "a" / "b").save == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be made a folder"):
        server.settings_for("127.0.0.1", tmp_path / "file")


@pytest.fixture
def hoptac_serve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Outcome, list[Settings]]]:
    """``hoptac serve`` with these arguments, up to where it would begin; and the settings it begins with."""
    begun: list[Settings] = []

    def load(model: str | None = None) -> StandIn:
        return StandIn()

    def make_server(tagger: StandIn, settings: Settings) -> object:
        begun.append(settings)
        return types.SimpleNamespace(run=_interrupted)

    def _interrupted(sockets: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(hoptac.tagger, "load", load)
    monkeypatch.setattr(server, "make_server", make_server)

    def run(*args: object) -> tuple[Outcome, list[Settings]]:
        begun.clear()
        return CliRunner().invoke(app, ["serve", *map(str, args)], prog_name="hoptac"), begun

    return run


def test_the_command_says_where_it_is_and_ends_quietly(
    hoptac_serve: Callable[..., tuple[Outcome, list[Settings]]], tmp_path: Path
) -> None:
    outcome, begun = hoptac_serve("--port", 0, "--save", tmp_path / "saved")
    assert outcome.exit_code == 0
    assert "hoptac is at http://127.0.0.1:" in outcome.stdout
    assert "warning" not in outcome.stderr
    assert [settings.save for settings in begun] == [tmp_path / "saved"]


def test_the_command_warns_where_others_reach_it(
    hoptac_serve: Callable[..., tuple[Outcome, list[Settings]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The socket itself stays on this machine.
    listen = server.listen
    monkeypatch.setattr(server, "listen", lambda host, port: listen("127.0.0.1", port))
    outcome, begun = hoptac_serve("--host", "0.0.0.0", "--port", 0)
    assert outcome.exit_code == 0
    assert "warning: 0.0.0.0 is open to other machines" in outcome.stderr
    assert [settings.any_address for settings in begun] == [True]


def test_the_command_says_a_taken_port_without_loading_a_model(
    hoptac_serve: Callable[..., tuple[Outcome, list[Settings]]],
) -> None:
    with server.listen("127.0.0.1", 0) as taken:
        outcome, begun = hoptac_serve("--port", taken.getsockname()[1])
    assert outcome.exit_code == 2
    assert "cannot listen there" in outcome.stderr
    assert "Loading" not in outcome.stderr
    assert begun == []


def test_a_text_whose_reader_has_gone_is_not_read() -> None:
    tagger = StandIn()
    tagger.held.clear()
    with running(tagger) as address, ThreadPoolExecutor(1) as pool:

        def ask(text: str, timeout: float) -> int:
            body = json.dumps({"text": text}).encode()
            request = Request(f"{address}/api/predict", body, {"Content-Type": "application/json"})
            with urlopen(request, timeout=timeout) as answer:
                return int(answer.status)

        first = pool.submit(ask, "một", 60)
        assert tagger.begun.wait(30)
        with pytest.raises(TimeoutError):
            ask("hai", 1)
        tagger.held.set()
        assert first.result() == 200
        assert ask("ba", 60) == 200
    assert tagger.read == ["một", "ba"]

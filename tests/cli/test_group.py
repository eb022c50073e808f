"""The ``hoptac`` group itself: help, version, errors, interruption, broken pipes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner
from typer.testing import Result as Outcome

from hoptac import __version__
from hoptac.cli import lazy
from hoptac.cli.lazy import LazyCommand, LazyGroup
from hoptac.errors import HoptacError

HOPTAC = (sys.executable, "-c", "from hoptac.cli import main; main()")


def _shell(command: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command, "hoptac", *args],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )


def test_version_and_help() -> None:
    assert subprocess.check_output([*HOPTAC, "--version"], text=True) == f"hoptac {__version__}\n"
    shown = subprocess.check_output([*HOPTAC, "--help"], text=True)
    for command in ("predict", "annotations", "train", "evaluate"):
        assert command in shown


def test_help_imports_no_command_and_nothing_heavy() -> None:
    code = (
        "import sys\nfrom hoptac.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print('LOADED', *sorted(sys.modules))"
    )
    shown = subprocess.check_output([sys.executable, "-c", code, "--help"], text=True)
    loaded = set(shown.rpartition("LOADED")[2].split())
    assert "hoptac.cli.lazy" in loaded
    assert not loaded & {
        "torch",
        "transformers",
        "numpy",
        "yaml",
        "trafilatura",
        "hoptac.cli.predict",
        "hoptac.result",
    }


def test_a_bad_file_in_a_fresh_process_ends_without_traceback_or_model(tmp_path: Path) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    done = subprocess.run([*HOPTAC, "predict", str(bad)], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert (
        done.stderr
        == f"hoptac: error: {bad}: this is a PNG image, not text: save it as plain text or HTML first.\n"
    )


def _app(**commands: Callable[[], None]) -> Callable[..., Outcome]:
    """A group of ready-made commands under the error handling of ``hoptac``."""
    app = typer.Typer(cls=LazyGroup, pretty_exceptions_enable=False)

    @app.callback()
    def root(debug: bool = False) -> None: ...

    class Ready(LazyGroup):
        def get_command(self, ctx: object, name: str) -> object:
            inner = typer.Typer()
            inner.command()(commands[name])
            return typer.main.get_command(inner)

    app.info.cls = Ready
    return lambda *args: CliRunner().invoke(app, list(args))


def _raise(error: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


def test_errors_become_one_sentence_and_a_status() -> None:
    run = _app(
        known=_raise(HoptacError("x.yaml, line 3: no such key.")),
        stop=_raise(KeyboardInterrupt()),
        pipe=_raise(BrokenPipeError()),
        package=_raise(ModuleNotFoundError("No module named 'seqeval'", name="seqeval.metrics")),
        bug=_raise(ZeroDivisionError()),
    )
    known = run("known")
    assert (known.exit_code, known.stdout, known.stderr) == (
        2,
        "",
        "hoptac: error: x.yaml, line 3: no such key.\n",
    )
    assert isinstance(run("--debug", "known").exception, HoptacError)
    assert (run("stop").exit_code, run("stop").stderr) == (130, "")
    assert (run("pipe").exit_code, run("pipe").stderr) == (141, "")
    package = run("package")
    assert package.exit_code == 2 and "pip install 'hoptac[train]'" in package.stderr
    assert isinstance(run("bug").exception, ZeroDivisionError)


def test_control_characters_in_a_message_cannot_reach_the_terminal() -> None:
    run = _app(known=_raise(HoptacError("a\x1b[2Jb\nc đ")))
    assert run("known").stderr == "hoptac: error: a\\x1b[2Jb\\nc đ\n"


def test_a_missing_command_breaks_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    class Group(LazyGroup):
        lazy = (
            LazyCommand("gone", "hoptac.cli.not_there", "Gone."),
            LazyCommand("predict", "hoptac.cli.predict", "Here."),
        )

    app = typer.Typer(cls=Group)
    app.callback()(lambda: None)
    assert CliRunner().invoke(app, ["--help"]).exit_code == 0
    gone = CliRunner().invoke(app, ["gone"])
    assert gone.exit_code == 2 and "has no command 'gone'" in gone.stderr
    assert "--jsonl" in CliRunner().invoke(app, ["predict", "--help"], env={"COLUMNS": "120"}).stdout
    unknown = CliRunner().invoke(app, ["predcit"])
    assert unknown.exit_code == 2 and "predict" in unknown.stderr


def test_extras_are_read_from_the_package_itself() -> None:
    assert lazy._with_extra("py_vncorenlp") == "hoptac[vncorenlp]"
    assert lazy._with_extra("torch") == "hoptac"


_FAKE = """
import sys, types
import hoptac
from hoptac.result import Result
from hoptac.article import Span
module = types.ModuleType("hoptac.tagger")
class Tagger:
    def predict(self, texts, keep_furniture=False):
        return [Result(text, kept=(Span(0, len(text)),)) for text in texts]
module.load = lambda model=None, engine="auto": Tagger()
sys.modules["hoptac.tagger"] = hoptac.tagger = module
from hoptac.cli import main
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize("form", ["jsonl", "table", "html"])
@pytest.mark.parametrize(("count", "reader"), [(1000, "head -n 1"), (1, "true")])
def test_a_reader_that_stops_early_is_no_error(tmp_path: Path, form: str, count: int, reader: str) -> None:
    lines = tmp_path / "in.jsonl"
    lines.write_text('{"text": "đào tạo"}\n' * count, encoding="utf-8")
    # The single line comes after its reader has gone; without buffering, the last flush would not fail.
    command = (
        f'(sleep 0.3; env -u PYTHONUNBUFFERED "$1" -c "$2" predict --jsonl "$3" --format {form}) | {reader}; '
        'echo "status ${PIPESTATUS[0]}"'
    )
    done = _shell(command, sys.executable, _FAKE, str(lines))
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "status 141"

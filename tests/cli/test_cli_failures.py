"""Owns the promises about how the command line fails."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
import typer
from restyle_cli.terminal import failures
from restyle_cli.terminal.failures import Commands, Failure, Interrupted
from typer.testing import CliRunner, Result


def run(error: BaseException) -> Result:
    app = typer.Typer(cls=Commands, pretty_exceptions_enable=False)

    @app.callback()
    def root() -> None:
        """So that there is a group."""

    @app.command()
    def command() -> None:
        raise error

    return CliRunner().invoke(app, ["command"])


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESTYLE_STATE_DIR", str(tmp_path))
    return tmp_path


def test_a_failure_is_one_line_and_exit_status_1(state: Path) -> None:
    result = run(Failure("the disk\n is full; free some space"))
    assert (result.exit_code, result.stderr) == (1, "restyle: the disk is full; free some space\n")
    assert not list(state.iterdir())


def test_an_error_of_the_client_speaks_for_itself() -> None:
    from restyle_client.errors import ServerNotFound

    result = run(ServerNotFound("no server answers; start one with: restyle serve"))
    assert (result.exit_code, result.stderr) == (1, "restyle: no server answers; start one with: restyle serve\n")


def test_an_error_of_the_disk_names_the_file() -> None:
    result = run(PermissionError(13, "Permission denied", "photo.png"))
    assert (result.exit_code, result.stderr) == (1, "restyle: photo.png: Permission denied\n")


def test_what_nobody_foresaw_goes_to_a_log_and_never_to_the_terminal(state: Path) -> None:
    result = run(KeyError("secret of the house"))
    log = state / failures.CRASH_LOG
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert str(log) in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" in log.read_text()


def test_a_log_that_cannot_be_written_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTYLE_STATE_DIR", "/proc/nowhere")
    result = run(ZeroDivisionError())
    assert (result.exit_code, result.stderr) == (1, "restyle: Something went wrong inside Restyle (ZeroDivisionError).\n")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), Interrupted()])
def test_ctrl_c_is_exit_status_130(error: BaseException) -> None:
    result = run(error)
    assert (result.exit_code, result.stderr) == (130, "restyle: cancelled\n")


def test_wrong_usage_is_exit_status_2() -> None:
    assert run(typer.BadParameter("no")).exit_code == 2


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("spec.parameters.weights", "--weights: choose one"),
        ("spec.parameters.evaluations", "--steps: choose one"),
        ("spec.styles[1].scale", "--style number 2: choose one"),
        ("spec.content.width", "the picture: choose one"),
        ("", ": choose one"),
        ("title", "title: choose one"),
    ],
)
def test_a_refused_field_is_named_as_its_option(field: str, text: str) -> None:
    assert failures.in_options(f"{field}: choose one", field) == text


@pytest.mark.parametrize(("module", "name"), failures.SPOKEN)
def test_every_error_that_speaks_for_itself_is_there(module: str, name: str) -> None:
    assert issubclass(getattr(importlib.import_module(module), name), Exception)

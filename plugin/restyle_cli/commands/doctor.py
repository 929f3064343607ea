"""Owns `restyle doctor`: looks at every part of the installation, says what is wrong and how to mend it, and bundles the logs on request."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from restyle_contract.paths import at_home

from ..terminal.examples import examples
from ..terminal.failures import FAILED
from ..terminal.output import Json, emit, line
from .options import Overwrite

MARKS = {"good": "ok  ", "warning": "hint", "bad": "BAD "}


@examples("restyle doctor", "restyle doctor --logs restyle-logs.zip", "restyle doctor --device cuda:0")
def doctor(
    device: Annotated[
        list[str] | None,
        typer.Option("--device", metavar="DEVICE", help="Also compare what this device paints with the processor's; may be repeated.", show_default=False),
    ] = None,
    logs: Annotated[
        Path | None,
        typer.Option("--logs", metavar="FILE.zip", help="Also put the logs and this report into a zip, without tokens and keys.", show_default=False),
    ] = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Check the installation: server, devices, weights, plug-ins, folders, versions. Exit status 1 when something is broken."""
    from ..runs import checkup, device_check

    told: list[checkup.Finding] = []
    for finding in itertools.chain(checkup.everything(), device_check.findings(device or ())):
        told.append(finding)
        if json:
            emit({"part": finding.part, "state": finding.state, "text": finding.text, "mend": finding.mend})
        else:
            line(sentence(finding))
    if logs is not None:
        from ..runs import log_bundle

        path = at_home(logs).absolute()
        log_bundle.write(path, report(told), overwrite)
        if json:
            emit({"logs": path})
        else:
            line(f"logs: {path}; look through it before you send it to anybody")
    if any(finding.state == "bad" for finding in told):
        raise typer.Exit(FAILED)


def sentence(finding: object) -> str:
    """One finding for people, with what to do on a line of its own."""
    state, part, text, mend = (getattr(finding, name) for name in ("state", "part", "text", "mend"))
    return f"{MARKS[state]}  {part}: {text}" + (f"\n      → {mend}" if mend else "")


def report(findings: Iterable[object]) -> str:
    return "".join(f"{sentence(finding)}\n" for finding in findings)

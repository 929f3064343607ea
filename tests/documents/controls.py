"""Owns the first table of docs/controls.md, which says what restyle_contract declares of each parameter.

`python tests/documents/controls.py --write` writes it anew, after a parameter was added or its sentence changed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from restyle_cli.main import app
from restyle_contract.limits import MAX_STYLE_WEIGHT
from restyle_contract.parameters import PARAMETERS, Choice, LayerWeights, Number, Parameter
from restyle_contract.settings import NAMES
from typer.main import get_command

PAGE = Path(__file__).resolve().parents[2] / "docs" / "controls.md"
HEAD = "| field | values | default | what it does | option | preset file |\n|---|---|---|---|---|---|\n"
OTHERWISE = {"evaluations": "--steps", "memory_limit": "--memory", "native_size": "--size native"}  # options that are not called like their parameter
KEYS = (*NAMES, "native_size")


def table() -> str:
    command = get_command(app).commands["image"]  # type: ignore[attr-defined]
    options = {option for parameter in command.params for option in parameter.opts}
    return "".join([HEAD, *(_row(each, options) for each in PARAMETERS)])


def _row(parameter: Parameter, options: set[str]) -> str:
    option = OTHERWISE.get(parameter.name, f"--{parameter.name}")
    known = option.partition(" ")[0] in options
    cells = [f"`{parameter.name}`", _values(parameter), _default(parameter), parameter.sentence]
    cells += [f"`{option}`" if known else "", f"`{parameter.name}`" if parameter.name in KEYS else ""]
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|\n"


def _values(parameter: Parameter) -> str:
    if isinstance(parameter, Number):
        return f"{parameter.lowest:.12g}–{parameter.highest:.12g}{' ' if parameter.unit else ''}{parameter.unit}"
    if isinstance(parameter, Choice):
        return ", ".join(f"`{word}`" for word in parameter.words)
    if isinstance(parameter, LayerWeights):
        return f"`relu1_1` to `relu5_4`, weights from 0 to {MAX_STYLE_WEIGHT:.0f}"
    return parameter.values


def _default(parameter: Parameter) -> str:
    if isinstance(parameter, LayerWeights):
        return ", ".join(f"{layer} {weight:g}" for layer, weight in parameter.default)
    if isinstance(parameter, Number) and parameter.default is not None:
        return f"{parameter.default:g}"
    if isinstance(parameter, Choice) and parameter.default is not None:
        return f"`{parameter.default}`"
    return parameter.usual


def main() -> None:
    before, _, rest = PAGE.read_text("utf-8").partition(HEAD)
    after = rest[rest.index("\n\n") + 1 :] if rest else ""
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(before + table() + after, "utf-8")
    else:
        sys.stdout.write(table())


if __name__ == "__main__":
    main()

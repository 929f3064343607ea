"""Owns `restyle presets`: ways of painting under a name, which every editor finds too."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from restyle_contract.parameters import PRESETS
from restyle_contract.paths import at_home

from ..terminal.examples import examples
from ..terminal.failures import Commands, Failure
from ..terminal.output import Json, emit, line, table

presets = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode="rich", help="List, show, save and remove presets: settings under a name.")

ABOUT = {"draft": "a quick look", "standard": "a finished painting", "fine": "more detail, more time"}
Name = Annotated[str, typer.Argument(metavar="NAME", help="The preset's name.", show_default=False)]


@presets.command("list")
def list_presets(json: Json = False) -> None:
    """List Restyle's own presets and yours."""
    from restyle_editor import presets as known

    mine = known.of_user()
    rows = [(name, ABOUT[name], "") for name in PRESETS]
    rows += [(name, _summary(mine, name), "yours") for name in mine.names()]
    if json:
        for name, about, owner in rows:
            emit({"name": name, "about": about, "builtin": not owner, "file": str(mine.path(name)) if owner else None})
    else:
        table(("name", "settings", ""), rows)


@presets.command()
@examples('restyle presets show "Soft light"', "restyle presets show ./from-a-friend.toml --json")
def show(name: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A preset's name, or a TOML file.", show_default=False)], json: Json = False) -> None:
    """Show what a preset sets, and where its file is."""
    from restyle_editor import presets as known

    settings = find(name)
    mine = known.of_user()
    file = None if name in PRESETS else at_home(name) if name not in mine.names() else mine.path(name)
    if json:
        plain = {key: dict(value) if isinstance(value, tuple) else value for key, value in settings.items()}
        emit({"name": name, "file": str(file) if file else None, "settings": plain})
        return
    if file:
        line(f"# {file}")
    for row in known.to_toml(settings).splitlines():
        line(row)


@presets.command()
@examples(
    'restyle presets save "Soft light" strength=40 color=content preset=fine',
    'restyle presets save "Softer light" --from "Soft light" strength=25',
    "restyle presets save Friend --from ./from-a-friend.toml",
)
def save(
    name: Name,
    settings: Annotated[
        list[str] | None, typer.Argument(metavar="[SETTING=VALUE]…", help="As in a preset's file: strength=40 color=content.", show_default=False)
    ] = None,
    base: Annotated[str | None, typer.Option("--from", metavar="NAME|FILE", help="Begin with the settings of this preset.", show_default=False)] = None,
    json: Json = False,
) -> None:
    """Save settings under a name, in place of an earlier preset of that name. GIMP and Krita find it too."""
    from restyle_contract.settings import RecipeError
    from restyle_editor import presets as known

    if not settings and base is None:
        raise typer.BadParameter("give settings, such as strength=40, or --from a preset or a file")
    try:
        path = known.of_user().save(name, {**(find(base) if base else {}), **_given(settings or [])})
    except RecipeError as error:
        raise Failure(f"{error}.") from error
    if json:
        emit({"name": path.stem, "file": str(path)})
    else:
        line(f'saved {path}; use it with --preset "{path.stem}"')


@presets.command()
def remove(names: Annotated[list[str], typer.Argument(metavar="NAME", help="Their names.", show_default=False)], json: Json = False) -> None:
    """Remove presets that you saved."""
    from restyle_contract.settings import RecipeError
    from restyle_editor import presets as known

    mine = known.of_user()
    for name in names:
        if name in PRESETS:
            raise Failure(f"{name} is Restyle's own and stays.")
        try:
            mine.remove(name)
        except RecipeError as error:
            raise Failure(f"{error}.") from error
        if json:
            emit({"name": name, "removed": True})
        else:
            line(f"removed {name}")


def find(words: str) -> dict[str, Any]:
    """The settings of a preset, by its name or its file. Failure."""
    if words in PRESETS:
        return {"preset": words}  # without loading the client
    from restyle_contract.settings import RecipeError
    from restyle_editor import presets as known

    try:
        return known.of_user().find(words)
    except RecipeError as error:
        raise Failure(f"{error}.") from error


def _given(settings: list[str]) -> dict[str, Any]:
    """Settings as they are typed: a value without quotes is text when it is nothing else. RecipeError."""
    from restyle_contract.settings import RecipeError
    from restyle_editor import presets as known

    found: dict[str, Any] = {}
    for words in settings:
        name, equals, value = words.partition("=")
        if not equals:
            raise typer.BadParameter(f"{words} is no setting; write it as in strength=40")
        try:
            found.update(known.parse(f"{name.strip()} = {value}"))
        except RecipeError as error:
            if "no TOML" not in str(error):
                raise
            found.update(known.parse(f"{name.strip()} = {_quoted(value.strip())}"))
    return found


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)


def _summary(mine: Any, name: str) -> str:
    """In a line; a broken preset is listed with what is wrong."""
    from restyle_contract.settings import RecipeError
    from restyle_editor import presets as known

    try:
        return ", ".join(row.replace('"', "").replace(" = ", " ") for row in known.to_toml(mine.load(name)).splitlines())
    except RecipeError as error:
        return f"broken: {str(error).removeprefix(f'{mine.path(name)}: ')}"

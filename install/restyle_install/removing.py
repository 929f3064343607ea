"""Owns the way back: everything that an installation made is taken away, and what the user made stays unless it is purged. Standard library only."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from restyle_contract.files import sweep

from . import home, making, places, shortcut, stopping
from .making import EnvironmentProblem, Say
from .places import Places, editors, name_of
from .placing import PlacingError


def uninstall(where: Places, say: Say, purging: str, *, purge: bool = False, dry: bool = False, packages: str = "") -> bool:
    """Removes Restyle. Returns whether everything went; what didn't was told.

    purging: the command that removes the user's own work, too, where there will be one. purge: do so now. dry: only tells. packages: the command that removes
    the packages that this runs from, when they are pip's, pipx's or uv's.
    """
    if dry:
        _tell(where, say, purge=purge)
        return True
    with making.alone(where.environment, say):
        stopping.stop_server(where, say)
        done = [*_plugins(say), _command(where, say), environment(where.environment, say)]
        done += [_away(path, say) for path in _made(where, purge=purge)]
        for folder in (where.data, where.state, where.config):
            sweep(folder)
            with suppress(OSError):
                folder.rmdir()  # only when nothing is left in it
    left = [path for path in _own(where) if path.exists()]
    if left:
        say(f"Your own work stays: {', '.join(map(str, left))}." + (f" To remove it as well: {purging}" if purging else ""))
    if packages:
        say(f"The packages are left; remove them with: {packages}")
    say("Restyle is removed." if all(done) and not packages else "Restyle is removed but for what was told above.")
    return all(done)


def _tell(where: Places, say: Say, *, purge: bool) -> None:
    targets = [editor.target_of(profile) for editor, profile in editors()]
    for path in [*targets, where.command, where.environment, *_made(where, purge=purge)]:
        if path.exists() and (path != where.command or shortcut.is_own(path, where.environment)):
            say(f"Would remove {path}")
    say("Nothing was changed.")


def _plugins(say: Say) -> Iterable[bool]:
    for editor, profile in editors():
        try:
            if removed := editor.uninstall(profile):
                say(f"Removed the plug-in from {name_of(editor, profile)}: {removed}")
        except PlacingError as problem:
            say(f"{name_of(editor, profile)}: {problem}")
            yield False
        else:
            yield True


def _command(where: Places, say: Say) -> bool:
    try:
        if shortcut.take(where.command, where.environment):
            say(f"Removed {where.command}")
    except PlacingError as problem:
        say(str(problem))
        return False
    return True


def environment(folder: Path, say: Say) -> bool:
    """Removes what is Restyle's own there. Whether nothing is left. EnvironmentProblem."""
    if not folder.exists():
        return True
    if any(folder.iterdir()) and not (folder / making.MARK).exists():
        say(f"{folder} isn't Restyle's own; it stays.")
        return False
    try:
        (folder / making.STAMP).unlink(missing_ok=True)
        making.remove(folder)
    except OSError as error:
        raise EnvironmentProblem(f"{error.filename or folder} can't be removed ({error.strerror}); close what uses it, then run this again.") from error
    say(f"Removed {folder}")
    return True


def _made(where: Places, *, purge: bool) -> list[Path]:
    """What goes, but for the environment."""
    data = [name for name in (*places.MADE_DATA, *(places.OWN_DATA if purge else ())) if name != home.ENVIRONMENT]
    state = [*places.MADE_STATE, *(places.OWN_STATE if purge else ())]
    config = places.OWN_CONFIG if purge else ()
    return [*_in(where.data, data), *_in(where.state, state), *_in(where.config, config)]


def _own(where: Places) -> list[Path]:
    return [*_in(where.data, places.OWN_DATA), *_in(where.state, places.OWN_STATE), *_in(where.config, places.OWN_CONFIG)]


def _in(folder: Path, names: Iterable[str]) -> list[Path]:
    return [folder / name for name in names]


def _away(path: Path, say: Say) -> bool:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        say(f"{error.filename or path} can't be removed ({error.strerror}); remove it by hand.")
        return False
    return True

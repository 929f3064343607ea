"""Owns the presets that a person saves: settings under a name, one TOML file each, in one folder of the user that every client of Restyle reads.

    # ~/.config/restyle/presets/Soft light.toml
    preset = "fine"
    strength = 40
    color = "content"

A file's keys are the names of a recipe's settings, with native_size = true for the layer's own size; what it leaves out has its default.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import sentences
from .packages import discovery, files, paths, toml
from .packages import parameters as declared
from .packages import settings as ranges
from .recipes import SETTINGS, Recipe, RecipeError

SUFFIX = ".toml"
LONGEST_NAME = 60  # characters: it is a file's name
LARGEST_FILE = 64 * 1024  # bytes: a preset takes a few hundred
NATIVE_SIZE = "native_size"
SERIES = "series"  # the table of a folder's series, which is a preset otherwise
# written even when they have their default: it may improve, and a person saved what they saw
SEEN = ("strength", "legibility", "preset", "color", "color_mix", "seed", "tv")
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]|^\.|[. ]$')
_DEVICES = re.compile(r"(CON|PRN|AUX|NUL|(COM|LPT)\d)(\..*)?\Z", re.IGNORECASE)  # names that Windows keeps for itself


class PresetError(RecipeError):
    """A preset that is not there, can't be read or can't be saved; the sentence names the file, and the setting that is wrong."""


@dataclass(frozen=True)
class Presets:
    """folder: where they are. earlier: folders of earlier versions, whose presets are moved into `folder` when it is looked at."""

    folder: Path
    earlier: tuple[Path, ...] = ()

    def names(self) -> list[str]:
        """The presets that are there, sorted; a folder that can't be read has none."""
        self._move_in()
        try:
            return sorted((path.stem for path in self.folder.glob(f"*{SUFFIX}") if path.is_file() and not path.name.startswith(".")), key=str.casefold)
        except OSError:
            return []

    def path(self, name: str) -> Path:
        """Where the preset of that name is, or would be."""
        return self.folder / f"{name}{SUFFIX}"

    def load(self, name: str) -> dict[str, Any]:
        """Its settings, by name; those that it leaves out are missing. PresetError."""
        self._move_in()
        return read(self.path(name))

    def find(self, words: str) -> dict[str, Any]:
        """The settings of a plan of Restyle's own, of a preset by its name, or of a TOML file by its path. PresetError, with the nearest name."""
        if words in declared.PRESETS:
            return {"preset": words}
        if words.endswith(SUFFIX) or "/" in words or os.sep in words:
            return read(paths.at_home(words))
        known = self.names()
        if words not in known:
            near = difflib.get_close_matches(words, [*declared.PRESETS, *known], n=1)
            there = f"the nearest is {near[0]}" if near else f"there are {', '.join([*declared.PRESETS, *known])}"
            raise PresetError(f'there is no preset "{words}" in {self.folder}; {there}')
        return read(self.path(words))

    def save(self, name: str, settings: Mapping[str, Any]) -> Path:
        """Writes a preset, in place of an earlier one of that name, whole or not at all. PresetError."""
        name = checked_name(name)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            files.atomic_write(self.path(name), to_toml(settings))
        except OSError as error:
            raise PresetError(sentences.PRESET_UNWRITTEN.format(name=name, folder=self.folder, reason=error.strerror or error)) from error
        return self.path(name)

    def remove(self, name: str) -> None:
        """PresetError, also when there is none of that name."""
        self._move_in()
        try:
            self.path(name).unlink()
        except FileNotFoundError as error:
            raise PresetError(sentences.PRESET_MISSING.format(name=name, folder=self.folder)) from error
        except OSError as error:
            raise PresetError(sentences.PRESET_UNREMOVED.format(path=self.path(name), reason=error.strerror or error)) from error

    def _move_in(self) -> None:
        """Moves presets of earlier versions in. What can't be read stays where it is, and so does what has a namesake here."""
        for folder in self.earlier:
            with contextlib.suppress(OSError):
                for path in folder.glob(f"*{SUFFIX}") if folder.is_dir() else ():
                    if not self.path(path.stem).exists():
                        with contextlib.suppress(RecipeError):
                            self.save(path.stem, read(path))
                            path.unlink()


def of_user(environment: Mapping[str, str] = os.environ, beside: Path | None = None) -> Presets:
    """The user's presets. beside: the folder that may hold the launcher of an installed plug-in; default: the one that holds the client."""
    return Presets(discovery.config_dir(environment, beside) / "presets", (discovery.data_dir(environment) / "presets",))


def checked_name(name: str) -> str:
    """The name without spaces around it. PresetError when no file can be called so, or a plan of Restyle's own is."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or _NOT_IN_NAMES.search(name) or _DEVICES.match(name):
        raise PresetError(sentences.PRESET_NAME_WRONG.format(name=name, longest=LONGEST_NAME))
    if name.casefold() in declared.PRESETS:
        raise PresetError(sentences.PRESET_NAME_TAKEN.format(name=name))
    return name


def read(path: Path) -> dict[str, Any]:
    """The settings in a file. PresetError names the file and what is wrong in it."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError as error:
        raise PresetError(f"there is no preset {path}") from error
    except OSError as error:
        raise PresetError(sentences.PRESET_UNREAD.format(path=path, reason=error.strerror or error)) from error
    if len(content) > LARGEST_FILE:
        raise PresetError(f"{path} is too large for a preset")
    try:
        return parse(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise PresetError(f"{path} is no text in UTF-8 (byte {error.start})") from error
    except RecipeError as error:
        raise PresetError(f"{path}: {error}") from error


def parse(text: str) -> dict[str, Any]:
    """The settings in TOML. RecipeError."""
    tomli = toml()
    try:
        content = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise RecipeError(f"this is no TOML: {error}") from error
    return checked({name: value for name, value in content.items() if name != SERIES or not isinstance(value, Mapping)})


def checked(content: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by name, every one of them known and in its range. RecipeError names the one that is not."""
    settings: dict[str, Any] = {}
    for name, value in content.items():
        if name == NATIVE_SIZE:
            if not isinstance(value, bool):
                raise RecipeError(f"{NATIVE_SIZE} is {value}; it must be true or false")
            continue
        if name not in SETTINGS:
            raise RecipeError(f"{name} is no setting; there are {', '.join(SETTINGS)} and {NATIVE_SIZE}")
        ranges.check_setting(name, value)
        settings[name] = ranges.layers_of(name, value) if name in declared.LAYERS else value
    if content.get(NATIVE_SIZE):
        settings["size"] = declared.FULL_SIZE
    return settings


def settings_of(recipe: Recipe) -> dict[str, Any]:
    """What of a recipe a preset keeps: its settings without its styles."""
    default = Recipe()
    return {name: getattr(recipe, name) for name in SETTINGS if name in SEEN or getattr(recipe, name) != getattr(default, name)}


def to_toml(settings: Mapping[str, Any]) -> str:
    """Settings as a file's text. RecipeError when one is unknown or out of its range."""
    settings = checked(settings)
    size = settings.pop("size", declared.AUTOMATIC_SIZE)
    if size != declared.AUTOMATIC_SIZE:
        settings[NATIVE_SIZE if size == declared.FULL_SIZE else "size"] = True if size == declared.FULL_SIZE else size
    return "".join(f"{name} = {_toml(value)}\n" for name, value in settings.items() if value is not None)


def _toml(value: Any) -> str:
    """A flat value; JSON's strings are TOML's."""
    if isinstance(value, tuple):
        return "{ " + ", ".join(f"{name} = {_toml(weight)}" for name, weight in value) + " }"
    return json.dumps(value, ensure_ascii=False)

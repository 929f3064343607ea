"""Owns one line of Krita's settings: whether the plug-in is switched on. Everything else in the file stays as it is, byte for byte."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from restyle_contract.files import atomic_write

from .placing import PlacingError

GROUP, KEY = "[python]", "enable_restyle"
_LINE = re.compile(rf"^{KEY}[ \t]*=[ \t]*(\w*)[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_TRUE = ("true", "on", "yes", "1")
_NAMES = ("krita", "krita.exe", "krita.bin", "krita.real")  # of the program, natively and inside of a bundle


def says(settings: Path) -> bool:
    """Whether the plug-in is switched on, as Krita reads it: the last line in its group counts. A file that isn't there, or can't be read, says nothing."""
    try:
        text = _read(settings)
    except PlacingError:
        return False
    group, value = "", ""
    for line in text.splitlines():
        if line.strip().startswith("["):
            group = line.strip()
        elif group == GROUP and (found := _LINE.match(line.strip())):
            value = found.group(1).lower()
    return value in _TRUE


def switch(settings: Path, on: bool) -> None:
    """Switches it on, or takes the line out. PlacingError."""
    text = _LINE.sub("", _read(settings))  # wherever it stood: only in its group it counts
    if on:
        line = f"{KEY}=true\n"
        start = re.search(rf"^{re.escape(GROUP)}[ \t]*\r?\n?", text, re.MULTILINE)
        if start is None:
            text = f"{text.rstrip()}\n\n{GROUP}\n{line}" if text.strip() else f"{GROUP}\n{line}"
        else:
            text = f"{text[: start.end()].rstrip()}\n{line}{text[start.end() :]}"
    try:
        settings.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(settings, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise PlacingError(f"{settings} can't be written ({error.strerror}); switch Restyle on in Krita's Python Plugin Manager.") from error


def krita_runs() -> bool:
    """Whether a Krita of this user's home is open: it writes its settings when it ends, over whatever was put there."""
    try:
        import psutil
    except ImportError:  # the installer runs on any Python
        return _listed()
    found = (process.info for process in psutil.process_iter(["name", "status", "environ"]))
    return any(_is_krita(each["name"]) and each["status"] != psutil.STATUS_ZOMBIE and _at_home(each["environ"]) for each in found)


def _listed() -> bool:
    """The same by the system's own list of programs; of this user where the list can tell, whatever the home. False where there is no list."""
    command = ["tasklist", "/fo", "csv", "/nh"] if os.name == "nt" else ["ps", "-U", str(os.getuid()), "-o", "comm="]
    try:
        names = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=20, check=True).stdout.lower().splitlines()
    except (OSError, subprocess.SubprocessError):
        return False
    return any(Path(name.split('","')[0].strip(' "')).name in _NAMES for name in names)


def _is_krita(name: str | None) -> bool:
    return (name or "").lower() in _NAMES


def _at_home(environment: dict[str, str] | None) -> bool:
    """Whether a process has this home; one that doesn't tell counts as having it."""
    home = (environment or {}).get("HOME")
    return home is None or Path(home) == Path.home()


def _read(settings: Path) -> str:
    try:
        return settings.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise PlacingError(f"{settings} can't be read ({error.strerror}); make it readable, then run this again.") from error

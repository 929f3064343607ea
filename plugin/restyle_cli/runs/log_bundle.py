"""Owns the zip of logs that `restyle doctor --logs` makes: what helps to find a fault, and no secret."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from restyle_client import discovery

from ..terminal.failures import CRASH_LOG, Failure
from . import destinations

LARGEST = 4 << 20  # bytes of one log; older lines are left out
SECRET = re.compile(r"(?i)\b((?:token|password|secret|authorization)\b[\"']?\s*[:=]\s*[\"']?(?:bearer\s+)?|bearer\s+)[^\s\"',}]+")
KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
LEFT_OUT = "[left out]"


def write(path: Path, report: str, overwrite: bool = False) -> None:
    """The report, the logs and the settings, as a zip, whole or not at all. Failure, for a file that isn't Restyle's own as well."""
    try:
        with destinations.replacing(path, overwrite) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("report.txt", harmless(report))
            for name, file in files():
                with suppress(OSError):
                    archive.writestr(name, harmless(_tail(file)))
    except OSError as error:
        raise Failure(f"{path} can't be written ({error.strerror}); choose another file for --logs.") from error


def files() -> Iterator[tuple[str, Path]]:
    """Names in the zip, and files. server.json is not among them: it holds the token."""
    from restyle_server.admin.config import FILE

    state = discovery.state_dir()
    if (state / "logs").is_dir():
        yield from ((f"logs/{file.name}", file) for file in sorted((state / "logs").iterdir()) if file.is_file())
    for file in (state / "start.log", state / CRASH_LOG, state / "throughput.json", discovery.data_dir() / FILE):
        if file.is_file():
            yield file.name, file


def harmless(text: str) -> str:
    """The text without what could open a door: the server's token, whatever looks like one, keys; and without the user's name in paths."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        token = json.loads((discovery.state_dir() / discovery.SERVER_FILE).read_text(encoding="utf-8"))["token"]
        if token:
            text = text.replace(str(token), LEFT_OUT)
    text = KEY.sub(LEFT_OUT, text)
    text = SECRET.sub(lambda found: f"{found[1]}{LEFT_OUT}", text)
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text


def _tail(file: Path) -> str:
    with file.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - LARGEST))
        return stream.read().decode("utf-8", "replace")

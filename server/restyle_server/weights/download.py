"""Owns fetching one big file over HTTP into a .part file that survives an abort, and going on where it stopped. Knows nothing of what is in it."""

from __future__ import annotations

import http.client
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from .errors import InstallFailed

CHUNK = 1 << 20  # bytes: about 550 reports of progress for VGG19
TIMEOUT = 30.0  # s without a byte; slow proxies scan a file before they pass it on
PATIENCE = (1.0, 2.0, 4.0, 8.0)  # s between tries that bring nothing; bytes that arrive start the count anew

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells one version of a file on a server from the next, kept beside the .part file."""

    url: str
    validator: str  # ETag, or else Last-Modified; empty when the server sends neither

    def save(self, path: Path) -> None:
        path.write_text(json.dumps({"url": self.url, "validator": self.validator}), "utf-8")

    @classmethod
    def load(cls, path: Path) -> Mark | None:
        try:
            kept = json.loads(path.read_text("utf-8"))
            return cls(str(kept["url"]), str(kept["validator"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None


class _Interrupted(Exception):
    """The connection ended too early; trying again may help."""


class _Changed(Exception):
    """The server has no such range any more: its file has changed."""


def mark_path(part: Path) -> Path:
    """Where a .part file's mark is kept."""
    return part.with_name(part.name + ".json")


def download(url: str, part: Path, size: int, report: Report, wait: Callable[[float], None] = time.sleep) -> None:
    """Fetches `url`, a file of exactly `size` bytes, into `part`, going on with what lies there of the same version. report(done, total), in bytes.

    InstallFailed with a sentence; OSError when `part` can't be written. An exception out of `report` aborts; what has arrived stays for the next time.
    """
    if not url.lower().startswith(("https://", "http://")):
        raise InstallFailed(f"{url} is no web address; give one that starts with https://, or a file with --from FILE.")
    tries = iter(PATIENCE)
    while True:
        before = _length(part)
        try:
            _fetch(url, part, size, report)
        except _Changed:
            mark_path(part).unlink()  # without its mark the part is fetched anew
        except _Interrupted as error:
            after = _length(part)
            if after > before:
                tries = iter(PATIENCE)
            pause = next(tries, None)
            if pause is None:
                raise InstallFailed(_gave_up(url, after, size, error)) from error
            wait(pause)
        else:
            return


def _fetch(url: str, part: Path, size: int, report: Report) -> None:
    mark = Mark.load(mark_path(part))
    start = _length(part) if mark is not None and mark.url == url and mark.validator else 0
    if start >= size:
        if start == size:
            report(size, size)
            return
        start = 0
    with _open(url, start, mark) as response:
        if response.status != http.client.PARTIAL_CONTENT:
            start = 0  # the file has changed on the server, or it doesn't know ranges
        _same_size(url, start, size, response)
        with part.open("r+b" if start else "wb") as file:
            file.seek(start)
            file.truncate()
            Mark(url, _validator(response)).save(mark_path(part))
            _copy(response, file, start, size, report)


def _open(url: str, start: int, mark: Mark | None) -> Any:  # http.client.HTTPResponse, typed loosely by urllib
    headers = {"User-Agent": "restyle", "Accept-Encoding": "identity"}
    if start and mark is not None:
        headers |= {"Range": f"bytes={start}-", "If-Range": mark.validator}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the scheme is checked in download()
    try:
        return urllib.request.urlopen(request, timeout=TIMEOUT)  # noqa: S310
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416 and start:
            raise _Changed from error
        if error.code >= 500 or error.code == 429:
            raise _Interrupted(f"the server answered {error.code}") from error
        raise InstallFailed(
            f"{url} answered {error.code} {error.reason}; check the address, or download the file elsewhere and give it with --from FILE."
        ) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise InstallFailed(
                f"The certificate of {url} can't be trusted here; set SSL_CERT_FILE to your site's certificates, or use --from FILE."
            ) from error
        raise _Interrupted(str(getattr(error.reason, "strerror", None) or error.reason)) from error
    except ValueError as error:
        raise InstallFailed(f"{url} is no web address ({error}); check it.") from error
    except (OSError, http.client.HTTPException) as error:
        raise _Interrupted(str(error) or type(error).__name__) from error


def _same_size(url: str, start: int, size: int, response: Any) -> None:
    """Refuses a file of another size before half a gigabyte of it has come."""
    if start:
        span = str(response.headers.get("Content-Range", ""))  # bytes 500-999/1000
        fits = span.startswith(f"bytes {start}-") and span.rpartition("/")[2] in (str(size), "*")
        found = span.rpartition("/")[2]
    else:
        found = response.headers.get("Content-Length") or str(size)
        fits = found == str(size)
    if not fits:
        raise InstallFailed(f"{url} is a file of {found} bytes, not of {size}: it isn't torchvision's VGG19. Check the address.")


def _copy(response: Any, file: BinaryIO, done: int, size: int, report: Report) -> None:
    report(done, size)
    while done < size:
        try:
            piece = response.read(min(CHUNK, size - done))
        except (OSError, http.client.HTTPException) as error:
            raise _Interrupted(str(error) or type(error).__name__) from error
        if not piece:
            raise _Interrupted("the connection was closed")
        file.write(piece)
        file.flush()
        done += len(piece)
        report(done, size)


def _validator(response: Any) -> str:
    etag = response.headers.get("ETag") or ""
    return str(response.headers.get("Last-Modified") or "") if not etag or etag.startswith("W/") else str(etag)


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _gave_up(url: str, done: int, size: int, error: Exception) -> str:
    if not done:
        return f"The weights can't be reached ({error}). Check the network and try again; without one, install them with --from FILE. They are at {url}."
    return f"The download stopped at {done / 1e6:.0f} of {size / 1e6:.0f} MB ({error}). Run it again: it goes on where it stopped."

"""Owns the store of looks: those that came with Restyle, which lie beside this file, and the user's own. A look is one file, ID.safetensors, which appears
and disappears whole.

Every file is distrusted: it is bounded in size and checked by its header (restyle_engine/feedforward/look_file.py) whenever it comes in or has changed.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from restyle_contract.files import atomic_write
from restyle_contract.limits import MAX_LOOK_BYTES
from restyle_engine.feedforward.look_file import LookHeader, UnusableLook, header_of

from .. import naming
from ..refusals import FULL, DiskFull, Invalid, NotFound, NotNow, Refusal

BUILTIN = Path(__file__).parent
SUFFIX = ".safetensors"
MAX_OWN = 500  # looks of one user: 1 GB

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """A look as the store has it. size: bytes of its file; sha256: of its file, hexadecimal."""

    id: str
    header: LookHeader
    file: Path
    builtin: bool
    size: int
    sha256: str


class LookLibrary:
    """user_dir: the user's own looks, made when the first is added. builtin_dir: for tests; None: BUILTIN. Safe for threads."""

    def __init__(self, user_dir: Path, builtin_dir: Path | None = None) -> None:
        self._user = user_dir
        self._builtin = builtin_dir or BUILTIN
        self._writing = threading.Lock()
        self._known: dict[Path, tuple[object, Look]] = {}

    def list(self) -> list[Look]:
        """All looks: Restyle's, then the user's, each by id. Of two with one id the user's own is meant. What is no whole look is left out, with a line in the
        log."""
        found = {folder: self._looks_in(folder) for folder in (self._builtin, self._user)}
        own = {look.id for look in found[self._user]}
        return [*(look for look in found[self._builtin] if look.id not in own), *found[self._user]]

    def get(self, id_: str) -> Look:
        """NotFound, with what is most alike."""
        if naming.is_id(id_):
            for folder in (self._user, self._builtin):
                look = self._read(folder / f"{id_}{SUFFIX}")
                if look is not None:
                    return look
        near = naming.nearest(id_, [look.id for look in self.list()])
        hint = f'did you mean "{near}"?' if near else 'see "restyle look list".'
        raise NotFound(f'There is no look "{naming.shown(id_)}"; {hint}', reason="LOOK_NOT_FOUND")

    def data(self, look: Look) -> bytes:
        """The look's file. NotFound when it was removed or changed meanwhile."""
        try:
            data = _bytes_of(look.file)
        except OSError:
            data = b""
        if hashlib.sha256(data).hexdigest() != look.sha256:
            raise NotFound(f'The look "{look.id}" was removed meanwhile; see "restyle look list".', reason="LOOK_NOT_FOUND")
        return data

    def add(self, data: bytes, wish: str = "") -> Look:
        """Keeps a look's file, all of it or nothing; the look that was there already when it was. Invalid, NotNow, DiskFull."""
        header, sha256 = _checked(data), hashlib.sha256(data).hexdigest()
        with self._writing:
            looks = self.list()
            same = next((look for look in looks if look.sha256 == sha256), None)
            if same is not None:
                return same
            if sum(not look.builtin for look in looks) >= MAX_OWN:
                raise NotNow(f"There are {MAX_OWN} looks of your own; remove some first.", reason="LOOKS_FULL")
            taken = {look.id for look in looks}
            names = naming.candidates(wish, header.name, f"look-{sha256[:8]}")
            file = next(file for name in names if name not in taken and not (file := self._user / f"{name}{SUFFIX}").exists())
            try:
                self._user.mkdir(mode=0o700, parents=True, exist_ok=True)
                atomic_write(file, data)
            except OSError as error:
                raise _unkept(f"The look can't be kept in {self._user}", error) from error
            look = self._read(file)
        if look is None:
            raise NotNow(f"The look was written to {self._user} but can't be read back; check the disk.", reason="STORAGE")
        return look

    def delete(self, id_: str) -> None:
        """Removes one of the user's own. NotFound, NotNow."""
        with self._writing:
            look = self.get(id_)
            if look.builtin:
                raise NotNow(f'"{id_}" came with Restyle and can\'t be removed; only looks that you made or added can.', reason="LOOK_FIXED")
            try:
                look.file.unlink()
            except OSError as error:
                raise _unkept(f'"{id_}" can\'t be removed from {self._user}', error) from error
            self._known.pop(look.file, None)

    def _looks_in(self, folder: Path) -> tuple[Look, ...]:
        try:
            files = sorted(file for file in folder.iterdir() if file.suffix == SUFFIX and naming.is_id(file.stem))
        except OSError:
            return ()  # not made yet
        return tuple(look for file in files if (look := self._read(file)) is not None)

    def _read(self, file: Path) -> Look | None:
        try:
            status = file.stat()
            stamp = status.st_mtime_ns, status.st_size
            known = self._known.get(file)
            if known is None or known[0] != stamp:
                data = _bytes_of(file)
                look = Look(file.stem, header_of(data), file, file.parent == self._builtin, len(data), hashlib.sha256(data).hexdigest())
                known = self._known[file] = stamp, look
        except FileNotFoundError:
            return None
        except (OSError, UnusableLook) as error:
            _log.warning("the look in %s is left out: %s", file, error)
            return None
        return known[1]


def _bytes_of(file: Path) -> bytes:
    """OSError; no more than a look may have is read."""
    with file.open("rb") as source:
        data = source.read(MAX_LOOK_BYTES + 1)
    if len(data) > MAX_LOOK_BYTES:
        raise OSError(errno.EFBIG, "it is too large for a look")
    return data


def _checked(data: bytes) -> LookHeader:
    if not 1 <= len(data) <= MAX_LOOK_BYTES:
        raise Invalid("file", f"a look's file has 1 to {MAX_LOOK_BYTES:,} bytes, and this one {len(data):,}; choose one that Restyle exported.")
    try:
        return header_of(data)
    except UnusableLook as error:
        raise Invalid("file", str(error)) from error


def _unkept(what: str, error: OSError) -> Refusal:
    sentence = f"{what} ({(error.strerror or str(error)).lower()}); make room or correct the permissions."
    return DiskFull(sentence) if error.errno in FULL else NotNow(sentence, reason="STORAGE")

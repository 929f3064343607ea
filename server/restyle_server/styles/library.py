"""Owns the library of styles: those that came with Restyle, a studio's shared folder (read only), and the user's own.

A style is a folder ID/ with picture.EXT, style.toml, and perhaps thumbnail.webp and effect.webp. Reads take no lock: a style appears and disappears by
one rename.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .. import naming
from . import description as texts
from . import pictures
from .description import Description, Suggestion
from .errors import StyleError, StyleFixed, StyleNotFound, StyleRejected, StyleStorage

BUILTIN = Path(__file__).parent
MAX_OWN = 5000  # styles of one user: a list of more would be no list
STALE_SECONDS = 3600.0  # a temporary folder this old belongs to no living server
TEMPORARY = ".adding-"
REMOVED = ".removed-"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Style:
    """A style as the library has it. width, height: px; thumbnail, effect: encoded pictures ≤ 256 px (effect: on a fixed photo; may be empty)."""

    id: str
    title: str
    description: str
    tags: tuple[str, ...]
    credit: str
    license: str
    builtin: bool  # came with Restyle
    shared: bool  # lies in the studio's folder
    width: int
    height: int
    picture: Path
    thumbnail: bytes
    effect: bytes
    suggested: Suggestion
    sha256: str  # of the picture's file, hexadecimal

    @property
    def fixed(self) -> bool:
        """It can't be removed here."""
        return self.builtin or self.shared


@dataclass(frozen=True, slots=True)
class Draft:
    """A picture and its texts, checked, on the way into the library. data: the picture's file; file: where it lies instead, to be moved in."""

    data: bytes
    description: Description
    checked: pictures.Checked
    wish: str = ""  # the id that it would like
    file: Path | None = None

    @property
    def sha256(self) -> str:
        return _sha256(self.file) if self.file is not None else hashlib.sha256(self.data).hexdigest()


def draft(data: bytes, description: Description, wish: str = "") -> Draft:
    """StyleRejected when the picture can't be used."""
    return Draft(data, description, pictures.check(data, f'"{description.title}"'), wish)


class Library:
    """user_dir: the user's own styles, made when the first is added. shared_dir: more styles, never written to. builtin_dir: for tests. check: decodes a
    picture that lies somewhere without a thumbnail, as pictures.check. Safe for threads."""

    def __init__(
        self, user_dir: Path, shared_dir: Path | None = None, builtin_dir: Path = BUILTIN, check: Callable[[Path, str], pictures.Checked] = pictures.check
    ) -> None:
        self._user = user_dir
        self._check = check
        self._folders = [folder for folder in (builtin_dir, shared_dir, user_dir) if folder is not None]  # in the order of the list
        self._precedence = [folder for folder in (user_dir, builtin_dir, shared_dir) if folder is not None]  # whose style an id means
        self._builtin, self._shared = builtin_dir, shared_dir
        self._writing = threading.Lock()
        self._known: dict[Path, tuple[object, Style]] = {}
        _sweep(user_dir)
        if shared_dir is not None:
            _tell_if_away(shared_dir)

    def list(self) -> list[Style]:
        """All styles: Restyle's, the studio's, the user's, each by id. A folder that is no whole style is left out, with a line in the log. Of several with one
        id (a shared folder may grow, a newer Restyle bring more) the user's own is listed, else Restyle's."""
        found = {folder: [style for place in _places(folder) if (style := self._read(place, folder)) is not None] for folder in self._folders}
        meant: dict[str, Style] = {}
        for folder in self._precedence:
            for style in found[folder]:
                meant.setdefault(style.id, style)
        return [style for folder in self._folders for style in found[folder] if meant[style.id] is style]

    def get(self, id_: str) -> Style:
        """StyleNotFound, with what is most alike."""
        if naming.is_id(id_):
            for folder in self._precedence:
                style = self._read(folder / id_, folder) if _is_style(folder / id_) else None
                if style is not None:
                    return style
        near = naming.nearest(id_, [style.id for style in self.list()])
        hint = f'did you mean "{near}"?' if near else 'see "restyle styles list".'
        raise StyleNotFound(f'There is no style "{naming.shown(id_)}"; {hint}')

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for a picture on its way in, beside the styles, gone with the block. StyleStorage, also for what the block can't write."""
        try:
            self._user.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=self._user))
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError as error:
            raise self._unkept(error) from error

    def add(
        self,
        data: bytes,
        title: str,
        description: str = "",
        tags: Iterable[str] = (),
        credit: str = "",
        license: str = "",
        suggested: Suggestion | None = None,
    ) -> Style:
        """Adds an encoded picture (PNG, JPEG, TIFF, WebP) and returns its style; a picture that is there already returns the first. StyleRejected,
        StyleStorage."""
        return self.keep(draft(data, texts.described(title, description, tags, credit, license, suggested)))

    def keep(self, new: Draft) -> Style:
        """Adds a checked draft, all of it or nothing. Returns the style that was there already when its picture was. StyleRejected, StyleStorage."""
        with self._writing:
            styles = self.list()
            digest = new.sha256
            same = next((style for style in styles if style.sha256 == digest), None)
            if same is not None:
                return same
            own = sum(not style.fixed for style in styles)
            if own >= MAX_OWN:
                raise StyleRejected("picture", f"The library holds {own} styles of your own; remove some first.")
            try:
                place = self._write(new, digest, {style.id for style in styles})
            except OSError as error:
                raise self._unkept(error) from error
            style = self._read(place, self._user)
        if style is None:
            raise StyleStorage(f"The style was written to {place} but can't be read back; check the disk.")
        return style

    def delete(self, id_: str) -> None:
        """Removes one of the user's own. StyleNotFound, StyleFixed, StyleStorage."""
        with self._writing:
            style = self.get(id_)
            if style.fixed:
                whose = "came with Restyle" if style.builtin else "belongs to the shared folder"
                raise StyleFixed(f'"{id_}" {whose} and can\'t be removed here; only styles that you added can.')
            place = style.picture.parent
            try:
                grave = Path(tempfile.mkdtemp(prefix=REMOVED, dir=self._user))
                place.rename(grave / id_)
            except OSError as error:
                raise StyleStorage(f'"{id_}" can\'t be removed from {self._user} ({_reason(error)}); correct the permissions.') from error
            shutil.rmtree(grave, ignore_errors=True)
            self._known.pop(place, None)

    def _unkept(self, error: OSError) -> StyleStorage:
        return StyleStorage(f"The style can't be kept in {self._user} ({_reason(error)}); make room or correct the permissions.")

    def _write(self, new: Draft, digest: str, taken: set[str]) -> Path:
        self._user.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=self._user))
        try:
            picture = temporary / f"picture.{new.checked.extension}"
            if new.file is not None:
                new.file.replace(picture)
            else:
                picture.write_bytes(new.data)
            (temporary / "thumbnail.webp").write_bytes(new.checked.thumbnail)
            (temporary / "style.toml").write_bytes(texts.formatted(new.description))
            place = self._free_place(new, digest, taken)
            temporary.rename(place)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
        return place

    def _free_place(self, new: Draft, digest: str, taken: set[str]) -> Path:
        names = naming.candidates(new.wish, new.description.title, f"style-{digest[:8]}")
        return next(self._user / name for name in names if name not in taken and not (self._user / name).exists())

    def _read(self, place: Path, folder: Path) -> Style | None:
        try:
            toml, picture = place / "style.toml", _picture_of(place)
            stamp = tuple((path.stat().st_mtime_ns, path.stat().st_size) for path in (toml, picture))
            known = self._known.get(place)
            if known is not None and known[0] == (stamp, picture):
                return known[1]
            style = _loaded(place, toml, picture, self._check, builtin=folder == self._builtin, shared=folder == self._shared)
        except (OSError, StyleError) as error:
            _log.warning("the style in %s is left out: %s", place, error)
            return None
        self._known[place] = ((stamp, picture), style)
        return style


def _loaded(place: Path, toml: Path, picture: Path, check: Callable[[Path, str], pictures.Checked], builtin: bool, shared: bool) -> Style:
    with toml.open("rb") as file:
        described = texts.parse(file.read(texts.MAX_TOML_BYTES + 1))
    if picture.stat().st_size > pictures.MAX_BYTES:
        raise StyleRejected("picture", f"the picture has more than {pictures.MAX_BYTES // 2**20} MiB")
    thumbnail, effect = _optional(place / "thumbnail.webp"), _optional(place / "effect.webp")
    size = pictures.size_of(picture)
    if size is None or not thumbnail:
        checked = check(picture, str(picture))
        size, thumbnail = (checked.width, checked.height), thumbnail or checked.thumbnail
    return Style(
        id=place.name,
        title=described.title,
        description=described.description,
        tags=described.tags,
        credit=described.credit,
        license=described.license,
        builtin=builtin,
        shared=shared,
        width=size[0],
        height=size[1],
        picture=picture,
        thumbnail=thumbnail,
        effect=effect,
        suggested=described.suggested,
        sha256=_sha256(picture),
    )


def _places(folder: Path) -> list[Path]:
    try:
        return sorted(place for place in folder.iterdir() if naming.is_id(place.name) and _is_style(place))
    except OSError:
        return []  # not made yet, or a share that is away: the others still serve


def _is_style(place: Path) -> bool:
    try:
        return (place / "style.toml").is_file()
    except OSError:  # a folder that may not be entered
        return False


def _tell_if_away(shared: Path) -> None:
    """The server starts all the same: a share may come back."""
    try:
        next(shared.iterdir(), None)
    except OSError as error:
        _log.warning(
            "The shared styles in %s can't be read (%s); the other styles serve. Correct shared_styles in server.toml, or make the folder readable.",
            shared,
            _reason(error),
        )


def _picture_of(place: Path) -> Path:
    for extension in pictures.KINDS.values():
        path = place / f"picture.{extension}"
        if path.is_file():
            return path
    raise StyleRejected("picture", f"{place} has no picture.png, .jpg, .tif or .webp")


def _optional(path: Path) -> bytes:
    """A thumbnail's bytes; none when missing or far too long to be one."""
    return path.read_bytes() if path.is_file() and path.stat().st_size <= pictures.MAX_THUMBNAIL_BYTES else b""


def _sweep(folder: Path) -> None:
    """Removes what a killed server left half-written."""
    for prefix in (TEMPORARY, REMOVED):
        for leftover in folder.glob(f"{prefix}*"):
            try:
                if time.time() - leftover.stat().st_mtime > STALE_SECONDS:
                    shutil.rmtree(leftover, ignore_errors=True)
            except OSError:
                continue


def _sha256(file: Path) -> str:
    with file.open("rb") as picture:
        return hashlib.file_digest(picture, "sha256").hexdigest()


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()

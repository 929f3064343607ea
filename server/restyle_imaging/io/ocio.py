"""Owns a studio's colour spaces: from the one that a person names, or that the rules of OpenColorIO's config give a file, to sRGB-encoded floats, and back;
through ASWF's own library, which is in the extra `formats`.

The way leads through the linear Rec. 709 of OpenColorIO's own built-in config, to which it knows the way from every config that has the roles of interchange,
or a space that it recognises. Spaces of displays come in by the config's default view.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from .. import extra
from ..arrays import Floats, Samples
from ..color import srgb
from ..errors import PictureError
from ..planes.samples import BRIGHTEST
from .pictures import full_of

LINEAR_SRGB = "Linear Rec.709 (sRGB)"  # in OpenColorIO's built-in config
NEAREST = 3  # names that are offered for one that isn't there
LONGEST_REASON = 400  # characters of what the library says
LARGEST = 8 << 20  # bytes of a config's text, of which the library needs up to 10 s for each million; its own have 70,000
ARCHIVE = ".ocioz"  # a config with its tables
PREFIX = re.compile(r"^(Error: )?Loading the OCIO profile '.*' failed\.")  # which names the file once more
TAKEN = "{name} is taken to be in {space}, by the rules of the OCIO config; name another space with --ocio-space."
LEFT = "{name} says itself what its colours are: an OCIO space counts for OpenEXR, and for TIFF of 16 bits or more that has no profile."


@dataclass(frozen=True, slots=True)
class Space:
    """A colour space of a config. name: as the config has it. head: attributes by which an OpenEXR file names it, for files of the same space."""

    name: str
    forward: Any
    backward: Any
    head: Mapping[str, Any] = field(default_factory=dict)

    def to_srgb(self, colors: Floats) -> Floats:
        """Straight colours (h, w, 1 or 3) as sRGB-encoded ones, float32, without bounds but those of the config's own tables."""
        return srgb.encode(_through(self.forward, colors))

    def from_srgb(self, rgb: Floats) -> Floats:
        """The way back, always finite and never enormous."""
        return np.nan_to_num(_through(self.backward, srgb.decode(rgb)), nan=0.0).clip(-BRIGHTEST, BRIGHTEST)  # of a logarithm, say; no result holds any

    def samples(self, stored: Samples) -> Floats:
        """Samples (h, w, 1–4) of any depth, alpha last, as float32 with sRGB-encoded colours."""
        return _beside_alpha(self.to_srgb, np.asarray(stored / np.float32(full_of(stored.dtype)), np.float32))

    def stored(self, samples: Floats) -> Floats:
        """The way back, of floats."""
        return _beside_alpha(self.from_srgb, samples)

    @property
    def key(self) -> str:
        """The name, and what tells it from spaces of that name in other configs."""
        return f"{self.name} {hashlib.sha256(self.forward.getCacheID().encode()).hexdigest()[:8]}"

    def with_head(self, head: Mapping[str, Any]) -> Space:
        return replace(self, head=head)


@dataclass(frozen=True, slots=True)
class Ocio:
    """Which colour spaces files are in. config: a file, or a built-in one such as ocio://studio-config-latest; None: what $OCIO names. space: of all files;
    None: as the config's rules have it. file: for which it is asked; None: whichever is read, of which rules know the name alone."""

    config: str | None = None
    space: str | None = None
    file: Path | None = None

    def __post_init__(self) -> None:
        """PictureError for a config or a space that isn't there. What $OCIO alone names is looked at when a file asks for it."""
        if self.space is not None or self.config is not None:
            _config(self._place())
        if self.space is not None:
            _space(self._place(), self.space)

    def at(self, file: Path) -> Ocio:
        """For one file. PictureError."""
        return replace(self, file=file)

    def of(self, name: str, notes: list[str]) -> Space:
        """Of an OpenEXR file, with a note where rules have chosen it. PictureError."""
        if self.space is not None:
            return _space(self._place(), self.space)
        found = _space(self._place(), _config(self._place()).getColorSpaceFromFilepath(self._file(name))[0])
        notes.append(TAKEN.format(name=name, space=found.name))
        return found

    def of_rule(self, name: str, notes: list[str]) -> Space | None:
        """Of a file of another kind, for which only rules speak that name more than what is left over; None where none does. PictureError."""
        left_over = self.space is None and _config(self._place()).filepathOnlyMatchesDefaultRule(self._file(name))
        return None if left_over else self.of(name, notes)

    def _file(self, name: str) -> bytes:
        """As rules see it: the whole path, however it was given, with slashes."""
        return os.fsencode(name if self.file is None else self.file.absolute().as_posix())

    def _place(self) -> str:
        place = self.config or os.environ.get("OCIO")
        if not place:
            raise PictureError(f'Nobody says which config the colour space "{self.space}" is of; name it with --ocio CONFIG, or in $OCIO.')
        return place


@functools.cache
def _config(place: str) -> Any:
    library = _library()
    try:
        _require_readable(place)
        config = library.Config.CreateFromFile(os.fsencode(place))
        _names(config)  # which may be no UTF-8, as everything in a config has to be
    except (library.Exception, library.ExceptionMissingFile, OSError, ValueError) as error:
        own = "ocio://cg-config-latest" if place.startswith("ocio:") else "one that OpenColorIO " + library.GetVersion() + " reads"
        own = f"$OCIO {own}, or unset it" if place == os.environ.get("OCIO") else own
        raise PictureError(f"The OCIO config {place} can't be used ({_reason(error)}); give {own}.") from error
    return config


def _require_readable(place: str) -> None:
    """OSError, ValueError for what isn't there, and what would be read for ever, or for minutes."""
    if place.startswith("ocio:"):
        return
    path = Path(place)
    if not path.exists():
        raise ValueError("there is no such file")
    if not path.is_file():
        raise ValueError("it is no file")
    if path.suffix.lower() != ARCHIVE and path.stat().st_size > LARGEST:
        raise ValueError(f"it has {path.stat().st_size >> 20} MiB, more than any config")


def _names(config: Any) -> list[str]:
    """Of spaces and roles. ValueError."""
    library = _library()
    return [*config.getColorSpaceNames(library.SEARCH_REFERENCE_SPACE_ALL, library.COLORSPACE_ALL), *(role for role, _ in config.getRoles())]


@functools.cache
def _space(place: str, name: str) -> Space:
    library, config = _library(), _config(place)
    found = config.getColorSpace(os.fsencode(name))
    if found is None:
        known = _names(config)
        lower = {each.lower(): each for each in known}
        near = [lower[each] for each in difflib.get_close_matches(name.lower(), lower, NEAREST, cutoff=0.3)]
        raise PictureError(f'There is no colour space "{name}" in the OCIO config {place}; the nearest are {", ".join(near or known[:NEAREST])}.')
    if found.isData():
        raise PictureError(f'The space "{found.getName()}" of the OCIO config {place} holds data and no colours; name another one with --ocio-space.')
    try:
        ways = (
            library.Config.GetProcessorToBuiltinColorSpace(config, found.getName(), LINEAR_SRGB),
            library.Config.GetProcessorFromBuiltinColorSpace(LINEAR_SRGB, config, found.getName()),
        )
        forward, backward = (way.getOptimizedCPUProcessor(library.OPTIMIZATION_LOSSLESS) for way in ways)
    except (library.Exception, library.ExceptionMissingFile) as error:
        raise PictureError(
            f'The space "{found.getName()}" of the OCIO config {place} can\'t be used both ways ({_reason(error)}); mend the config, or name another space.'
        ) from error
    return Space(found.getName(), forward, backward)


def _beside_alpha(turn: Callable[[Floats], Floats], values: Floats) -> Floats:
    """The colours of (h, w, 1–4) turned, and the alpha beside them as it is."""
    count = 1 if values.shape[2] < 3 else 3
    return np.concatenate((turn(values[..., :count]), values[..., count:]), axis=-1)


def _through(way: Any, colors: Floats) -> Floats:
    """Gray stays gray: as green does, of three that are alike."""
    count = colors.shape[-1]
    turned = np.array(np.broadcast_to(colors, (*colors.shape[:-1], 3)), np.float32, order="C")  # a copy, which the library changes in its place
    way.applyRGB(turned)
    return turned if count == 3 else turned[..., 1:2]


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it, or its name, is no UTF-8"
    return " ".join(PREFIX.sub("", str(error)).split()).rstrip(".")[:LONGEST_REASON]


def _library() -> Any:
    try:
        import PyOpenColorIO
    except ImportError as error:
        raise extra.missing("OCIO configs, such as that of $OCIO,", extra.FORMATS) from error
    PyOpenColorIO.SetLoggingLevel(PyOpenColorIO.LOGGING_LEVEL_NONE)  # what is wrong is said once, in a sentence of ours
    return PyOpenColorIO

"""Owns which codings films are written in: what each can hold, in which files, and how good it is told to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import FilmError


@dataclass(frozen=True, slots=True)
class Coding:
    """encoder: FFmpeg's name. eight, deep, alpha, deep_alpha: formats and their bits, of 8-bit and deeper films, without and with alpha; None: it can't.
    suffixes: of files that it goes into, the usual one first. bits: that a pixel of a painted film takes, about, at the usual quality (measured, 8 bits: they
    differ by half of it). crf: the scale of its quality, 0 best; None: it has none. even: its sides are.
    in_order: options with which frames are coded as they are shown. MP4 has durations in the order of coding, and the last frame's would be another's."""

    encoder: str
    eight: tuple[str, int]
    deep: tuple[str, int] | None
    alpha: tuple[str, int] | None
    deep_alpha: tuple[str, int] | None
    suffixes: tuple[str, ...]
    bits: float
    crf: int | None
    worst: int = 0
    even: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    in_order: Mapping[str, str] = field(default_factory=dict)


CODINGS: Mapping[str, Coding] = {
    "h264": Coding("libx264", ("yuv420p", 8), None, None, None, (".mp4", ".mov", ".mkv"), 0.8, 18, 51, even=True, in_order={"bf": "0"}),
    "h265": Coding("libx265", ("yuv420p", 8), ("yuv420p10le", 10), None, None, (".mp4", ".mov", ".mkv"), 0.7, 20, 51, even=True,
                   options={"x265-params": "log-level=none"}, in_order={"bf": "0"}),
    "vp9": Coding("libvpx-vp9", ("yuv420p", 8), None, ("yuva420p", 8), None, (".webm", ".mkv", ".mp4"), 1.0, 24, 63,
                  options={"b": "0", "row-mt": "1", "auto-alt-ref": "0"}),
    "prores": Coding("prores_ks", ("yuv422p10le", 10), ("yuv422p10le", 10), ("yuva444p10le", 10), ("yuva444p10le", 10), (".mov", ".mkv"), 6.0, None, even=True),
    "ffv1": Coding("ffv1", ("yuv444p", 8), ("yuv444p16le", 16), ("yuva444p", 8), ("yuva444p16le", 16), (".mkv",), 11.0, None,
                   options={"level": "3", "slicecrc": "1"}),
    "webp": Coding("libwebp_anim", ("bgra", 8), None, ("bgra", 8), None, (".webp",), 2.0, None, options={"quality": "90", "lossless": "0"}),
    "apng": Coding("apng", ("rgb24", 8), ("rgb48be", 16), ("rgba", 8), ("rgba64be", 16), (".apng",), 16.0, None, options={"pred": "mixed"}),
}  # fmt: skip
USUAL = {".mp4": "h264", ".mov": "h264", ".mkv": "h264", ".webm": "vp9", ".m4v": "h264", ".webp": "webp", ".apng": "apng"}
USUAL_WITH_ALPHA = {".mov": "prores", ".mkv": "ffv1", ".webm": "vp9"}
SUFFIXES = tuple(USUAL)
HALVED = 1 / 9  # of a quality's scale, by which a film gets half as large (measured: 4 to 6 of 51, 6 to 11 of 63)


@dataclass(frozen=True, slots=True)
class Chosen:
    """How a film will be written. form, bits: of its frames. alpha: it has some. quality: crf, None for a coding without it. notes: what it can't hold."""

    name: str
    coding: Coding
    form: str
    bits: int
    alpha: bool
    quality: int | None
    notes: tuple[str, ...] = ()

    def bytes_of(self, width: int, height: int, frames: int) -> int:
        """How large a painted film gets, roughly: a calm one is half of it, one that changes all the time twice."""
        coding, bits = self.coding, self.coding.bits
        if coding.crf is not None and self.quality is not None:
            bits *= 2 ** ((coding.crf - self.quality) / (HALVED * coding.worst))
        elif not coding.even:  # without loss: all that a deeper film has on top is noise
            bits *= self.bits / 8
        return round(width * height * frames * bits / 8)


def usual_suffix(codec: str | None, *, alpha: bool) -> str:
    """The ending of a film that nobody has named yet."""
    coding = CODINGS.get(codec or "")
    if coding is not None:
        return coding.suffixes[0]
    return ".webm" if alpha else SUFFIXES[0]


def choose(suffix: str, codec: str | None, crf: int | None, *, deep: bool, alpha: bool) -> Chosen:
    """The coding for a file's ending. FilmError for one that can't be written there, or for alpha that would be lost without anybody having asked for it."""
    suffix = suffix.lower()
    if suffix not in USUAL:
        raise FilmError(f"Films can't be written as {suffix or 'a name without an ending'}; use one of {', '.join(SUFFIXES)}, or a folder of frames.")
    name = codec or (USUAL_WITH_ALPHA.get(suffix, USUAL[suffix]) if alpha else USUAL[suffix])
    coding = CODINGS.get(name)
    if coding is None:
        raise FilmError(f"There is no codec {name}; use one of {', '.join(CODINGS)}.")
    if suffix.replace("m4v", "mp4") not in coding.suffixes:
        raise FilmError(f"{name} does not go into {suffix}; write {' or '.join(coding.suffixes)}, or choose another --codec.")
    if crf is not None and (coding.crf is None or not 0 <= crf <= coding.worst):
        what = f"has a --crf from 0 to {coding.worst}" if coding.crf is not None else "has no --crf; leave it away"
        raise FilmError(f"{name} {what}.")
    return _fitted(name, coding, coding.crf if crf is None else crf, codec is not None, deep, alpha)


def _fitted(name: str, coding: Coding, quality: int | None, asked: bool, deep: bool, alpha: bool) -> Chosen:
    notes = []
    if alpha and coding.alpha is None:
        if not asked:
            raise FilmError(f"The film has transparency, which {name} can't hold; write .webm or .mov, or say --codec {name} to have it laid on black.")
        notes.append(f"{name} holds no transparency: the film is laid on black.")
    kept = alpha and coding.alpha is not None
    form = (coding.deep_alpha if deep else None) or coding.alpha if kept else (coding.deep if deep else None) or coding.eight
    if form is None:
        form = coding.eight
    if deep and form[1] == 8:
        notes.append(f"{name} is written with 8 bits: the film was deeper; --codec h265, prores or ffv1 keep more.")
    return Chosen(name, coding, *form, kept, quality, tuple(notes))

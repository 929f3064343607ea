"""Owns reading films: what there is in a file, looked through once from end to end, and its frames as planes, one at a time."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import extra
from ..arrays import Floats, Samples
from ..errors import FilmError
from ..io.pictures import plane_of, require_size
from ..planes.formats import Plane
from . import animations, planar, seeking
from .tags import Tags, to_srgb

if TYPE_CHECKING:
    from av import Packet, VideoFrame
    from av.container import InputContainer
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream

WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}  # FFmpeg's own decoders of these leave alpha out
SHORT = 0.5  # s that a film may end before the time that its head tells: what is more has been cut off
MOST_FRAMES = 2_000_000  # a day at 24 frames per second


@dataclass(frozen=True, slots=True)
class Film:
    """A film as it was found. width, height: px of its upright frames. deep: more than 8 bits. times: of its frames, from the container's zero, in units of
    time_base, rising; end: when the last one's time is over. rate: frames per second, on average. aspect: width of a pixel over its height. turn: quarters
    that its frames are turned to the left. warnings: sentences for people. keys: positions from which on it can be decoded; empty: from its start alone. icc:
    of an animation's colours, None for sRGB."""

    path: Path
    width: int
    height: int
    deep: bool
    alpha: bool
    tags: Tags
    time_base: Fraction
    times: tuple[int, ...]
    end: int
    rate: Fraction
    aspect: Fraction
    turn: int
    codec: str
    warnings: tuple[str, ...] = ()
    keys: tuple[int, ...] = ()
    icc: bytes | None = None

    @property
    def starts(self) -> tuple[Fraction, ...]:
        """Seconds from the container's zero at which the frames begin, and the last one ends."""
        return tuple(time * self.time_base for time in (*self.times, self.end))

    @property
    def frame_bytes(self) -> int:
        """That a frame's plane has at most."""
        return self.width * self.height * (4 if self.alpha else 3) * (4 if not self.tags.plain else 2 if self.deep else 1)

    def planes(self, positions: Sequence[int]) -> Iterator[tuple[int, Plane]]:
        """The frames at some positions, which rise, from 0: RGB or RGBA, U8, U16 (deep), or F32 (wide colours), sRGB-encoded or in the colours of `icc`. The
        film is decoded from a little before the first to the last of them, one frame in memory at a time. FilmError when it is no longer as it was."""
        left = deque(positions)
        entry = seeking.entry(self.keys, left[0]) if left else 0
        for first in dict.fromkeys((entry, 0)):  # from the start when the short way leads elsewhere
            with opened(self.path) as (container, stream), contextlib.suppress(seeking.Astray):
                for position, frame in self._frames(container, stream, first):
                    if left and position == left[0]:
                        yield left.popleft(), self._plane(frame, stream)
                    if not left:
                        return
        if left:
            raise FilmError(f"{self.path.name} has lost frames since it was opened; run this again when it is whole.")

    def _frames(self, container: InputContainer, stream: VideoStream, first: int) -> Iterator[tuple[int, VideoFrame]]:
        """With their positions, from one on. Astray."""
        if first == 0:
            return enumerate(_decoded(container, stream, []))
        seeking.seek(container, stream, self.times[first])
        return seeking.counted(_decoded(container, stream, []), self.times, first)

    def _plane(self, frame: VideoFrame, stream: VideoStream) -> Plane:
        width, height = (self.height, self.width) if self.turn % 2 else (self.width, self.height)
        rgb = np.rot90(planar.to_rgb(frame, planar.tags_of(frame, stream.codec_context), self.alpha, width, height), self.turn)
        return plane_of(_kept(np.ascontiguousarray(rgb), self.tags, self.deep), self.icc)


class Webp(Film):
    """A WebP, animated or not, which FFmpeg doesn't read."""

    __slots__ = ()

    def planes(self, positions: Sequence[int]) -> Iterator[tuple[int, Plane]]:
        """As of any film: RGB or RGBA, U8."""
        return animations.planes(self.path, self.alpha, self.icc, positions)


def look(path: Path, fps: Fraction | None = None) -> Film:
    """Looks a film through. fps: for one that tells no times. FilmError: missing packages, no film, no pictures, none that can be decoded, too large."""
    if animations.is_webp(path):
        return _webp(path)
    with opened(path) as (container, stream):
        notes: list[str] = []
        found = _Found(stream, fps)
        for frame in _decoded(container, stream, notes):
            found.add(frame)
            if len(found.times) > MOST_FRAMES:
                raise FilmError(f"{path.name} has more than {MOST_FRAMES:,} frames; cut it into parts.")
        film = found.film(path, container, tuple(notes))
    return _with_profile(film) if film.codec in ("apng", "png") else film


def _webp(path: Path) -> Film:
    found = animations.look(path)
    return Webp(
        path, found.width, found.height, False, found.alpha, animations.TAGS, animations.TIME_BASE, found.times, found.end,
        Fraction(len(found.times) * 1000, found.end), Fraction(1), 0, "webp", found.warnings, icc=found.icc,
    )  # fmt: skip


def _with_profile(film: Film) -> Film:
    """A PNG, animated or not, with the colours that its profile says, which goes before all else that it says of them."""
    icc, notes = animations.fitting(film.path.name, animations.profile_of_png(film.path))
    return film if icc is None and not notes else replace(film, icc=icc, tags=animations.TAGS if icc else film.tags, warnings=(*film.warnings, *notes))


class _Found:
    """What is known of a film while it is looked through."""

    def __init__(self, stream: VideoStream, fps: Fraction | None) -> None:
        self._stream = stream
        self.times: list[int] = []
        self._first: VideoFrame | None = None
        self._other: tuple[int, int, int] | None = None  # position, width, height
        self._alpha = self._interlaced = False
        self._bits, self._lasts = 8, 0
        self._averaged = bool(stream.average_rate)
        told = stream.average_rate or stream.guessed_rate or stream.base_rate
        self._rate = Fraction(told) if told else fps
        self._timed = self._exact = True
        self._keys: list[int] = []
        self._base = Fraction(stream.time_base or Fraction(1, 90_000))

    def add(self, frame: VideoFrame) -> None:
        if self._first is None:
            self._first = frame
        elif self._other is None and (frame.width, frame.height) != (self._first.width, self._first.height):
            self._other = (len(self.times), frame.width, frame.height)
        self._alpha = self._alpha or planar.transparent(frame)
        self._bits = max(self._bits, planar.bits_of(frame))
        self._interlaced = self._interlaced or frame.interlaced_frame
        step = 1 if self._rate is None else max(1, round(1 / (self._rate * self._base)))
        self._lasts = frame.duration or step
        after = self.times[-1] + step if self.times else 0
        time = after if frame.pts is None else frame.pts
        if frame.key_frame:
            self._keys.append(len(self.times))
        self.times.append(max(time, self.times[-1] + 1) if self.times else time)
        self._timed = self._timed and frame.pts is not None
        self._exact = self._exact and frame.pts == self.times[-1]

    def film(self, path: Path, container: InputContainer, notes: tuple[str, ...]) -> Film:
        name, first = path.name, self._first
        if first is None:
            raise FilmError(f"{name} has no frame that can be decoded: it is damaged or cut short; export or download it again.")
        require_size(name, first.width, first.height)
        times, end = self.times, self.times[-1] + self._lasts
        if self._rate is None and len(times) > 1 and not self._timed:
            raise FilmError(f"{name} doesn't tell how long its frames are shown; say how many there are in a second with --fps.")
        rate = self._rate or Fraction(25)
        if self._timed and len(times) > 1 and not self._averaged:  # what else is told may be the clock's: 100,000 for an APNG of two frames
            rate = Fraction(len(times)) / ((end - times[0]) * self._base)
        if not self._timed:
            self._base = 1 / rate
            times, end = list(range(len(times))), len(times)
        turn = round(first.rotation / 90) % 4
        width, height = (first.height, first.width) if turn % 2 else (first.width, first.height)
        aspect = Fraction(self._stream.sample_aspect_ratio or 1) or Fraction(1)
        return Film(
            path, width, height, self._bits > 8, self._alpha, planar.tags_of(first, self._stream.codec_context), self._base, tuple(times), end, rate,
            1 / aspect if turn % 2 else aspect, turn, self._stream.codec_context.name,
            (*notes, *self._warnings(name, first, container, end * self._base)), () if notes or not self._exact else tuple(self._keys),
        )  # fmt: skip

    def _warnings(self, name: str, first: VideoFrame, container: InputContainer, end: Fraction) -> Iterator[str]:
        if self._other:
            position, width, height = self._other
            sizes = f"from {first.width}×{first.height} to {width}×{height} px"
            yield f"{name} changes its size at frame {position}, {sizes}; all frames are scaled to the first one's."
        told = _told_end(self._stream, container)
        if told is not None and float(end) < told - SHORT:
            yield f"{name} breaks off after {float(end):.1f} of {told:.1f} s: it is damaged or cut short; what is there is painted."
        yield from animations.broken_off(Path(container.name), container.format.name, len(self.times))
        if self._interlaced:
            yield f"{name} is interlaced, which paint makes worse; take the lines out of it first, with ffmpeg's bwdif for example."


@contextlib.contextmanager
def opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """A film's file and the stream of its pictures. FilmError."""
    av = library()
    av.logging.set_level(None)  # what is wrong is said once, in a sentence of ours
    try:
        container = av.open(str(path), "r", metadata_errors="replace")
    except FileNotFoundError as error:
        raise FilmError(f"There is no file {path}; check the path.") from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise FilmError(f"{path.name} can't be opened as a film ({reason}); it is none, or it is damaged or cut short.") from error
    with container:
        found = [stream for stream in container.streams.video if not stream.disposition & av.stream.Disposition.attached_pic]
        if not found:
            raise FilmError(f"{path.name} holds no moving pictures; choose another file.")
        stream = min(found, key=lambda stream: not stream.disposition & av.stream.Disposition.default)
        if stream.codec_context is None:
            raise FilmError(f"{path.name} has pictures in a coding that can't be read here; convert it, to H.264 for example.")
        stream.thread_type = "AUTO"
        yield container, stream


def library() -> Any:
    """PyAV. FilmError when it is not installed."""
    try:
        import av
        import av.logging
    except ImportError as error:
        raise extra.missing("Films") from error
    return av


def _decoded(container: InputContainer, stream: VideoStream, notes: list[str]) -> Iterator[VideoFrame]:
    """Every frame that can be decoded, in the order in which they are shown; a note about what could not."""
    import av

    decoder, damaged = _decoder(stream), 0
    for packet in _packets(container, stream):
        try:
            yield from decoder.decode(packet)
        except av.error.FFmpegError:
            damaged += 1
    if damaged:
        notes.append(f"{damaged} parts of {Path(container.name).name} are damaged; their frames are left out.")


def _packets(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream] | None]:
    """The stream's packets until its end, or until the file is damaged, and then what empties the decoder."""
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            break
        if packet.size:
            yield packet
    yield None


def _decoder(stream: VideoStream) -> VideoCodecContext:
    import av

    context = stream.codec_context
    says = {key.lower(): value for key, value in stream.metadata.items()}.get("alpha_mode")
    if says != "1" or context.codec.canonical_name not in WITH_ALPHA:
        return context
    try:
        return av.CodecContext.create(WITH_ALPHA[context.codec.canonical_name], "r")  # type: ignore[return-value]  # a video's
    except av.error.FFmpegError:
        return context


def _told_end(stream: VideoStream, container: InputContainer) -> float | None:
    """Seconds at which the file's head says that its pictures end; None when it doesn't."""
    if stream.duration and stream.time_base:
        return float((stream.duration + (stream.start_time or 0)) * stream.time_base)
    words = {key.upper(): value for key, value in stream.metadata.items()}.get("DURATION", "")
    with contextlib.suppress(ValueError):
        hours, minutes, seconds = words.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    return None


def _kept(rgb: Floats, tags: Tags, deep: bool) -> Samples:
    """R'G'B'(A) in 0–1 as samples of a plane."""
    if not tags.plain:
        return np.concatenate((to_srgb(rgb[..., :3], tags), rgb[..., 3:]), -1)
    full = np.float32(65_535 if deep else 255)
    return np.asarray(np.rint(rgb * full), np.uint16 if deep else np.uint8)

"""Owns writing films: frames as a coding holds them, at their own times, and beside them sound and subtitles of another film, copied packet by packet."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Floats
from ..color.profiles import profile_of
from ..errors import FilmError
from ..io.pictures import plane_of
from ..planes import samples as planar_samples
from ..planes.formats import Plane
from . import animations, planar
from .codecs import Chosen
from .reading import Film, library, opened
from .tags import BT709, PRIMARIES_BT709, RGB, UNSPECIFIED, Tags, from_srgb

if TYPE_CHECKING:
    from av import Packet
    from av.container import OutputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm", ".webp": "webp", ".apng": "apng"}
FORMAT_OPTIONS = {"mp4": {"movflags": "+faststart"}, "mov": {"movflags": "+faststart"}, "webp": {"loop": "0"}, "apng": {"plays": "0"}}  # 0: again and again
PLAIN = Tags(BT709, PRIMARIES_BT709, BT709)  # of a film made of pictures
IN_SRGB = Tags(RGB, UNSPECIFIED, UNSPECIFIED, full=True)  # of an animation, which can't say what its colours are
LEFT_OUT = {"encoder", "creation_time", "major_brand", "minor_version", "compatible_brands", "duration"}  # what is of the old file, not of the film
FINEST = Fraction(1, 90_000)  # s: times that are finer are rounded, as no player shows the difference


@dataclass(frozen=True, slots=True)
class Shape:
    """What a film is like. width, height: px. tags: of the colours that its planes came from. rate: frames per second. aspect: of a pixel. steady: every
    frame is shown for as long. icc: the profile of an animation that its planes came from, which another animation keeps. frames: how many there will be;
    0: not known, and more than a few."""

    width: int
    height: int
    tags: Tags = PLAIN
    rate: Fraction = Fraction(24)
    aspect: Fraction = Fraction(1)
    steady: bool = True
    icc: bytes | None = None
    frames: int = 0

    @property
    def in_order(self) -> bool:
        """Whether its frames are coded as they are shown. Of one or two that are not, x265 tells times that it has made up."""
        return not self.steady or 0 < self.frames <= 2


@dataclass(frozen=True, slots=True)
class Sound:
    """What is copied beside the frames: all sound and subtitles of a film, from `start` to `end` (s from its container's zero), `start` becoming 0."""

    film: Film
    start: Fraction
    end: Fraction
    whole: bool  # nothing is cut: chapters come along


class Writer:
    """A film being written to `path`, as the file's kind that `suffix` stands for. Use it as a context manager. notes: sentences about what doesn't go into it.
    OSError and FilmError when it can't be written."""

    def __init__(self, path: Path, suffix: str, chosen: Chosen, shape: Shape, sound: Sound | None = None) -> None:
        self._path, self._chosen, self._shape = path, chosen, shape
        self._tags = _written(shape.tags, chosen)
        self._icc = shape.icc if suffix.lower() in animations.SUFFIXES else None
        self._exit = contextlib.ExitStack()
        self._durations: dict[int | None, int | None] = {}  # by the time of a frame that is being encoded, in units of FINEST
        self._suffix, self._last = suffix.lower(), Fraction(0)
        self.notes: list[str] = []
        with _sentences(chosen, shape):
            options = FORMAT_OPTIONS.get(FORMATS[self._suffix], {})
            # bitexact: nothing random and no version in the file, so that equal frames make equal films
            opened_file = library().open(str(path), "w", format=FORMATS[self._suffix], options={"fflags": "+bitexact", **options})
            self._file: OutputContainer = self._exit.enter_context(opened_file)
            self._video = self._stream()
            self._beside = self._copied(sound, self._suffix) if sound else iter(())
            self._next = next(self._beside, None)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            self._finish()
        else:
            with contextlib.suppress(Exception):  # the file is of no use
                self._exit.close()

    def add(self, plane: Plane, begin: Fraction, end: Fraction) -> None:
        """One frame, sRGB-encoded or with a profile, shown from `begin` to `end` s."""
        with _sentences(self._chosen, self._shape):
            self._beside_until(begin)
            frame = planar.from_rgb(self._prepared(plane), self._tags, self._chosen.form, self._chosen.bits)
            base = self._video.codec_context.time_base or FINEST
            frame.pts, frame.time_base = round(begin / base), base
            self._last = end - begin
            self._durations[frame.pts] = max(1, round(end / base) - frame.pts)
            self._mux(self._video.encode(frame))

    def _mux(self, packets: list[Packet[Any]]) -> None:
        """With how long they are shown, which encoders forget."""
        for packet in packets:
            packet.duration = self._durations.pop(packet.pts, packet.duration)
            self._file.mux_one(packet)

    def _finish(self) -> None:
        with _sentences(self._chosen, self._shape):
            try:
                self._mux(self._video.encode(None))
                self._beside_until(None)
            finally:
                self._exit.close()
            if self._suffix in animations.SUFFIXES:
                animations.hold_last(self._path, self._suffix, self._last)
                if self._icc:
                    animations.put_profile(self._path, self._suffix, self._icc, self._shape.width, self._shape.height)

    def _stream(self) -> VideoStream:
        chosen, shape = self._chosen, self._shape
        options = {**chosen.coding.options, **(chosen.coding.in_order if shape.in_order else {})}
        if chosen.quality is not None:
            options["crf"] = str(chosen.quality)
        rate = shape.rate.limit_denominator(100_000)
        stream: VideoStream = self._file.add_stream(chosen.coding.encoder, rate=rate, options=options)  # type: ignore[assignment]  # of a video's codec
        context = stream.codec_context
        pad = chosen.coding.even
        context.width, context.height = (side + side % 2 if pad else side for side in (shape.width, shape.height))
        context.pix_fmt = chosen.form
        context.time_base = FINEST
        context.sample_aspect_ratio = shape.aspect.limit_denominator(10_000)
        context.colorspace, context.color_range = self._tags.matrix, planar.FULL if self._tags.full else planar.LIMITED
        context.color_primaries, context.color_trc = self._tags.primaries, self._tags.transfer
        if chosen.name == "h265" and FORMATS.get(self._path.suffix, "mp4") != "matroska":
            context.codec_tag = "hvc1"  # what Apple's players ask for
        return stream

    def _prepared(self, plane: Plane) -> Floats:
        """R'G'B' or R'G'B'A in the film's own colours, (h, w, 3–4), even where the coding wants it: the last column or row is then there twice."""
        samples = planar_samples.samples_of(plane)
        channels, depth = plane.format.channels, plane.format.depth
        rgb = planar_samples.colors_of(samples, channels, depth)
        if self._icc is None or plane.icc != self._icc:
            rgb = profile_of(plane.icc, channels.is_gray).to_srgb(rgb)
            rgb = rgb if self._icc is None else profile_of(self._icc, gray=False).from_srgb(rgb)
        rgb = from_srgb(rgb, self._tags) if not self._tags.plain else np.clip(rgb, 0, 1)
        alpha = planar_samples.alpha_of(samples, channels, depth)
        if self._chosen.alpha:
            rgb = np.concatenate((rgb, (np.ones(rgb.shape[:2], np.float32) if alpha is None else alpha)[..., None]), -1)
        elif alpha is not None:
            rgb = rgb * alpha[..., None]
        if self._chosen.coding.even and (rgb.shape[0] % 2 or rgb.shape[1] % 2):
            rgb = np.pad(rgb, ((0, rgb.shape[0] % 2), (0, rgb.shape[1] % 2), (0, 0)), "edge")
        return np.asarray(rgb, np.float32)

    def _copied(self, sound: Sound, suffix: str) -> Iterator[tuple[Fraction, Packet[Any]]]:
        """Packets of sound and subtitles with their new times, as they lie in the file."""
        source, _ = self._exit.enter_context(opened(sound.film.path))
        fits = self._file.supported_codecs
        copies: dict[int, Stream] = {}
        for stream in (*source.streams.audio, *source.streams.subtitles):
            what, coding = ("sound" if stream.type == "audio" else "subtitles"), stream.codec_context and stream.codec_context.name
            with contextlib.suppress(ValueError, library().error.FFmpegError):
                if coding in fits or (stream.codec_context and stream.codec_context.codec.canonical_name in fits):
                    copies[stream.index] = self._file.add_stream_from_template(stream)
                    copies[stream.index].metadata.update(stream.metadata)
                    continue
            self.notes.append(f"The {what} of {sound.film.path.name} ({coding or 'of an unknown coding'}) don't go into {suffix}; write .mkv to keep them.")
        self._file.metadata.update({key: value for key, value in source.metadata.items() if key.lower() not in LEFT_OUT})
        if sound.whole and (chapters := source.chapters()):
            self._file.set_chapters(chapters)
        return _packets(source, copies, sound)

    def _beside_until(self, time: Fraction | None) -> None:
        """Writes what is heard before a time; None: all that is left."""
        while self._next is not None and (time is None or self._next[0] <= time):
            self._file.mux_one(self._next[1])
            self._next = next(self._beside, None)


def try_out(suffix: str, chosen: Chosen, shape: Shape, sound: Sound | None = None) -> tuple[str, ...]:
    """Writes a film of one black frame, which is thrown away, so that nobody paints what can't be written. Returns the sentences of a Writer's notes.
    FilmError: the coding doesn't take such frames."""
    black = np.zeros((shape.height, shape.width, 3), np.uint8)
    silent = sound and replace(sound, end=sound.start)
    shape = replace(shape, frames=1)
    try:
        with tempfile.TemporaryDirectory() as folder, Writer(Path(folder) / f"film{suffix}", suffix, chosen, shape, silent) as writer:
            writer.add(plane_of(black, None), Fraction(0), 1 / shape.rate)
    except OSError:  # of the place for trials, which tells nothing of the film
        return ()
    return tuple(dict.fromkeys(writer.notes))


def _packets(source: Any, copies: dict[int, Stream], sound: Sound) -> Iterator[tuple[Fraction, Packet[Any]]]:
    if not copies or sound.end <= sound.start:
        return
    with contextlib.suppress(library().error.FFmpegError):  # the source is cut short: what is there goes along
        for packet in source.demux([source.streams[index] for index in copies]):
            if packet.dts is None or packet.pts is None:
                continue
            begin = packet.pts * packet.time_base
            if begin >= sound.end or (begin < sound.start and not sound.whole):  # coders of sound begin before 0
                continue
            shift = round(sound.start / packet.time_base)
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            packet.stream = copies[packet.stream_index]
            yield begin - sound.start, packet


def _written(tags: Tags, chosen: Chosen) -> Tags:
    """The tags of the new film: the old one's, with a matrix for what had none; none for animations, which are in sRGB."""
    if chosen.form in planar.PACKED:
        return IN_SRGB
    if tags.matrix == RGB:
        primaries, transfer = (tags.primaries, tags.transfer) if not tags.plain else (PRIMARIES_BT709, BT709)
        return Tags(BT709, primaries, transfer)
    return tags


@contextlib.contextmanager
def _sentences(chosen: Chosen, shape: Shape) -> Iterator[None]:
    av = library()
    try:
        yield
    except OSError:  # FFmpeg's errors of the disk are these, too
        raise
    except (av.error.FFmpegError, av.codec.codec.UnknownCodecError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        film = f"A film of {shape.width:,}×{shape.height:,} px"
        raise FilmError(f"{film} can't be written as {chosen.name} ({reason}); choose another --codec, or a folder of frames.") from error

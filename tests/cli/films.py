"""Owns small films for the command line's tests, made frame by frame, and what there is in a film's file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from fake_engine import following_bytes, painted_bytes
from restyle_imaging.film import codecs, reading
from restyle_imaging.film.writing import PLAIN, Shape, Writer
from restyle_imaging.io.pictures import plane_of
from restyle_imaging.planes.samples import samples_of

RATE = Fraction(10)


def scene(position: int, width: int = 32, height: int = 24, *, alpha: bool = False, deep: bool = False) -> np.ndarray[Any, Any]:
    """A frame whose colours move, without noise."""
    rows, columns = np.mgrid[:height, :width]
    layers = [(columns * 2 + position * 9) % 256, (rows * 3 + position * 3) % 256, np.full_like(rows, 40 + position * 7 % 200)]
    if alpha:
        layers.append((columns * 3 + rows) % 256)
    samples = np.stack(layers, -1)
    return (samples * 257).astype(np.uint16) if deep else samples.astype(np.uint8)


def shots(*lengths: int) -> list[np.ndarray[Any, Any]]:
    """Frames of shots of these lengths, every second one in the opposite colours."""
    ends = [sum(lengths[: number + 1]) for number in range(len(lengths))]
    return [scene(at) if next(number for number, end in enumerate(ends) if at < end) % 2 == 0 else 255 - scene(at) for at in range(ends[-1])]


def film(
    path: Path,
    frames: int | Sequence[np.ndarray[Any, Any]] = 6,
    *,
    codec: str = "ffv1",
    times: Sequence[Fraction] | None = None,
    size: tuple[int, int] = (32, 24),
    **kind: Any,
) -> Path:
    """A film of so many scenes, or of these frames; without loss, but for the rounding of its colours, unless another codec is named. kind: alpha, deep."""
    path.parent.mkdir(parents=True, exist_ok=True)
    contents = [scene(at, *size, **kind) for at in range(frames)] if isinstance(frames, int) else frames
    begins = list(times or [at / RATE for at in range(len(contents) + 1)])
    chosen = codecs.choose(path.suffix, codec, None, deep=kind.get("deep", False), alpha=kind.get("alpha", False))
    with Writer(path, path.suffix, chosen, Shape(*size, PLAIN, RATE, steady=times is None)) as writer:
        for at, samples in enumerate(contents):
            writer.add(plane_of(samples, None), begins[at], begins[at + 1])
    return path


def with_sound(path: Path, picture: Path, seconds: float = 0.6, codec: str = "aac") -> Path:
    """The film `picture` with a tone beside its frames."""
    with av.open(str(picture)) as source, av.open(str(path), "w") as target:
        old = source.streams.video[0]
        video = target.add_stream_from_template(old)
        audio: Any = target.add_stream(codec, rate=48_000)
        audio.layout = "mono"
        wave = np.sin(np.arange(int(48_000 * seconds)) / 20).astype(np.float32)
        for at in range(0, len(wave), 1024):
            block = av.AudioFrame.from_ndarray(wave[None, at : at + 1024], "fltp", "mono")
            block.sample_rate, block.pts = 48_000, at
            target.mux(audio.encode(block))
        target.mux(audio.encode(None))
        for packet in source.demux(old):
            if packet.dts is not None:
                packet.stream = video
                target.mux(packet)
    return path


def packets(path: Path, kind: str) -> list[bytes]:
    """The bytes of every packet of the first stream of a kind, "audio" or "subtitle"."""
    with av.open(str(path)) as source:
        return [bytes(packet) for packet in source.demux(**{kind: 0}) if packet.size]


def frames_of(path: Path) -> list[np.ndarray[Any, Any]]:
    """The samples of every frame of a film."""
    found = reading.look(path)
    return [samples_of(plane) for _, plane in found.planes(range(len(found.times)))]


def painted(contents: Iterable[bytes], seed: int = 0) -> list[bytes]:
    """What the fake engine makes of frames, each following the one before."""
    found: list[bytes] = []
    for content in contents:
        found.append(following_bytes(content, seed, found[-1:]) if found else painted_bytes(content, seed))
    return found

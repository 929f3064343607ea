"""Owns the short way to a frame in the middle of a film: where decoding may begin so that the frames are the very same as from the start on."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream


class Astray(Exception):
    """The container has led elsewhere; only the way from the start is left."""


def entry(keys: Sequence[int], position: int) -> int:
    """The position at which decoding begins for a frame. keys: positions of frames that need no others, rising. It is the second of them before the frame:
    where a coding lets frames look back over a key ("open" groups), those after the next one are whole."""
    return keys[max(0, bisect.bisect_right(keys, position) - 2)] if keys else 0


def seek(container: InputContainer, stream: VideoStream, time: int) -> None:
    """To the last place not after a time, in the stream's units, where decoding may begin. Astray."""
    import av

    try:
        container.seek(time, stream=stream)
    except (av.error.FFmpegError, OverflowError) as error:
        raise Astray from error


def counted(frames: Iterable[VideoFrame], times: Sequence[int], first: int) -> Iterator[tuple[int, VideoFrame]]:
    """Frames with their positions from `first` on, by their times, of which none may be missing. Astray when one is."""
    position = first
    for frame in frames:
        if frame.pts is None or position == len(times) or frame.pts > times[position]:
            raise Astray
        if frame.pts == times[position]:
            yield position, frame
            position += 1
        elif position > first:
            raise Astray

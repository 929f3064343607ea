"""Owns the clip of docs/film.md: python tests/pictures/film_clip.py FILE.webp. A photograph that the camera moves over, and beside it the film that
`restyle film` makes of it (ten minutes on two cores)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage import data

Frame = NDArray[np.uint8]

COUNT, RATE = 48, 12  # frames, per second
WIDTH, HEIGHT = 256, 176  # px
STYLE = "night"
QUALITY = 55


def frames() -> Iterator[Frame]:
    """(HEIGHT, WIDTH, 3): over the cat, and nearer."""
    photo: Frame = data.chelsea()  # type: ignore[no-untyped-call]
    height, width = photo.shape[:2]
    for number in range(COUNT):
        time = number / (COUNT - 1)
        part = width * 0.82 * (1 - 0.35 * time) / WIDTH  # of the photo's pixels, to one of the frame's
        left = width * (0.42 + 0.12 * np.sin(np.pi * time)) - part * WIDTH / 2
        top = height * (0.5 - 0.06 * time) - part * HEIGHT / 2
        way = np.array([[part, 0, left], [0, part, top]], np.float32)
        found = cv2.warpAffine(photo, way, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT)
        yield np.asarray(found, np.uint8)


def write(path: Path) -> None:
    """The frames as a film."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for frame in frames():
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
        container.mux(stream.encode())


def read(path: Path) -> list[Frame]:
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in container.decode(video=0)]


def main(clip: Path) -> None:
    """Paints, and writes both side by side."""
    with tempfile.TemporaryDirectory() as folder:
        source, painted = Path(folder) / "in.mp4", Path(folder) / "out.mp4"
        write(source)
        subprocess.run(["restyle", "film", str(source), "--style", STYLE, "-o", str(painted)], check=True)
        pairs = [Image.fromarray(np.concatenate(pair, 1)) for pair in zip(read(source), read(painted), strict=True)]
    pairs[0].save(clip, save_all=True, append_images=pairs[1:], duration=1000 // RATE, loop=0, quality=QUALITY, method=6)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

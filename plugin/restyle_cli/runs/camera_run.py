"""Owns the window that shows what a camera sees, painted: OpenCV's camera and window, and a live canvas between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import restyle_client as client
from restyle_imaging import extra

from ..terminal.failures import Failure
from ..terminal.output import line
from .live_run import Painter

TITLE = "Restyle live – q closes"
KEYS = (ord("q"), 27)  # and Escape
FORMAT = client.PixelFormat(client.Channels.RGB, client.Depth.U8)
HEADLESS = (
    "OpenCV is here without its windows (opencv-python-headless); install the package that has them, opencv-python, in its place, or watch a folder with "
    "--watch."
)


def show(painter: Painter, number: int) -> None:
    """Until the window is closed. Failure without a camera or windows."""
    cv2 = _opencv()
    camera = cv2.VideoCapture(number)
    try:
        there, first = camera.read()
        if not there:
            raise Failure(f"There is no camera {number}, or another program uses it; choose another with --camera N.")
        height, width = first.shape[:2]
        with client.connect() as session, session.live(FORMAT, width, height, painter.look, strength=painter.strength) as canvas:
            line("the painting is in its own window; q closes it")
            _run(cv2, camera, canvas, first)
    finally:
        camera.release()


def _opencv() -> Any:
    try:
        import cv2
    except ImportError as error:
        raise Failure(extra.missing("Cameras").message) from error
    try:
        cv2.namedWindow(TITLE, cv2.WINDOW_NORMAL)
    except cv2.error as error:
        raise Failure(HEADLESS) from error
    return cv2


def _run(cv2: Any, camera: Any, canvas: client.Live, shown: Any) -> None:
    """Every picture of the camera replaces the one before; what is painted is shown as it comes."""
    height, width = shown.shape[:2]
    shown = shown.copy()
    there, picture = True, shown
    while there and cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) >= 1 and cv2.waitKey(1) & 0xFF not in KEYS:
        canvas.change(0, 0, width, height, cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).tobytes())
        while (frame := canvas.frame(0)) is not None:
            pixels = np.frombuffer(frame.data, np.uint8).reshape(frame.height, frame.width, 3)
            shown[frame.y : frame.y + frame.height, frame.x : frame.x + frame.width] = pixels[..., ::-1]
        cv2.imshow(TITLE, shown)
        there, picture = camera.read()
        if there and picture.shape != shown.shape:
            raise Failure("The camera has changed its size; start again.")

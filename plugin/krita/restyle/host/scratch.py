"""Owns images that nobody sees: Krita's own ways of converting and exporting work on images only, and in the painter's own image they would be undo steps."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from .api import application

# Krita remembers the last new image's size and colors for its "New" dialog, whoever made it. Each entry, and what Krita takes when there is none.
REMEMBERED = {
    "imageWidthDef": "2480", "imageHeightDef": "3508", "imageResolutionDef": "300",
    "colorModelDef": "RGBA", "colorDepthDef": "U8", "colorProfileDef": "sRGB-elle-V2-srgbtrc.icc",
}  # fmt: skip


@contextlib.contextmanager
def scratch(width: int, height: int, colors: tuple[str, str, str]) -> Iterator[Any]:
    """An image in no window with the color model, depth and profile; None when Krita can't make it. Closed at the end."""
    application_ = application()
    kept = {name: application_.readSetting("", name, usual) for name, usual in REMEMBERED.items()}
    document: Any = application_.createDocument(width, height, "", *colors, 72.0)
    for name, value in kept.items():
        application_.writeSetting("", name, value)
    try:
        if document is not None:
            document.setBatchmode(True)
        yield document
    finally:
        if document is not None:
            document.waitForDone()
            document.close()


def converted(data: Any, width: int, height: int, old: tuple[str, str, str], new: tuple[str, str, str]) -> Any:
    """Pixels brought from one color space to another by Krita; None when it can't."""
    with scratch(width, height, old) as document:
        if document is None:
            return None
        node = document.createNode("", "paintlayer")
        if node.setPixelData(data, 0, 0, width, height) is False or node.setColorSpace(*new) is False:  # some versions say nothing
            return None
        return node.pixelData(0, 0, width, height)

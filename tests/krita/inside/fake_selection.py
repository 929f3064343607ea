"""Owns a small Krita's selections, which keep bytes."""

from __future__ import annotations

from typing import Any

from fake_qt import QtCore


class Selection:
    def __init__(self) -> None:
        self.rect: tuple[int, ...] = (0, 0, 0, 0)
        self.data = b""

    def setPixelData(self, data: Any, *rect: int) -> None:
        self.data, self.rect = bytes(data), rect

    def pixelData(self, x: int, y: int, width: int, height: int) -> Any:
        left, top, full, rows = self.rect
        inside = [
            self.data[(y + r - top) * full + x + c - left] if 0 <= y + r - top < rows and 0 <= x + c - left < full else 0
            for r in range(height)
            for c in range(width)
        ]
        return QtCore.QByteArray(bytes(inside))

    x = property(lambda self: lambda: self.rect[0])
    y = property(lambda self: lambda: self.rect[1])
    width = property(lambda self: lambda: self.rect[2])
    height = property(lambda self: lambda: self.rect[3])

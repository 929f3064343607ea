"""Owns live painting in the worker: parts of canvases, each painted by its look and given back in the very same format, and what moves in them followed.
Imports no torch."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict

import numpy as np
from restyle_contract.rectangles import Rect
from restyle_imaging.color.tone import Tone
from restyle_imaging.errors import ImagingError
from restyle_imaging.planes.canvas import Canvas, close_plane, open_plane
from restyle_imaging.planes.formats import Plane
from restyle_imaging.planes.samples import samples_of

from ..records.live import LiveCrop, LiveMotion, LivePiece, LiveWay, LookFile
from .engine import Engine, JobFailure, LookPainter

STILL = (0.0, 0.0)
NOTHING_FOLLOWED = "This server's engine follows nothing that moves; update the server."
KEPT_LOOKS = 4  # some 3 MB each; ten people at one server paint with few


class LivePainting:
    """Paints parts of canvases on one engine, and keeps the looks that were used last."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._painters: OrderedDict[LookFile, LookPainter] = OrderedDict()

    def done(self, order: LiveCrop | LiveMotion) -> LivePiece | LiveWay:
        """JobFailure: BAD_INPUT for pixels or a look that can't be used, UNIMPLEMENTED where the engine paints nothing live."""
        return self._followed(order) if isinstance(order, LiveMotion) else self._painted(order)

    def _followed(self, motion: LiveMotion) -> LiveWay:
        """Where nothing can follow, the canvas stays."""
        follow = getattr(self._engine, "follow", None)
        if follow is None:
            return LiveWay(STILL, NOTHING_FOLLOWED)
        try:
            before, now = (open_plane(plane, Tone()).rgb for plane in (motion.before, motion.now))
            return LiveWay(follow(before, now))
        except ImagingError as error:
            raise JobFailure("BAD_INPUT", error.message) from error
        except JobFailure as failure:
            if failure.reason != "UNIMPLEMENTED":
                raise
            return LiveWay(STILL, failure.message)

    def _painted(self, crop: LiveCrop) -> LivePiece:
        began = time.monotonic()
        painter = self._painter(crop.look)
        try:
            # no shoulder for what lies outside 0–1: its place would change with every part; it is carried over as it is
            canvas = open_plane(crop.plane, Tone())
            painted = painter.paint(canvas.rgb, crop.x + crop.shift[0], crop.y + crop.shift[1], crop.strength, crop.period)
            wanted = Rect(crop.wanted.x - crop.x, crop.wanted.y - crop.y, crop.wanted.width, crop.wanted.height)
            rows, columns = slice(wanted.y, wanted.bottom), slice(wanted.x, wanted.right)
            data = close_plane(_part(canvas, wanted), np.ascontiguousarray(painted[rows, columns])).data
        except ImagingError as error:
            raise JobFailure("BAD_INPUT", error.message) from error
        return LivePiece(bytes(data), time.monotonic() - began)

    def _painter(self, look: LookFile) -> LookPainter:
        found = self._painters.pop(look, None)
        if found is None:
            make = getattr(self._engine, "look_painter", None)
            if make is None:
                raise JobFailure("UNIMPLEMENTED", "This server's engine paints nothing live; update the server.")
            found = make(_read(look))
        self._painters[look] = found
        while len(self._painters) > KEPT_LOOKS:
            self._painters.popitem(last=False)
        return found


def _read(look: LookFile) -> bytes:
    try:
        data = look.path.read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != look.sha256:
        raise JobFailure("BAD_INPUT", "This look was removed meanwhile; choose another.")
    return data


def _part(canvas: Canvas, wanted: Rect) -> Canvas:
    rows, columns = slice(wanted.y, wanted.bottom), slice(wanted.x, wanted.right)
    source = canvas.source
    plane = Plane(source.format, wanted.width, wanted.height, samples_of(source)[rows, columns].tobytes(), source.icc)
    alpha = None if canvas.alpha is None else canvas.alpha[rows, columns]
    return Canvas(np.ascontiguousarray(canvas.rgb[rows, columns]), alpha, plane, canvas.tone)

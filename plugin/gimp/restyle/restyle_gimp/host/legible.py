"""Owns the channel of a layer's faces and lettering: what is asked, and the new channel, in one undo step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gi.repository import Gegl, Gimp
from restyle_client import JobRequest, Plane
from restyle_contract.limits import MAX_TEXT
from restyle_editor import alpha
from restyle_editor.boxes import Box
from restyle_editor.failures import Failure

from .. import strings
from . import pixels
from .failures import ensured
from .placing import one_step
from .source import Source


def question(source: Source) -> JobRequest:
    """Where people read in all of a layer. Failure."""
    layer = source.layer
    with pixels.as_seen(layer) as seen:
        content = pixels.read(source.image, seen, pixels.way(source.image, layer), pixels.whole(layer))
    if not alpha.alpha_range(content)[0]:
        raise Failure(strings.EMPTY.format(name=layer.get_name()))
    return JobRequest(content, reading=True, label=strings.LEGIBLE_CHANNEL[:MAX_TEXT])


def add_channel(source: Source, read: Plane, offsets: tuple[int, int]) -> Any:
    """The new channel, hidden, as large as the image. read: GRAY U8, of all of the layer. offsets: px, of the layer when it was asked, which may be gone now.
    Failure when nothing was read, or the image is gone."""
    if not alpha.any_weight(read):
        raise Failure(strings.NOTHING_READ.format(name=source.layer.get_name() if source.layer.is_valid() else strings.OF_A_LAYER))
    if not source.alive():
        raise Failure(strings.IMAGE_GONE)
    image, chosen = source.image, source.image.get_selected_layers()
    width, height = image.get_width(), image.get_height()
    left, top = source.offsets if source.layer.is_valid() else offsets
    with one_step(image):
        channel = ensured(Gimp.Channel.new(image, strings.LEGIBLE_CHANNEL, width, height, 50, Gegl.Color.new("red")), "make a new channel")
        ensured(image.insert_channel(channel, None, 0), "add the new channel")
        pixels.write_weights(channel, replace(read, width=width, height=height, data=placed(read, left, top, width, height)))
        channel.set_visible(False)
        image.set_selected_layers(chosen)  # else the channel is what is painted on from now on
    return channel


def placed(read: Plane, left: int, top: int, width: int, height: int) -> bytes:
    """A mask's bytes where it lies in an image of a size, 0 around it."""
    box = Box(left, top, read.width, read.height).common(Box(0, 0, width, height))
    found, data = bytearray(width * height), bytes(read.data)
    for row in range(box.y, box.y + box.height):
        begin = (row - top) * read.width + box.x - left
        found[row * width + box.x : row * width + box.x + box.width] = data[begin : begin + box.width]
    return bytes(found)

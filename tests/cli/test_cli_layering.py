"""Owns the promise that the command line parts a painting as the editors do."""

from __future__ import annotations

import numpy as np
import pytest
from restyle_cli.runs import layering
from restyle_client import Channels, Depth, PixelFormat, Plane
from restyle_editor import two_layers
from restyle_editor.steps import at_once

TYPES = {Depth.U8: ("u1", 255), Depth.U16: ("<u2", 65535), Depth.F16: ("<f2", 1.0), Depth.F32: ("<f4", 1.0)}


def planes(channels: Channels, depth: Depth, width: int, height: int) -> tuple[Plane, Plane]:
    """A photo and a painting; where they begin, each is the other's opposite."""
    values = np.random.default_rng(5).random((2, height, width, channels.samples))
    values[0, : height // 4], values[1, : height // 4] = 0, 1
    kind, full = TYPES[depth]
    scaled = np.rint(values * full) if depth in (Depth.U8, Depth.U16) else values * full
    first, second = (Plane(PixelFormat(channels, depth), width, height, each.astype(kind).tobytes()) for each in scaled)
    return first, second


@pytest.mark.parametrize("depth", list(Depth))
@pytest.mark.parametrize("channels", list(Channels))
def test_it_is_parted_as_the_editors_part_it(channels: Channels, depth: Depth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layering, "BAND", 1000)  # so that there are several bands
    photo, painting = planes(channels, depth, 77, 53)
    for ours, theirs in zip(layering.separated(photo, painting), at_once(two_layers.separating(photo, painting)), strict=True):
        assert (ours.format, ours.width, ours.height) == (theirs.format, theirs.width, theirs.height)
        one, other = (np.frombuffer(each.data, TYPES[depth][0]).astype(np.float64) for each in (ours, theirs))
        assert np.abs(one - other).max() <= {Depth.U8: 0, Depth.U16: 0, Depth.F16: 2**-10, Depth.F32: 2**-22}[depth]


def test_the_smallest_pictures_are_parted_too() -> None:
    for width, height in ((1, 1), (3, 2), (64, 1)):
        photo, painting = planes(Channels.RGB, Depth.U8, width, height)
        assert [each.data for each in layering.separated(photo, painting)] == [each.data for each in at_once(two_layers.separating(photo, painting))]


def test_a_photo_of_another_size_is_refused() -> None:
    photo, painting = planes(Channels.RGB, Depth.U8, 8, 8)
    with pytest.raises(ValueError, match="own size"):
        layering.separated(Plane(photo.format, 8, 4, photo.data[: 8 * 4 * 3]), painting)

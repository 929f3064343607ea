"""Owns the promises about what shows of a painted selection: what was selected when the painting was ordered, whatever is selected later."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from restyle_client import Channels, Depth, PixelFormat, Plane
from restyle_editor.boxes import Box
from restyle_editor.recipes import Recipe, StyleChoice

RECIPE = Recipe(styles=(StyleChoice(library="woodcut", title="Woodcut"),))
GRAY, RGB = PixelFormat(Channels.GRAY, Depth.U8), PixelFormat(Channels.RGB, Depth.U8)
BOX, SENT = Box(10, 4, 8, 6), Box(2, 0, 24, 20)


class Host:
    """The plug-in's own modules, with nothing of GIMP behind them; a mask's values are those that its object holds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.order, self.placing, self.updating, source = (
            importlib.import_module(f"restyle_gimp.host.{name}") for name in ("order", "placing", "updating", "source")
        )
        self.written: list[Plane] = []
        pixels = self.order.pixels
        monkeypatch.setattr(pixels, "read", lambda _image, _layer, _way, box: Plane(RGB, box.width, box.height, b"\x7f" * (3 * box.width * box.height)))
        monkeypatch.setattr(pixels, "way", MagicMock())
        monkeypatch.setattr(pixels, "whole", lambda item: Box(0, 0, item.get_width(), item.get_height()))
        monkeypatch.setattr(pixels, "weights", lambda item, box: Plane(GRAY, box.width, box.height, bytes([item.value]) * (box.width * box.height)))
        monkeypatch.setattr(pixels, "write_weights", lambda _mask, plane: self.written.append(plane))
        monkeypatch.setattr(self.updating, "of_layer", lambda *_, **__: None)
        for module in (self.order, self.updating):
            monkeypatch.setattr(module, "name_of_origin", lambda *_: "photo")
            monkeypatch.setattr(module, "is_translucent", lambda *_: False)
        self.selection = SimpleNamespace(value=200)
        image = SimpleNamespace(get_selection=lambda: self.selection)
        self.source = source.Source(image, item(40, 30, mask=None), BOX, SENT, True)


def item(width: int, height: int, *, mask: Any) -> Any:
    return SimpleNamespace(
        get_width=lambda: width, get_height=lambda: height, get_offsets=lambda: (True, 5, 6), get_mask=lambda: mask, get_filters=list,
        get_name=lambda: "photo", is_group=lambda: False, is_valid=lambda: True, get_apply_mask=lambda: True,
    )  # fmt: skip


@pytest.fixture
def host(gi: MagicMock, monkeypatch: pytest.MonkeyPatch) -> Any:
    return Host(monkeypatch)


def test_what_is_selected_while_it_is_painted_changes_nothing(host: Host) -> None:
    made = host.order.order(host.source, RECIPE, batch=False)
    host.selection.value = 0  # nothing is selected any more
    assert (made.mask.width, made.mask.height, set(bytes(made.mask.data))) == (8, 6, {200})
    host.placing._add_mask(MagicMock(), host.source, False, made.mask)
    assert host.written == [made.mask]


def test_what_shows_of_an_update_is_what_showed_of_its_painting(host: Host) -> None:
    painting = item(8, 6, mask=MagicMock(value=90, get_width=lambda: 8, get_height=lambda: 6))
    made = host.updating.order(host.updating.Earlier(painting, host.source, RECIPE, "job-1"))
    assert set(bytes(made.mask.data)) == {90}


def test_an_update_of_a_painting_whose_mask_is_gone_shows_all_of_it(host: Host) -> None:
    made = host.updating.order(host.updating.Earlier(item(8, 6, mask=None), host.source, RECIPE, "job-1"))
    new = MagicMock()
    host.placing._add_mask(new, host.source, False, made.mask)
    assert not new.add_mask.called

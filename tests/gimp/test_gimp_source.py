"""Owns the promises about what stands in the way of painting a layer, and what does not: the plug-in's own modules, made-up layers."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from restyle_client import Channels, Depth, PixelFormat, Plane
from restyle_editor.boxes import Box
from restyle_editor.failures import Failure
from restyle_editor.recipes import Recipe, StyleChoice

RECIPE = Recipe(styles=(StyleChoice(library="woodcut", title="Woodcut"),))
RGB = PixelFormat(Channels.RGB, Depth.U8)
ALL = Box(0, 0, 40, 30)


def layer(*, locked: bool = False, valid: bool = True) -> Any:
    """A selection lies beside it. valid: it is still in its image; GIMP knows no size of one that is not."""
    return SimpleNamespace(
        get_width=lambda: 40 if valid else 0, get_height=lambda: 30 if valid else 0, get_offsets=lambda: (True, 5, 6), is_valid=lambda: valid,
        get_lock_content=lambda: locked, get_parent=lambda: None, get_name=lambda: "photo", is_group=lambda: False, get_mask=lambda: None,
        mask_intersect=lambda: (False, 0, 0, 0, 0), is_layer_mask=lambda: False, is_layer=lambda: True,
    )  # fmt: skip


@pytest.fixture
def host(gi: MagicMock, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Imports a module that has nothing of GIMP behind it; something is selected in every image."""
    gi.repository.Gimp.Selection.is_empty = lambda _image: False
    monkeypatch.setattr(importlib.import_module("restyle_gimp.host.pixels"), "whole", lambda item: Box(0, 0, item.get_width(), item.get_height()))
    return lambda name: importlib.import_module(f"restyle_gimp.{name}")


@pytest.fixture
def updated(host: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """(the module, what an update of a layer and its painting would send)"""
    updating = host("host.updating")
    monkeypatch.setattr(updating.pixels, "read", lambda _image, _layer, _way, box: Plane(RGB, box.width, box.height, b"\x7f" * (3 * box.width * box.height)))
    monkeypatch.setattr(updating.pixels, "way", MagicMock())
    monkeypatch.setattr(updating.pixels, "as_seen", MagicMock())
    monkeypatch.setattr(updating, "name_of_origin", lambda *_: "photo")
    monkeypatch.setattr(updating, "is_translucent", lambda *_: False)

    def order(below: Any, painting: Any) -> Any:
        return updating.order(updating.Earlier(painting, host("host.source").Source(MagicMock(), below, ALL, ALL, False), RECIPE, "job-1"))

    return order


def test_an_update_and_what_people_read_in_a_layer_ask_no_selection(host: Any, updated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert updated(layer(), layer()).request.update == "job-1"
    run = host("run")
    monkeypatch.setattr(run.legible, "question", lambda source: source)
    monkeypatch.setattr(run, "Bar", MagicMock())
    monkeypatch.setattr(run, "finished", lambda _bar, request: SimpleNamespace(plane=request))
    monkeypatch.setattr(run.legible, "add_channel", added := MagicMock())
    run.mark_legible(MagicMock(get_floating_sel=lambda: None), [layer()])
    assert (added.call_args.args[0].box, added.call_args.args[0].selected) == (ALL, False)
    with pytest.raises(Failure, match="does not touch"):
        host("host.source").of_layer(MagicMock(), layer())


def test_an_update_of_a_locked_layer_is_refused(updated: Any) -> None:
    with pytest.raises(Failure, match="“photo” is locked"):
        updated(layer(locked=True), layer())


def test_what_was_deleted_while_the_dialog_was_open_is_said_to_be_gone(host: Any, updated: Any) -> None:
    gone = layer(valid=False)
    source = host("host.source")
    with pytest.raises(Failure, match="The layer is gone"):
        source.of_layer(MagicMock(), gone)
    with pytest.raises(Failure, match="The layer is gone"):
        host("host.order").order(source.Source(MagicMock(), gone, ALL, ALL, False), RECIPE, batch=False)
    with pytest.raises(Failure, match="The layer that this painting was made of is gone"):
        updated(gone, layer())
    with pytest.raises(Failure, match="no painting to update"):
        updated(layer(), gone)


def test_what_people_read_lies_where_its_layer_lay_that_is_gone(host: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    legible = host("host.legible")
    monkeypatch.setattr(legible.pixels, "write_weights", written := MagicMock())
    image = MagicMock(get_width=lambda: 8, get_height=lambda: 6, is_valid=lambda: True)
    read = Plane(PixelFormat(Channels.GRAY, Depth.U8), 2, 1, b"\xff\xff")
    legible.add_channel(host("host.source").Source(image, layer(valid=False), ALL, ALL, False), read, (3, 2))
    data = bytes(written.call_args.args[1].data)
    assert [place for place, value in enumerate(data) if value] == [2 * 8 + 3, 2 * 8 + 4]

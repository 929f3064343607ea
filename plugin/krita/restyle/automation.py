"""Owns the way of scripts: paint a layer from Krita's scripter, and go on when it is done. docs/krita-automation.md tells how.

from restyle.automation import paint
layer = paint(Krita.instance().activeDocument().activeNode(), style="woodcut", strength=60)
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from . import strings
from .host import layers, source
from .host.api import QtCore
from .host.recipe import PRESETS, Recipe, RecipeError, StyleChoice, recipe_from, style_from
from .model.animation import Animation
from .model.controller import controller
from .packages import Failure, Painting, Phase, limits, presets, recipes

__all__ = ["Failure", "RecipeError", "animate", "paint", "styles", "texture"]

POLL_MS = 50  # between two looks at whether it is done
SETTLING_SECONDS = 0.3  # Krita's list of layers follows an image 0.1 s late, and crashes when the image is gone by then


def paint(node: Any = None, document: Any = None, *, style: str = "", styles: Sequence[StyleChoice | dict[str, Any] | str] = (), **settings: Any) -> Any:
    """Paints a layer and returns the new one above it. Krita stays usable meanwhile.

    node, document: default: the active ones. style: a name of the library, or the path of a picture file. styles: several, each a name or
    {"library": NAME or "file": PATH, "weight": W, "scale": S}. settings: strength, preset (draft, standard, fine, or the name of a preset that you saved),
    size, color, color_mix, seed, objective, tv, start, symmetry, evaluations and what else a preset knows; what is left out has its default, not the
    docker's. Failure (an Exception) says in a sentence what is wrong; RecipeError which setting.
    """
    document, node = _meant(document, node)
    return _painted(controller().paint(document, node, _recipe(style, styles, settings)), document)


def animate(node: Any = None, document: Any = None, *, style: str = "", styles: Sequence[StyleChoice | dict[str, Any] | str] = (), **settings: Any) -> Any:
    """Paints the frames of an animated layer, or those selected in the timeline, and returns the new animated layer above it. All else as `paint` has it.

    Failure, too, when it ends in the middle: the new layer is there then, with the frames that were painted.
    """
    document, node = _meant(document, node)
    return _painted(Animation(controller(), document, node, _recipe(style, styles, settings)).painting, document)


def texture(
    width: int, height: int, document: Any = None, *, style: str = "", styles: Sequence[StyleChoice | dict[str, Any] | str] = (), **settings: Any
) -> Any:
    """Paints a new layer of styles alone, at the canvas' corner, and returns it. width, height: px. settings: seamless, seed, preset … All else as `paint`
    has it."""
    found = document or layers.active_document()
    if found is None:
        raise Failure(strings.NO_DOCUMENT)
    if min(width, height) < limits.SMALLEST_SIDE:
        raise Failure(strings.TOO_SMALL.format(width=width, height=height))
    return _painted(controller().texture(found, width, height, _recipe(style, styles, settings)), found)


def styles() -> list[str]:
    """The names in the style library. Failure when there is no server."""
    found: list[list[str]] = []
    failures: list[str] = []
    controller().background.ask(
        lambda session: [style.id for style in session.styles()], lambda names: found.append(names), lambda words, _error: failures.append(words)
    )
    _wait(lambda: bool(found or failures))
    if failures:
        raise Failure(failures[0])
    return found[0]


def _meant(document: Any, node: Any) -> tuple[Any, Any]:
    if document is None or node is None:
        active_document, active_node = source.active()
        document, node = document or active_document, node or active_node
    return document, node


def _recipe(style: str, styles: Sequence[StyleChoice | dict[str, Any] | str], settings: dict[str, Any]) -> Recipe:
    unknown = sorted(set(settings) - set(recipes.SETTINGS))
    if unknown:
        raise TypeError(f"restyle knows no {', '.join(unknown)}; it knows {', '.join(recipes.SETTINGS)}")
    plan = settings.pop("preset", PRESETS[1])
    chosen = tuple(style_from(each, number) for number, each in enumerate(styles or ([_style(style)] if style else []), 1))
    return recipe_from({**presets.of_user().find(plan), **settings}, Recipe(styles=chosen))


def _painted(painting: Painting, document: Any) -> Any:
    """The new layer, once it is there. Failure."""
    _wait(lambda: painting.over)
    if painting.phase is not Phase.DONE:
        raise Failure(painting.text or strings.CANCELLED)
    _settle(document)
    return layers.find_layer(document, painting.result)


def _style(words: str) -> StyleChoice:
    return StyleChoice(file=words) if "." in words or "/" in words else StyleChoice(library=words)


def _settle(document: Any) -> None:
    """Waits until the image is drawn with the new layer and Krita's list shows it: the script's next line may export the image, or close it."""
    document.refreshProjection()
    document.waitForDone()
    since = time.monotonic()
    _wait(lambda: time.monotonic() - since > SETTLING_SECONDS)


def _wait(done: Any) -> None:
    loop, timer = QtCore.QEventLoop(), QtCore.QTimer()
    timer.timeout.connect(lambda: loop.quit() if done() else None)
    timer.start(POLL_MS)
    if not done():
        loop.exec()
    timer.stop()

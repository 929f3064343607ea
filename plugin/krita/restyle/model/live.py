"""Owns Live: a layer above the chosen one that follows it, painted, while somebody draws. One at a time, whatever number of windows show it."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from .. import strings
from ..host import layers, live_layer, memory, pixels, profiles, source
from ..host.api import QtCore, buffer
from ..host.failures import guarded
from ..host.live_layer import LiveLayer, Shown
from ..packages import Box, Failure, Listening, LiveCanvas, Painting, Steps, Strips, at_once, client, look_for, sentence
from .controller import Controller

TURN_MS = 25  # between two looks at the layer
TURN_SECONDS = 0.006  # that reading and comparing may take in one: 8 ms is what a brush does not notice, and putting parts in takes some, too
FIRST_TURNS = 40  # in which the source is chosen again: Krita chooses a layer that is new, and some versions do so late


class Live:
    """name: of the layer that is followed. words: why nothing follows now. frames: parts that were put in. turned, longest: seconds of Krita's thread that the
    last turn took, and the longest."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._layer: LiveLayer | None = None
        self._canvas: LiveCanvas | None = None
        self._strips: Strips | None = None
        self._source = self.name = ""
        self._painted_from: Any = None  # the recipe
        self._turns = 0
        self._paused = False
        self.words = ""
        self.turned, self.longest, self.frames = 0.0, 0.0, 0
        self._timer: Any = None
        self._forget: Callable[[], None] | None = None  # ends listening to the controller

    @property
    def on(self) -> bool:
        return self._layer is not None

    def document(self) -> str:
        """Unique id of its image; "" where it is off."""
        return self._layer.document if self._layer is not None else ""

    def look(self) -> client.Look | None:
        """Of the style that is chosen; None where it has none, or several are chosen."""
        return look_for(self._controller.recipe, self._controller.server.looks)

    # ---- what a person does ----

    def begin(self, document: Any, node: Any) -> None:
        """Lets a layer be followed. Failure with a sentence."""
        look, recipe = self.look(), self._controller.recipe
        if not recipe.styles:
            raise Failure(strings.NO_STYLE)
        if look is None:
            raise Failure((strings.LIVE_ONE_STYLE if len(recipe.styles) > 1 else strings.LIVE_NO_LOOK).format(name=recipe.title))
        self.end()
        found = source.find(document, node, whole=True)
        colors, box = pixels.colors_of(node), pixels.box_of(document.bounds())
        icc = profiles.icc_of(*colors.sent)
        self._layer = live_layer.put_in(document, node, strings.LIVE_LAYER.format(style=recipe.title))
        self._source, self.name, self._painted_from, self._turns, self._paused = found.layer, found.name, recipe, 0, False
        self.words, self.longest, self.frames = "", 0.0, 0
        self._strips = Strips(box.width, box.height, colors.format.pixel_bytes)
        heard = Listening(self._painted, self._again, self._waits, self._stop)
        look_and_way = look.id, recipe.strength, icc, heard, recipe.seamless
        self._canvas = LiveCanvas(self._controller.background, colors.format, box.width, box.height, *look_and_way)
        self._timer = QtCore.QTimer()
        self._timer.setInterval(TURN_MS)
        self._timer.timeout.connect(self._turn)
        self._timer.start()
        self._forget = self._controller.listen(self._settings)
        self._controller.changed()

    def end(self) -> None:
        """Its layer goes."""
        layer = self._let_go()
        document = layers.find_document(layer.document) if layer is not None else None
        if layer is not None:
            layer.take_out(document)
        self._controller.changed()

    def keep(self) -> None:
        """What it shows becomes a layer like any other: one undo step. Failure."""
        layer, document = self._layer, layers.find_document(self.document())
        picture = layer.node(document) if layer is not None and document is not None else None
        origin = layers.find_layer(document, self._source) if document is not None else None
        if layer is None or picture is None or origin is None:
            self.end()
            raise Failure(strings.LIVE_GONE)
        recipe = self._painted_from
        node = document.createNode(strings.layer_name(memory.name_of_origin(document, origin), recipe.title), "paintlayer")  # type: ignore[union-attr]
        at_once(_copied(picture, node, pixels.box_of(picture.bounds()).common(pixels.box_of(document.bounds()))))  # type: ignore[union-attr]
        self.end()
        if not (origin.parentNode() or document.rootNode()).addChildNode(node, origin):  # type: ignore[union-attr]
            raise Failure(strings.PLACING_FAILED)
        memory.remember(document, node, memory.Painted(recipe, layers.layer_id(origin), ""))
        self._controller.say(strings.LIVE_KEPT.format(name=node.name()), wrong=False)

    def paint_in_full(self) -> Painting:
        """The painting itself, of the layer as it is now; what was shown goes. Failure."""
        document = layers.find_document(self.document())
        origin = layers.find_layer(document, self._source) if document is not None else None
        self.end()
        if origin is None:
            raise Failure(strings.LIVE_GONE)
        return self._controller.paint(document, origin)

    # ---- turns ----

    @guarded
    def _turn(self) -> None:
        begun = perf_counter()
        try:
            self._follow(begun)
        except Exception as error:  # else it would come again with every turn
            self._stop(sentence(error))
        self.turned = perf_counter() - begun
        self.longest = max(self.longest, self.turned)

    def _follow(self, begun: float) -> None:
        layer, strips, canvas = self._layer, self._strips, self._canvas
        if layer is None or strips is None or canvas is None:
            return
        document = layers.find_document(layer.document)
        node = layers.by_id(document, self._source) if document is not None else None
        shown = layer.state(document) if node is not None else Shown.GONE
        if document is None or node is None or shown is Shown.GONE:
            self._stop(strings.LIVE_GONE if document is not None else "")
            return
        if self._turns < FIRST_TURNS:
            self._turns += 1
            self._choose(document, node)
        if self._pauses(document, shown):
            return
        box = pixels.box_of(document.bounds())
        if (box.width, box.height) != (strips.width, strips.height):
            strips.resize(box.width, box.height)
            canvas.resize(box.width, box.height)

        def read(part: Box) -> bytes:
            return bytes(buffer(node.projectionPixelData(part.x + box.x, part.y + box.y, part.width, part.height)))

        for change in strips.look(read, TURN_SECONDS - (perf_counter() - begun)):
            canvas.change(*change.box.rect, change.data)

    def _pauses(self, document: Any, shown: Shown) -> bool:
        """Whether nothing is followed now; afterwards all is new."""
        active = layers.active_document()
        elsewhere = active is None or layers.id_of(active) != layers.id_of(document)
        words = {Shown.HIDDEN: strings.LIVE_HIDDEN, Shown.UNLOCKED: strings.LIVE_UNLOCKED}.get(shown, strings.LIVE_ELSEWHERE if elsewhere else "")
        if bool(words) != self._paused:
            self._paused = bool(words)
            if self._strips is not None:
                self._strips.forget()
            self._say(words)
        return bool(words)

    def _choose(self, document: Any, node: Any) -> None:
        active, layer = document.activeNode(), self._layer
        if active is not None and layer is not None and layers.layer_id(active) in (layer.group, layer.picture, layer.marker):
            document.setActiveNode(node)

    # ---- what is heard ----

    def _painted(self, frame: client.LiveFrame) -> None:
        layer = self._layer
        document = layers.find_document(layer.document) if layer is not None else None
        if document is None or layer is None or self._paused:
            return
        self._say("")
        box, canvas = Box(frame.x, frame.y, frame.width, frame.height), pixels.box_of(document.bounds())
        if box.x + box.width <= canvas.width and box.y + box.height <= canvas.height:  # else the canvas was larger a moment ago
            layer.write(document, box.moved(canvas.x, canvas.y), frame.data)
            self.frames += 1

    def _again(self) -> None:
        if self._strips is not None:
            self._strips.forget()

    def _waits(self, words: str) -> None:
        self._say(words)

    def _stop(self, words: str) -> None:
        """It can't go on."""
        self.end()
        if words:
            self._controller.say(words)

    def _say(self, words: str) -> None:
        if words != self.words:
            self.words = words
            self._controller.changed()

    @guarded
    def _settings(self) -> None:
        """Strength and style act at once."""
        if self._canvas is None or self._painted_from == self._controller.recipe:
            return
        look = self.look()
        if look is None:  # several are being chosen, or one that has none: what is shown stays
            return
        self._painted_from = self._controller.recipe
        self._canvas.restyle(look.id, self._controller.recipe.strength)

    def _let_go(self) -> LiveLayer | None:
        layer, self._layer = self._layer, None
        if self._timer is not None:
            self._timer.stop()
        if self._forget is not None:
            self._forget()
        if self._canvas is not None:
            self._canvas.close()
        self._canvas = self._strips = self._timer = self._forget = None
        self.words = ""
        return layer


def _copied(picture: Any, node: Any, box: Box) -> Steps[None]:
    pixel_bytes = pixels.colors_of(picture).format.pixel_bytes
    if not box.empty:
        for band, _start, _end in pixels.bands(box, box.width * box.height * pixel_bytes):
            node.setPixelData(picture.pixelData(*band.rect), *band.rect)
            yield None


def live_of(controller: Controller) -> Live:
    """The one of a controller, made on first use."""
    if controller.live is None:
        controller.live = Live(controller)
    made: Live = controller.live
    return made

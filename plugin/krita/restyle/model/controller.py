"""Owns all paintings of this Krita and the settings they are begun with: one controller, whatever number of windows show it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from .. import strings
from ..host import layers, memory, placing, source, time_slicing
from ..host.api import QtCore
from ..host.background import Background
from ..host.failures import caught, guarded
from ..host.order import Order, ordering, sketch, texture_source, texturing, updating
from ..host.placing import Place, Placed
from ..host.recipe import MAX_STYLES, Recipe, StyleChoice, recipe_from
from ..host.source import Source
from ..packages import (
    Box,
    Failure,
    History,
    Installation,
    Keeping,
    Painting,
    Phase,
    Recent,
    ServerStatus,
    Steps,
    Way,
    client,
    gallery,
    log,
    lowering,
    paint_alone,
    ranges,
    sentence,
)  # fmt: skip
from . import recents, settings

T = TypeVar("T")
MOST_KEPT = 50  # paintings that are over, for the docker to show the last word of


class Controller:
    """Listeners are called without arguments, on Krita's thread, whenever something is new. All calls belong to that thread."""

    def __init__(self, background: Background | None = None) -> None:
        self.background = background or Background()
        self.server = ServerStatus(self.background, self.changed, self.say)
        self.installation = Installation(self.background.tell, self.changed)
        self.recipe = settings.load_recipe()
        self.history = History(log.folder, recipe_from)
        self.taste = gallery.of_user("krita")
        self.keeping = Keeping(self.background, self.changed)
        self.paintings: list[Painting] = []
        self.complaint = ""  # why the last press of a button did nothing
        self.notice = ""  # what it did, where nothing else shows it
        self.ended: list[Callable[[Painting], None]] = []
        self._listeners: list[Callable[[], None]] = []
        self.live: Any = None  # model.live's, once it is used

    # ---- who watches ----

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Returns what ends it."""
        self._listeners.append(listener)

        def forget() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return forget

    def changed(self) -> None:
        for listener in list(self._listeners):
            if not _told(listener):
                self._listeners.remove(listener)

    def say(self, words: str, wrong: bool = True) -> None:
        """What the status lines say until something else is pressed or chosen."""
        self.complaint, self.notice = (words, "") if wrong else ("", words)
        self.changed()

    # ---- settings ----

    def choose(self, recipe: Recipe) -> None:
        """The settings from now on, kept for the next session."""
        if recipe != self.recipe:
            self.recipe = recipe
            settings.save_recipe(recipe)
            self.say("")

    def choose_styles(self, styles: tuple[StyleChoice, ...]) -> None:
        """Makes these the chosen styles, as many as the service takes. Strength and colors become what suits them, unless somebody chose others before."""
        old, styles = self.recipe, styles[:MAX_STYLES]
        suited = (old.strength, old.color) == self.server.suits(old.styles)
        strength, color = self.server.suits(styles) if suited else (old.strength, old.color)
        self.choose(replace(old, styles=styles, strength=strength, color=color))

    def favor(self, style: str, favorite: bool) -> None:
        """Makes a style of the library a favorite, or no longer one: in all windows, and in the next session."""
        self._say_kept(self.taste.favor(style, favorite))

    def tag(self, style: str, words: tuple[str, ...]) -> None:
        """Gives a style of the library these tags, kept likewise; none: those that it came with."""
        self._say_kept(self.taste.tag(style, words))

    def _say_kept(self, kept: bool) -> None:
        self.say("" if kept else strings.TASTE_UNKEPT.format(folder=self.taste.file.parent))

    def resize_tiles(self, tiles: str) -> None:
        self.taste.resize(tiles)
        self.changed()

    def estimate(self) -> None:
        """Asks what the present choice would take; says nothing when there is nothing to paint."""
        if not self.recipe.styles or not self.background.connected:
            return
        with contextlib.suppress(Failure):
            document, node = source.to_paint(layers.active_document())
            self.server.ask_estimate(sketch(node, source.find(document, node), self.recipe))

    # ---- painting ----

    def paint(self, document: Any, node: Any, recipe: Recipe | None = None, start: client.Start | None = None) -> Painting:
        """Begins to paint a layer. Failure with a sentence."""
        recipe = recipe or self.recipe
        found = source.find(document, node)
        self.refuse_second(found)
        painting = self.begin(found, recipe)
        self.read(ordering(document, node, found, recipe, start=start), lambda made: self._send(made, painting), painting)
        return painting

    def texture(self, document: Any, width: int, height: int, recipe: Recipe | None = None) -> Painting:
        """Begins to paint a new layer of styles alone. Failure, RecipeError with a sentence."""
        ranges.check_texture(width, height)
        recipe = recipe or self.recipe
        painting = self.begin(texture_source(document, width, height), recipe)
        self.read(texturing(document, width, height, recipe), lambda made: self._send(made, painting), painting)
        return painting

    def _send(self, made: Order, painting: Painting) -> None:
        way = lowering.paint_at(painting.recipe.strength) if made.request.update else paint_alone
        self.send(made.request, painting, lambda result: self._placing(painting, made, result), lambda words: painting.end(Phase.FAILED, words), way=way)

    def read(self, steps: Steps[T], read: Callable[[T], None], *paintings: Painting) -> None:
        """Goes through the steps that read what paintings begin with, then calls `read`. Failure when it fails at once: then there are no paintings."""

        def failed(error: Exception) -> None:
            words = sentence(error)
            self._end([each for each in paintings if not each.over], Phase.FAILED, words)

        def wanted() -> bool:
            self.close_documents()
            self._end([each for each in paintings if each.cancellation.cancelled and not each.over], Phase.CANCELLED, strings.CANCELLED)
            return not all(each.over for each in paintings)

        try:
            time_slicing.walk(steps, read, failed, wanted)
        except Exception:
            self.paintings = [each for each in self.paintings if each not in paintings]
            self.changed()
            raise

    def again(self, document: Any, node: Any, *, resume: bool = False) -> Painting:
        """Paints the source of a painted layer once more; resume: goes on from that painting, with the present settings. Failure."""
        painted = memory.recall(document, node)
        below = layers.find_layer(document, painted.source) if painted else None
        if painted is None or below is None:
            return self.paint(document, node)
        if resume:
            recipe = self.recipe if self.recipe.styles else painted.recipe
            return self.paint(document, below, recipe, client.Start.job(painted.job))
        return self.paint(document, below, painted.recipe)

    def update(self, document: Any, node: Any) -> Painting:
        """Paints only what has changed in a layer since its painting, which is the chosen layer or was made of it. Failure."""
        found = memory.to_update(document, node)
        if found is None:
            raise Failure(strings.UPDATE_NONE)
        layer, painted = found
        below = layers.find_layer(document, painted.source)
        if below is None:
            raise Failure(strings.UPDATE_SOURCE_GONE)
        if painted.sent is None or not painted.job:
            raise Failure(strings.UPDATE_UNKNOWN)
        before = source.as_painted(document, below, Box(*painted.sent), Box(*painted.part) if painted.part else None)
        self.refuse_second(before)
        painting = self.begin(before, painted.recipe)
        steps = updating(document, below, before, layer, painted.recipe.title, painted.job)
        self.read(steps, lambda made: self._send(made, painting), painting)
        return painting

    def refuse_second(self, found: Source) -> None:
        """Failure while a layer is being painted."""
        if any(each.layer == found.layer and not each.cancellation.cancelled for each in self.running(found.document)):
            raise Failure(strings.NOT_ANOTHER)

    def begin(self, found: Source, recipe: Recipe, *, draft: bool = False) -> Painting:
        """A new painting in the list."""
        painting = Painting(found.document, found.layer, found.origin, recipe, draft=draft)
        log.write(f"painting “{painting.title}”, {found.sent.width} × {found.sent.height} px")
        over = [each for each in self.paintings if each.over]
        self.paintings = [each for each in self.paintings if each not in over[:-MOST_KEPT]] + [painting]
        self.say("")
        return painting

    def send(
        self,
        request: client.JobRequest,
        painting: Painting,
        done: Callable[[client.Result], Steps[None]],
        failed: Callable[[str], None],
        landed: Callable[[], None] | None = None,
        way: Way = paint_alone,
    ) -> None:
        """Carries a request to the server; the steps of `done`, or `failed`, then `landed`, on Krita's thread. One that was cancelled only lands.

        way: how the request becomes a painting.
        """

        def heard(event: client.Event) -> None:
            painting.hear(event)
            self.close_documents()
            self.changed()

        def answer(result: client.Result) -> None:
            time_slicing.walk(done(result), lambda _: guarded(over)(), broke)

        def broke(error: Exception) -> None:
            failed(sentence(error))
            over()

        def problem(words: str, error: BaseException) -> None:
            if isinstance(error, client.JobCancelled):
                painting.end(Phase.CANCELLED, strings.CANCELLED)
            else:
                if not isinstance(error, (client.Refused, client.JobFailed)):
                    self.server.failed(words, error)
                gone = request.start is not None and isinstance(error, (client.NotFound, client.ResultExpired))
                failed(strings.CONTINUE_GONE if gone else words)
            over()

        def over() -> None:
            if landed is not None:
                landed()
            self.over(painting)

        self.background.paint(request, heard, painting.cancellation, caught(answer, broke), problem, way)

    def running(self, document_id: str | None = None) -> list[Painting]:
        """Paintings under way, of one image or of all."""
        return [each for each in self.paintings if not each.over and document_id in (None, each.document)]

    def cancel(self, document_id: str) -> None:
        for painting in self.running(document_id):
            painting.cancel()
        self.changed()

    def finish(self, document_id: str) -> None:
        for painting in self.running(document_id):
            painting.finish()
        self.changed()

    def attempt(self, deed: Callable[[], Any]) -> Any | None:
        """Does what a button asks for; whatever goes wrong becomes the complaint in the status line, never an exception: Krita shows those in a modal box."""
        try:
            self.say("")
            return deed()
        except Exception as error:
            self.say(sentence(error))
            return None
        finally:
            self.changed()

    def close_documents(self) -> None:
        """Cancels what belongs to images that are closed: their paintings have no place to go."""
        for painting in self.running():
            if layers.find_document(painting.document) is None:
                painting.cancel()

    def over(self, painting: Painting) -> None:
        """Tells everyone that a painting came to its end, and the log, which says by that that it is there."""
        log.write(f"“{painting.title}”: {painting.phase.value}. {' '.join((painting.text, *painting.notes))}")
        for listener in list(self.ended):
            if not _told(listener, painting):
                self.ended.remove(listener)
        self.changed()

    # ---- recent paintings ----

    def remember(self, painting: Painting, placed: Placed, job: str, made: Order | Place | None = None) -> None:
        """How a new layer was painted: in its image. made: of one that can be updated."""
        painting.result = placed.layer
        document = layers.find_document(placed.document)
        node = layers.find_layer(document, placed.layer) if document is not None else None
        if node is not None:
            part = made.source.part.rect if made is not None and made.mask is not None else None
            sent = made.source.sent.rect if made is not None else None
            memory.remember(document, node, memory.Painted(painting.recipe, painting.layer, job, part, sent))

    def forget_recent(self, recent: Recent) -> None:
        """Out of the list, and off the server, which is started for that if need be."""
        self.history.forget(recent.id)

        def problem(words: str, error: BaseException) -> None:
            if not isinstance(error, client.Refused):  # what the painter has no more is off it
                self.say(words)

        self.background.ask(lambda session: session.delete(recent.id), lambda _: None, problem)
        self.changed()

    def resume_recent(self, recent: Recent) -> Painting:
        """Paints the active layer from where a recent painting ended, with the present settings. Failure."""
        document, node = source.to_paint(layers.active_document())
        recipe = self.recipe if self.recipe.styles else recent.recipe
        return self.paint(document, node, recipe, client.Start.job(recent.id))

    # ---- ways ----

    def _end(self, paintings: list[Painting], phase: Phase, words: str) -> None:
        for painting in paintings:
            painting.end(phase, words)
            self.over(painting)

    def _placing(self, painting: Painting, made: Order, result: client.Result) -> Steps[None]:
        if made.request.update and result.job.progress is None:  # nothing was painted
            painting.end(Phase.DONE, strings.UPDATE_UNCHANGED.format(name=made.source.name))
            return
        recents.add(self, painting, result, made)  # first: what the image does not take can be placed from there
        placed = yield from placing.placing(made, result.plane, painting.title, painting.recipe)
        self.remember(painting, placed, result.job.id, made)
        words = (strings.DONE_EARLY if result.job.finished_early else strings.DONE).format(name=painting.title)
        work = result.job.result.work_note if result.job.result else ""
        notes = (*placed.notes, *((f"{work[:1].upper()}{work[1:]}.",) if work else ()), *result.job.warnings)
        painting.end(Phase.DONE, words, notes)


def _told(listener: Callable[..., None], *news: Any) -> bool:
    """Whether the listener is still there: Qt deletes a docker with its window, and what is left of it in Python raises."""
    try:
        listener(*news)
    except RuntimeError:
        return False
    return True


_one: list[Controller] = []


def controller() -> Controller:
    """The one of this Krita, made on first use."""
    if not _one:
        _one.append(Controller())
        running = QtCore.QCoreApplication.instance()
        if running is not None:
            running.aboutToQuit.connect(_one[0].background.close)
    return _one[0]

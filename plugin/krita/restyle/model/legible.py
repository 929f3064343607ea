"""Owns the mask of a layer's faces and lettering: asked for beside what is painted, and hung on the layer, hidden until somebody wants it."""

from __future__ import annotations

from typing import Any

from .. import strings
from ..host import layers, pixels, placing, source, time_slicing
from ..host.failures import caught
from ..packages import Failure, alpha, client, sentence
from .controller import Controller


def mark(shared: Controller, document: Any, node: Any) -> None:
    """Begins to look for them; the layer's mask, or that there are none, is told when it is known. Failure with a sentence."""
    found = source.find(document, node, whole=True)

    def hang(plane: client.Plane) -> None:
        if not alpha.any_weight(plane):
            shared.say(strings.NOTHING_READ.format(name=found.name), wrong=False)
            return
        document = layers.find_document(found.document)
        node = layers.find_layer(document, found.layer) if document is not None else None
        if node is None:
            raise Failure(strings.MASK_HOMELESS)
        placing.hang_mask(document, node, strings.LEGIBLE_MASK, plane, found.sent, visible=False)
        shared.say(strings.MARKED.format(name=found.name, mask=strings.LEGIBLE_MASK), wrong=False)

    def ask(content: client.Plane) -> None:
        shared.say(strings.READING.format(name=found.name), wrong=False)
        request = client.JobRequest(content, reading=True)
        shared.background.ask(
            lambda session: session.restyle(request, lambda _: None, client.Cancellation(), previews=False).plane,
            caught(hang, lambda error: shared.say(sentence(error))),
            lambda words, _error: shared.say(words),
        )

    time_slicing.walk(pixels.reading(document, node, found.sent), ask, lambda error: shared.say(sentence(error)))

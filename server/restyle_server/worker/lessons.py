"""Owns the learning of one look by the engine: its order's pictures read one by one, then learned from; files and previews made of what is learned."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import torch
from restyle_engine.feedforward.learning import Learner, Lesson
from restyle_engine.feedforward.look import Look, UnusableLook, look_bytes, read_look
from restyle_engine.network.vgg import UnusableWeights
from restyle_engine.parameters import SMALLEST_SIDE, Resolved
from restyle_engine.step import Step
from restyle_engine.task import Pixels, StylePicture
from restyle_imaging.errors import ImagingError, PictureError
from restyle_imaging.io.files import read_picture
from restyle_imaging.planes.canvas import Canvas, open_plane
from restyle_imaging.planes.preview import rgba8
from restyle_imaging.resample.resize import resize, resize_visible

from ..limits import MAX_PREVIEW
from ..looks.library import BUILTIN
from ..records.lesson import LessonOrder
from ..records.order import StyleOrder
from ..records.progress import Preview
from .engine import JobFailure
from .materials import StylePictures, plane_of, scale_of

PHOTOGRAPHS = BUILTIN / "photographs"
KNOWN = BUILTIN / "impasto.safetensors"
NO_MEMORY = ("OUT_OF_MEMORY", "There is not enough memory to learn this look; choose a smaller size, or close other programs.")


class NeuralLearner:
    """A LookLearner of worker/engine.py. pictures: those of styles that were seen before. state: what an earlier one had come to."""

    def __init__(self, order: LessonOrder, parameters: Resolved, device_id: str, pictures: StylePictures, state: bytes | None) -> None:
        self._order, self._parameters, self._device, self._pictures = order, parameters, device_id, pictures
        self._before = state
        self._learner: Learner | None = None
        self._shown: tuple[Pixels, Pixels | None] | None = None  # rgb and alpha of what previews show
        self._reading = self._read()

    @property
    def begun(self) -> bool:
        return self._learner is not None

    @property
    def done(self) -> bool:
        return self._learner is not None and self._learner.done

    def step(self, go_on: Callable[[], bool]) -> Step | None:
        """As worker/engine.py has it."""
        with _named():
            if self._learner is None:
                lesson = next(self._reading)
                if lesson is not None:
                    self._learner = Learner(lesson, self._device, self._before, beginning=_known())
                return None
            told = self._learner.step(go_on)
        width, height = self._parameters.width, self._parameters.height
        return Step(1, 1, width, height, told.step, told.steps, told.fraction, told.loss, told.content_loss, told.style_loss)

    def state(self) -> bytes:
        return (self._before or b"") if self._learner is None else self._learner.state()

    def look(self) -> bytes:
        try:
            return look_bytes(self._begun().look())
        except UnusableLook as error:  # numbers that are not finite: nobody could use it
            raise JobFailure("INTERNAL", "What was learned can't be used; learn the look again, with another seed or at another strength.") from error

    def preview(self, longest: int) -> Preview:
        rgb, alpha = self._shown or (np.zeros((SMALLEST_SIDE, SMALLEST_SIDE, 3), np.float32), None)
        with _named():
            painted = self._begun().shown(rgb)
        return Preview(*rgba8(painted, alpha, longest))

    def _begun(self) -> Learner:
        if self._learner is None:
            raise RuntimeError("nothing has been read yet")
        return self._learner

    def _read(self) -> Iterator[Lesson | None]:
        """A picture at each step; at last the lesson."""
        order, parameters = self._order, self._parameters
        layer = None if order.content is None else open_plane(plane_of(order.content))
        yield None
        painting = None if layer is None or order.painting is None else (_small(layer, parameters), self._painting(layer))
        yield None
        styles: list[StylePicture] = []
        for style in order.styles:
            styles.append(self._style(style))
            yield None
        photographs: list[Pixels] = []
        for number, path in enumerate(order.photographs, 1):
            photographs.append(_photograph(open_plane(read_picture(path, f"photograph {number}").plane), number, parameters.size))
            yield None
        if painting is None and not photographs:
            photographs = shipped_photographs()
        self._shown = _preview_of(layer) if layer is not None else (photographs[0], None)
        yield Lesson(
            styles=tuple(styles),
            photographs=tuple(photographs),
            painting=painting,
            strength=parameters.strength,
            side=parameters.size,
            steps=order.steps,
            weights=order.weights.path,
            precision=parameters.precision,
            seed=parameters.seed,
            name=order.name,
            style=order.style,
            credit=order.credit,
        )

    def _style(self, style: StyleOrder) -> StylePicture:
        scale = scale_of(style, self._parameters, self._pictures)
        picture = self._pictures.get(replace(style, scale=scale), self._parameters)
        return StylePicture(picture.rgb, picture.alpha, style.weight, scale, symmetry=style.symmetry, key=picture.key)

    def _painting(self, layer: Canvas) -> Pixels:
        given = self._order.painting
        if given is not None and given.picture is not None:
            painted = open_plane(read_picture(given.picture, "painting").plane)
        elif given is not None and given.plane is not None:
            painted = open_plane(plane_of(given.plane))
        else:
            raise JobFailure("BAD_INPUT", "The painting has neither a picture nor a layer; choose one.")
        if (painted.width, painted.height) != (layer.width, layer.height):
            raise JobFailure(
                "BAD_INPUT",
                f"The painting is {painted.width} × {painted.height} px, and the layer {layer.width} × {layer.height}; give the painting of this very layer.",
            )
        return _small(painted, self._parameters)


def shipped_photographs() -> list[Pixels]:
    """Photographs to practise on where none are given, float32 (h, w, 3) in 0–1."""
    return [open_plane(read_picture(path, path.stem).plane).rgb for path in sorted(PHOTOGRAPHS.glob("*.jpg"))]


def _known() -> Look | None:
    """A look that has learned strokes: going on from it, a new one needs a third of the steps. None where no look came along."""
    return read_look(KNOWN.read_bytes()) if KNOWN.exists() else None


def _small(canvas: Canvas, parameters: Resolved) -> Pixels:
    return np.clip(resize_visible(canvas.rgb, canvas.alpha, parameters.width, parameters.height)[0], 0, 1)


def _photograph(canvas: Canvas, number: int, side: int) -> Pixels:
    """No larger than a square of side px: sixty-four of a camera's would fill the memory."""
    width, height = canvas.width, canvas.height
    if min(width, height) < SMALLEST_SIDE:
        raise JobFailure("BAD_INPUT", f"Photograph {number} has {width} × {height} px; give photographs of at least {SMALLEST_SIDE} px per side.")
    factor = min(1.0, side / math.sqrt(width * height))
    small = max(SMALLEST_SIDE, round(width * factor)), max(SMALLEST_SIDE, round(height * factor))
    return np.clip(resize_visible(canvas.rgb, canvas.alpha, *small)[0], 0, 1)


def _preview_of(layer: Canvas) -> tuple[Pixels, Pixels | None]:
    factor = min(1.0, MAX_PREVIEW / max(layer.width, layer.height))
    width, height = max(1, round(layer.width * factor)), max(1, round(layer.height * factor))
    rgb = np.clip(resize_visible(layer.rgb, layer.alpha, width, height)[0], 0, 1)
    return rgb, None if layer.alpha is None else resize(layer.alpha, width, height, "area")


@contextlib.contextmanager
def _named() -> Iterator[None]:
    """Gives what goes wrong its reason and its sentence. JobFailure."""
    try:
        yield
    except (ImagingError, PictureError) as error:
        raise JobFailure("BAD_INPUT", error.message) from error
    except UnusableWeights as error:
        raise JobFailure("WEIGHTS_UNUSABLE", str(error)) from error
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise JobFailure(*NO_MEMORY) from error
    except RuntimeError as error:
        if "can't allocate memory" not in str(error):  # torch's own words on a CPU, where it has no type for it
            raise
        raise JobFailure(*NO_MEMORY) from error

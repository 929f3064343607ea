"""Owns the front end's view of the weights on this machine: which there are, which a job gets, and the one installation that may go on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from restyle_engine.parameters import DEFAULT_CONTENT_LAYERS, DEFAULT_STYLE_LAYERS, Parameters

from ..records.order import WeightsFile
from ..refusals import Invalid, NotNow, Refusal, Unavailable
from .catalogue import IDS, SHIPPED, Weights, automatic, catalogue, choose, lacking
from .errors import InstallFailed, WeightsError, WeightsInvalid, WeightsMissing
from .install import install_vgg19, vgg19_path

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2  # between two looks at an installation that goes on


class _Ended(Exception):
    """The server ends: the installation stops, and goes on another time."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far an installation is. step: "downloading", "checking", "converting" or "installed"."""

    done: int
    total: int
    step: str


class WeightsRegistry:
    """The weights. `known` is what was there at the last look."""

    def __init__(self, data_dir: Path, admin_file: Path | None, vgg19_url: str) -> None:
        self._data_dir = data_dir
        self._admin_file = admin_file
        self._url = vgg19_url or None
        self._task: asyncio.Task[Path] | None = None
        self._step = Step(0, 0, "downloading")
        self._ending = False
        self._seen: tuple[object, ...] = ()  # the files' stamps when they were read last
        self._chosen: dict[str, WeightsFile] = {}  # by what was wanted
        self.known: dict[str, Weights] = {}

    @property
    def installing(self) -> bool:
        return self._task is not None and not self._task.done()

    async def look(self) -> dict[str, Weights]:
        """What is there now, in auto's order. Files are read again only when they have changed: every job and every GetServerInfo asks."""
        if (stamps := self._stamps()) == self._seen:
            return self.known
        self._chosen.clear()
        try:
            found = await asyncio.to_thread(catalogue, self._data_dir, self._admin_file)
        except WeightsInvalid as error:
            log.warning("weights: %s", error.sentence)
            found = await asyncio.to_thread(catalogue, self._data_dir)
        self.known, self._seen = {weights.id: weights for weights in found}, stamps
        return self.known

    @property
    def usual(self) -> Path | None:
        """The file that "auto" meant at the last look."""
        return automatic(self.known.values()).path if self.known else None

    async def in_use(self) -> str:
        """What "auto" means now."""
        return (await self._choice("auto")).id

    async def chosen(self, wanted: str, parameters: Parameters) -> WeightsFile:
        """The file for a job, which has every layer that the job asks for. Invalid, NotNow."""
        try:
            file = await self._choice(wanted)
        except WeightsMissing as error:
            raise NotNow(error.sentence, reason="WEIGHTS_MISSING") from error
        except WeightsError as error:
            raise Invalid("spec.parameters.weights", error.sentence) from error
        weights = (await self.look()).get(file.id)
        for field, layers in (
            ("style_layers", parameters.style_layers or DEFAULT_STYLE_LAYERS),
            ("content_layers", parameters.content_layers or DEFAULT_CONTENT_LAYERS),
        ):
            sentence = weights and lacking(weights, (layer for layer, _ in layers))
            if sentence:
                raise Invalid(f"spec.parameters.{field}", sentence)
        return file

    async def install(self) -> AsyncIterator[Step]:
        """Installs VGG19, or joins the installation that goes on; goes on when nobody listens any more. Refusal."""
        if self._task is None or self._task.done():
            self._step = Step(0, 0, "downloading")
            self._task = asyncio.create_task(asyncio.to_thread(install_vgg19, self._data_dir, self._url, self._note))
        task, told = self._task, None
        while not task.done():
            if self._step is not told:
                told = self._step
                yield told
            await asyncio.wait({task}, timeout=LOOK_SECONDS)
        error = task.exception()
        if isinstance(error, InstallFailed):
            raise NotNow(error.sentence, reason="INSTALL_FAILED")
        if isinstance(error, _Ended):
            raise Unavailable("The server is ending; install the weights again when it is back: what has arrived is kept.")
        if error is not None:
            log.error("weights: the installation failed", exc_info=error)
            raise Refusal("The weights could not be installed; the server's log says more.", reason="INTERNAL")
        log.info("weights: vgg19 installed")
        await self.look()
        yield Step(self._step.total, self._step.total, "installed")

    async def close(self) -> None:
        """Stops an installation at its next step."""
        self._ending = True
        if self._task is not None and not self._task.done():
            with contextlib.suppress(TimeoutError, Exception):
                await asyncio.wait_for(asyncio.shield(self._task), 2.0)

    async def _choice(self, wanted: str) -> WeightsFile:
        """As catalogue.choose. WeightsError."""
        await self.look()
        if (file := self._chosen.get(wanted)) is None:
            file = await asyncio.to_thread(choose, wanted, self._data_dir, self._admin_file)
            if wanted in ("auto", *IDS):
                self._chosen[wanted] = file
        return file

    def _stamps(self) -> tuple[object, ...]:
        paths = (vgg19_path(self._data_dir), SHIPPED, self._admin_file)
        return tuple(_stamp(path) if path is not None else None for path in paths)

    def _note(self, done: int, total: int, step: str) -> None:
        if self._ending:
            raise _Ended
        self._step = Step(done, total, step)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when the file does; None when there is none. Quick enough for the loop."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size, about.st_ino

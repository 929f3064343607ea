"""Owns a run of drafts: quick, small paintings of one content in several ways, painted at once, the sheet of them, and the commands that paint them in full."""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import restyle_client as client
import typer
from PIL import Image
from restyle_contract.limits import MAX_TEXT, SMALLEST_SIDE
from restyle_imaging.io import files
from restyle_imaging.io.pictures import plane_of
from restyle_imaging.planes.canvas import open_plane
from restyle_imaging.resample.resize import resize_visible
from restyle_imaging.sheets import Panel

from ..terminal.failures import FAILED, Failure, Interrupted, sentence
from ..terminal.folder_progress import Folder
from ..terminal.interruption import Interruption
from ..terminal.output import emit, line, named, seconds_for_people
from . import inputs, one_picture, planes, saving
from .folder_run import IN_FLIGHT, Stopping
from .one_picture import ChosenStyle
from .paint_options import Manner, PaintOptions

NARROWEST = 240  # px of a picture's place: room for a caption
PRESET = "draft"
ONLY_STYLE = "--style number 1: "  # which of a draft's styles is wrong needs no words


@dataclass(frozen=True, slots=True)
class Content:
    """What is painted, at the drafts' size. plane: RGB or RGBA, 8 bits, sRGB. picture: the same. width, height: px of the file."""

    path: Path
    plane: client.Plane
    picture: Image.Image
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Draft:
    """One way to paint.

    spec: the style as it was given. name: ends the file's name in `command`. words: what differs, for people; given: in JSON's types. scale: None is automatic.
    color: None as the style suggests. full: options of `restyle image` that paint it in full. about: all of its settings, for people, on the sheet.
    """

    style: ChosenStyle
    spec: str
    name: str
    words: str
    strength: float
    scale: float | None
    color: str | None
    given: dict[str, Any]
    full: tuple[str, ...]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A draft that has ended. picture and job: None when it failed, and `error` says why."""

    draft: Draft
    picture: Image.Image | None
    job: client.Job | None
    error: str = ""

    @property
    def seconds(self) -> float | None:
        """That the work took; None while not known."""
        return self.job.ended - self.job.started if self.job and self.job.ended and self.job.started else None


def read(path: Path, size: int) -> Content:
    """A picture file, made small. size: px, longest side. PictureError."""
    found = files.read_picture(inputs.read(path), named(path.name)).plane
    plane = _small(found, size)
    return Content(path, plane, image_of(plane), found.width, found.height)


def small_picture(data: bytes, name: str, size: int) -> Image.Image:
    """A picture file's bytes as a small picture, RGB or RGBA. size: px, longest side. PictureError."""
    return image_of(_small(files.read_picture(data, name).plane, size))


def image_of(plane: client.Plane) -> Image.Image:
    """plane: RGB or RGBA, 8 bits."""
    return Image.frombytes("RGBA" if plane.format.channels is client.Channels.RGBA else "RGB", (plane.width, plane.height), bytes(plane.data))


def paint(session: client.Session, content: Content, drafts: Sequence[Draft], options: PaintOptions, stopping: Stopping, shown: Folder) -> Iterator[Outcome]:
    """Outcomes in the order of the drafts, at most IN_FLIGHT jobs at once; ends early when it is asked to stop. options: what all of them share."""

    def one(draft: Draft) -> Outcome | None:
        if stopping.asked:
            return None
        cancellation = client.Cancellation()
        try:
            with stopping.by(cancellation.cancel), shown.job(draft.words) as bar:
                result = session.restyle(_order(content, draft, options), on_event=bar.event, cancel=cancellation, previews=False)
        except Interrupted:
            return None
        except Exception as failure:
            return None if stopping.asked else Outcome(draft, None, None, sentence(failure).removeprefix(ONLY_STYLE))
        return Outcome(draft, image_of(result.plane), result.job)

    with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="restyle-draft") as pool:
        for outcome in pool.map(one, drafts):
            if outcome is None:
                return
            yield outcome


def command(content: Path, draft: Draft, options: PaintOptions) -> str:
    """What paints the draft in full, to be pasted into a shell."""
    words = ["restyle", "image", str(content), "--style", draft.spec, *draft.full]
    for option, value, usual in (("--seed", options.seed, None), ("--weights", options.weights, "auto"), ("--device", options.device, None)):
        if value not in (None, usual):
            words += [option, str(value)]
    words += ["-o", f"{content.stem}-{draft.name}.png"]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def record(outcome: Outcome, content: Path, options: PaintOptions) -> dict[str, Any]:
    """What is told about a draft, in JSON's types."""
    draft, job = outcome.draft, outcome.job
    scale = next(iter(job.style_scales), draft.scale) if job else draft.scale
    told = {**draft.given, "style_scale": scale, "status": "painted" if job else "failed", "command": command(content, draft, options)}
    if job is None:
        return {**told, "error": outcome.error}
    seconds = None if outcome.seconds is None else round(outcome.seconds, 3)
    return {**told, "job": job.id, "weights": job.weights.id if job.weights else None, "device": job.device, "seconds": seconds}


def file_name(spec: str, style: ChosenStyle) -> str:
    """The style as a part of a file's name."""
    return Path(spec).stem if style.library is None else spec


def _small(plane: Any, size: int) -> client.Plane:
    canvas = open_plane(plane)
    factor = min(1.0, size / max(canvas.width, canvas.height))
    width, height = (max(SMALLEST_SIDE, round(side * factor)) for side in (canvas.width, canvas.height))
    rgb, alpha = resize_visible(canvas.rgb, canvas.alpha, width, height)
    samples = rgb if alpha is None else np.concatenate([rgb, alpha[..., None]], axis=2)
    return planes.to_client(plane_of(np.rint(np.clip(samples, 0, 1) * 255).astype(np.uint8), None))


def _order(content: Content, draft: Draft, options: PaintOptions) -> client.JobRequest:
    parameters = replace(options.parameters(), preset=PRESET, strength=draft.strength, color=draft.color)
    use = replace(draft.style.use, scale=draft.scale)
    return client.JobRequest(content=content.plane, styles=(use,), parameters=parameters, label=f"draft of {named(content.path.name)}"[:MAX_TEXT])


@dataclass(frozen=True, slots=True)
class Plan:
    """What a command wants. count: drafts. choose: makes them, once the styles are known; as many at the most. lay: makes the sheet of what became of them; it
    gets the pictures of the styles too, in the options' order."""

    count: int
    choose: Callable[[client.Session, tuple[ChosenStyle, ...]], Sequence[Draft]]
    lay: Callable[[Content, Sequence[Panel], Sequence[Outcome]], Image.Image]


def run(path: Path, output: Path, options: PaintOptions, plan: Plan, manner: Manner) -> None:
    """Paints the drafts, writes the sheet and tells about it; Ctrl-C cancels all of them. options: what the drafts share, their size included.
    typer.Exit(1) when one failed; no sheet when all did."""
    began = time.monotonic()
    stopping = Stopping()
    outcomes: list[Outcome] = []

    def work() -> None:
        content = read(path, options.size or 0)
        with client.connect() as session:
            styles = one_picture.choose(session, options)
            for outcome in paint(session, content, plan.choose(session, styles), options, stopping, shown):
                outcomes.append(outcome)
                shown.ended(_line(outcome), len(outcomes))
                if manner.json:
                    emit({**record(outcome, path, options), "sheet": output})
            if stopping.asked:
                raise Interrupted
            if not any(outcome.job for outcome in outcomes):
                raise Failure(f"None of the drafts could be painted: {outcomes[0].error}")
            panels = [_panel(session, style, str(spec), options.size or 0) for spec, style in zip(options.specs, styles, strict=True)]
        sheet = plane_of(np.asarray(plan.lay(content, panels, outcomes)), None)
        saving.write(output, sheet, suffix=manner.suffix, overwrite=manner.overwrite)

    with Interruption() as interruption, Folder(plan.count, quiet=manner.json, what="drafts") as shown:
        interruption.run(work, lambda: stopping.stop(shown.note))
    if not manner.json:
        _tell(outcomes, path, output, options, time.monotonic() - began)
    if not all(outcome.job for outcome in outcomes):
        raise typer.Exit(FAILED)


def box(content: Content) -> tuple[int, int]:
    """px of each picture's place on a sheet: the drafts' size, but wide enough for captions."""
    return max(NARROWEST, content.picture.width), content.picture.height


def facts(outcomes: Sequence[Outcome]) -> str:
    """Weights and device, for a heading."""
    job = next(outcome.job for outcome in outcomes if outcome.job)
    return f"weights {job.weights.id}, {job.device}" if job.weights else job.device


def _panel(session: client.Session, style: ChosenStyle, spec: str, size: int) -> Panel:
    """The style's picture with its name."""
    if style.library is None:
        name = named(Path(spec).name)
        picture = style.use.source if isinstance(style.use.source, bytes) else b""
        return Panel(named(Path(spec).stem), name, small_picture(picture, name, size))
    found = session.style(style.library.id, picture=True)
    return Panel(found.title, found.id, small_picture(found.picture or b"", found.title, size))


def _line(outcome: Outcome) -> str:
    if outcome.job is None:
        return f"{outcome.draft.words}: failed: {outcome.error}"
    return outcome.draft.words + (f" in {seconds_for_people(outcome.seconds)}" if outcome.seconds is not None else "")


def _tell(outcomes: Sequence[Outcome], path: Path, output: Path, options: PaintOptions, seconds: float) -> None:
    """The lines for people: the sheet, and the command behind each draft."""
    painted = [outcome for outcome in outcomes if outcome.job]
    failed = len(outcomes) - len(painted)
    line(
        f"{named(output)}: {len(painted)} drafts of {named(path.name)} at {options.size} px in {seconds_for_people(seconds)}"
        + (f", {failed} failed" if failed else "")
    )
    line(f"  {facts(outcomes)}")
    line("To paint one in full:")
    for outcome in painted:
        line(f"  {outcome.draft.words}")
        line(f"    {command(path, outcome.draft, options)}")

"""Owns drafts: quick, small paintings of one content in several ways, painted at once through the service, and the commands that paint them in full."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import restyle_client as client
from PIL import Image
from restyle_contract.limits import MAX_TEXT, SMALLEST_SIDE
from restyle_imaging import files
from restyle_imaging.pictures import plane_of
from restyle_imaging.planes import open_plane
from restyle_imaging.resize import resize_visible

from . import inputs, painting
from .batch import IN_FLIGHT, Stopping
from .failures import Interrupted, sentence
from .folder_progress import Folder
from .output import named
from .painting import ChosenStyle
from .wish import Wish

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

    spec: the style as it was given. name: ends the file's name in `command`. words: what differs, for people; given: in JSON's types. scale, color: None as the
    style suggests. full: options of `restyle image` that paint it in full.
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


def paint(session: client.Session, content: Content, drafts: Sequence[Draft], wish: Wish, stopping: Stopping, shown: Folder) -> Iterator[Outcome]:
    """Outcomes in the order of the drafts, at most IN_FLIGHT jobs at once; ends early when it is asked to stop. wish: what all of them share."""

    def one(draft: Draft) -> Outcome | None:
        if stopping.asked:
            return None
        cancellation = client.Cancellation()
        try:
            with stopping.by(cancellation.cancel), shown.job(draft.words) as bar:
                result = session.restyle(_order(content, draft, wish), on_event=bar.event, cancel=cancellation, previews=False)
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


def command(content: Path, draft: Draft, wish: Wish) -> str:
    """What paints the draft in full, to be pasted into a shell."""
    words = ["restyle", "image", str(content), "--style", draft.spec, *draft.full]
    for option, value, usual in (("--seed", wish.seed, None), ("--weights", wish.weights, "auto"), ("--device", wish.device, None)):
        if value not in (None, usual):
            words += [option, str(value)]
    words += ["-o", f"{content.stem}-{draft.name}.png"]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def record(outcome: Outcome, content: Path, wish: Wish) -> dict[str, Any]:
    """What is told about a draft, in JSON's types."""
    draft, job = outcome.draft, outcome.job
    told = {**draft.given, "status": "painted" if job else "failed", "command": command(content, draft, wish)}
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
    return painting.to_client(plane_of(np.rint(np.clip(samples, 0, 1) * 255).astype(np.uint8), None))


def _order(content: Content, draft: Draft, wish: Wish) -> client.JobRequest:
    parameters = replace(wish.parameters(), preset=PRESET, strength=draft.strength, color=draft.color)
    use = replace(draft.style.use, scale=draft.scale)
    return client.JobRequest(content=content.plane, styles=(use,), parameters=parameters, label=f"draft of {named(content.path.name)}"[:MAX_TEXT])

"""Owns a run of drafts, from the content's file to the sheet of them, and what is told about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import restyle_client as client
import typer
from PIL import Image
from restyle_imaging.io.pictures import plane_of
from restyle_imaging.sheets import Panel

from . import drafts, painting, saving
from .batch import Stopping
from .drafts import Content, Draft, Outcome
from .failures import FAILED, Failure, Interrupted
from .folder_progress import Folder
from .interruption import Interruption
from .output import emit, line, named, seconds_for_people
from .painting import ChosenStyle
from .wish import Manner, Wish

NARROWEST = 240  # px of a picture's place: room for a caption


@dataclass(frozen=True, slots=True)
class Plan:
    """What a command wants. count: drafts. choose: makes them, once the styles are known. lay: makes the sheet of what became of them; it gets the pictures
    of the styles too, in the wish's order."""

    count: int
    choose: Callable[[Path, tuple[ChosenStyle, ...]], Sequence[Draft]]
    lay: Callable[[Content, Sequence[Panel], Sequence[Outcome]], Image.Image]


def run(path: Path, output: Path, wish: Wish, plan: Plan, manner: Manner) -> None:
    """Paints the drafts, writes the sheet and tells about it; Ctrl-C cancels all of them. wish: what the drafts share, their size included.
    typer.Exit(1) when one failed; no sheet when all did."""
    began = time.monotonic()
    stopping = Stopping()
    outcomes: list[Outcome] = []

    def work() -> None:
        content = drafts.read(path, wish.size or 0)
        with client.connect() as session:
            styles = painting.choose(session, wish)
            for outcome in drafts.paint(session, content, plan.choose(path, styles), wish, stopping, shown):
                outcomes.append(outcome)
                shown.ended(_line(outcome), len(outcomes))
                if manner.json:
                    emit({**drafts.record(outcome, path, wish), "sheet": output})
            if stopping.asked:
                raise Interrupted
            if not any(outcome.job for outcome in outcomes):
                raise Failure(f"None of the drafts could be painted: {outcomes[0].error}")
            panels = [_panel(session, style, str(spec), wish.size or 0) for spec, style in zip(wish.specs, styles, strict=True)]
        sheet = plane_of(np.asarray(plan.lay(content, panels, outcomes)), None)
        saving.write(output, sheet, suffix=manner.suffix, overwrite=manner.overwrite)

    with Interruption() as interruption, Folder(plan.count, quiet=manner.json, what="drafts") as shown:
        interruption.run(work, lambda: stopping.stop(shown.note))
    if not manner.json:
        _tell(outcomes, path, output, wish, time.monotonic() - began)
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
        return Panel(named(Path(spec).stem), name, drafts.small_picture(picture, name, size))
    found = session.style(style.library.id, picture=True)
    return Panel(found.title, found.id, drafts.small_picture(found.picture or b"", found.title, size))


def _line(outcome: Outcome) -> str:
    if outcome.job is None:
        return f"{outcome.draft.words}: failed: {outcome.error}"
    return outcome.draft.words + (f" in {seconds_for_people(outcome.seconds)}" if outcome.seconds is not None else "")


def _tell(outcomes: Sequence[Outcome], path: Path, output: Path, wish: Wish, seconds: float) -> None:
    """The lines for people: the sheet, and the command behind each draft."""
    painted = [outcome for outcome in outcomes if outcome.job]
    failed = len(outcomes) - len(painted)
    line(
        f"{named(output)}: {len(painted)} drafts of {named(path.name)} at {wish.size} px in {seconds_for_people(seconds)}"
        + (f", {failed} failed" if failed else "")
    )
    line(f"  {facts(outcomes)}")
    line("To paint one in full:")
    for outcome in painted:
        line(f"  {outcome.draft.words}")
        line(f"    {drafts.command(path, outcome.draft, wish)}")

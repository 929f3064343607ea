"""Owns the picture of a report: the picture at each scale, the loss curves over all steps, and where the time went."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw
from restyle_client import Progress, Report, ScaleReport
from restyle_imaging import sheets
from restyle_imaging.sheets import GAP, HAIRLINE, INK, MARGIN, PAPER, PENCIL, SHADE, SUBTITLE, Heading, Ink, Panel

from ..terminal.output import seconds_for_people

BOX = (320, 240)  # px of each picture
NARROWEST = 1240  # px of the sheet
CHART = 460  # px, height of the curves
AXIS = 74  # px left of the curves, for the numbers
BAR = 26  # px, height of the bar of times
FINE = 3  # times as large are lines drawn, and then scaled down: Pillow's own have steps
LEGEND = 66  # px below the curves, for numbers and names
SMALLEST_SHARE = 3e-3  # of the smallest loss: parts below it are no longer told apart
LONGEST_TICKS = 12  # numbers below the curves
TIME_INKS: tuple[Ink, ...] = ((205, 199, 187), (176, 168, 152))  # of what lies before the first scale
SCALE_INKS: tuple[Ink, ...] = ((143, 178, 196), (106, 151, 175), (74, 124, 152), (48, 98, 128), (30, 74, 102), (18, 54, 78), (10, 38, 58))
END_INK: Ink = (226, 190, 140)


@dataclass(frozen=True, slots=True)
class Curve:
    """One part of the loss."""

    name: str
    ink: Ink
    width: float  # px
    value: Callable[[Progress], float]


CURVES = (  # the last one lies on top
    Curve("colours out of range", (148, 118, 172), 1.4, lambda step: step.gamut_loss),
    Curve("smoothing; in the finish, tones", (122, 139, 58), 1.4, lambda step: step.smoothing_loss),
    Curve("content, with its weight", (47, 108, 143), 1.8, lambda step: step.content_weight * step.content_loss),
    Curve("style", (190, 82, 44), 1.8, lambda step: step.style_loss),
    Curve("loss", INK, 2.4, lambda step: step.loss),
)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the job's time."""

    name: str
    seconds: float
    ink: Ink


def drawn(heading: Heading, content: Image.Image, report: Report, spans: Sequence[Span]) -> Image.Image:
    """The sheet, RGB. content: what was painted. A job without steps, such as one of strength 0, has pictures and times only."""
    panels = [Panel("The content", "", sheets.fitted(content, BOX, enlarge=True)), *(_panel(scale) for scale in report.scales)]
    above = sheets.grid([panels], BOX, heading)
    width = max(NARROWEST, above.width)
    curves = CHART + LEGEND + 2 * GAP if report.steps else 0
    sheet = Image.new("RGB", (width, above.height + curves + BAR + 40 + MARGIN), PAPER)
    sheet.paste(above, (0, 0))
    if report.steps:
        _curves(sheet, report.steps, (MARGIN + AXIS, above.height, width - MARGIN, above.height + CHART))
    _times(sheet, spans, above.height + curves)
    return sheet


def spans(queued: float, report: Report, total: float) -> list[Span]:
    """Where the time went, in order. queued: seconds before the job started; total: seconds from then to its end."""
    scales = report.scales
    first = scales[0].began_seconds if scales else total
    found = [Span("queue", queued, TIME_INKS[0]), Span("start-up", first, TIME_INKS[1])]
    found += [Span(f"scale {scale.scale}", scale.seconds, SCALE_INKS[min(scale.scale, len(SCALE_INKS)) - 1]) for scale in scales]
    if scales:
        found.append(Span("result", max(0.0, total - scales[-1].began_seconds - scales[-1].seconds), END_INK))
    return found


def _panel(scale: ScaleReport) -> Panel:
    picture = Image.frombytes("RGBA", (scale.picture.width, scale.picture.height), scale.picture.rgba)
    words = f"{scale.evaluations} steps in {seconds_for_people(scale.seconds)}"
    return Panel(f"Scale {scale.scale}: {scale.width}×{scale.height} px", words, sheets.fitted(picture, BOX, enlarge=True))


def _curves(sheet: Image.Image, steps: Sequence[Progress], place: tuple[int, int, int, int]) -> None:
    """place: left, top, right and bottom of the field, in px."""
    left, top, right, bottom = place
    width, height = right - left, bottom - top
    low, high = _range(steps)

    def across(step: float) -> float:
        return (step - 1) / max(1, len(steps) - 1) * width

    def down(value: float) -> float:
        return height * (1 - (math.log10(max(value, low)) - math.log10(low)) / (math.log10(high) - math.log10(low)))

    field = Image.new("RGB", (width * FINE, height * FINE), PAPER)
    pen = ImageDraw.Draw(field)
    _bands(pen, steps, across, height)
    for value, strong in sheets.marks(low, high):
        pen.line((0, down(value) * FINE, width * FINE, down(value) * FINE), HAIRLINE, FINE if strong else 1)
    for curve in CURVES:
        points = [(across(index) * FINE, down(curve.value(step)) * FINE, step.scale) for index, step in enumerate(steps, 1) if curve.value(step) > low]
        for scale in {scale for _, _, scale in points}:
            line = [(x, y) for x, y, each in points if each == scale]
            pen.line(line if len(line) > 1 else [*line, (line[0][0] + FINE, line[0][1])], curve.ink, round(curve.width * FINE), joint="curve")
    sheet.paste(field.resize((width, height), Image.Resampling.LANCZOS), (left, top))
    pencil = ImageDraw.Draw(sheet)
    pencil.rectangle((left - 1, top - 1, right, bottom), outline=HAIRLINE)
    _words(pencil, steps, place, across, [(value, top + down(value)) for value, strong in sheets.marks(low, high) if strong])


def _bands(pen: ImageDraw.ImageDraw, steps: Sequence[Progress], across: Callable[[float], float], height: int) -> None:
    """Every second scale is shaded."""
    for first, last, scale in _runs(steps):
        if scale % 2 == 0:
            pen.rectangle((across(first - 0.5) * FINE, 0, across(last + 0.5) * FINE, height * FINE), SHADE)


def _words(
    pencil: ImageDraw.ImageDraw, steps: Sequence[Progress], place: tuple[int, int, int, int], across: Callable[[float], float], marks: list[tuple[float, float]]
) -> None:
    left, top, right, bottom = place
    for value, y in marks:
        sheets.write(pencil, (left - 10, y), f"{value:g}", SUBTITLE - 2, PENCIL, AXIS, "rm")
    for first, last, scale in _runs(steps):
        room = across(last) - across(first) - 12
        if room > SUBTITLE * 4:
            sheets.write(pencil, (left + across(last) - 8, top + 8), f"scale {scale}", SUBTITLE - 2, PENCIL, room, "ra")
    for step in _ticks(len(steps)):
        sheets.write(pencil, (left + across(step), bottom + 8), str(step), SUBTITLE - 2, PENCIL, AXIS, "ma" if step < len(steps) else "ra")
    x: float = left
    for curve in reversed(CURVES):
        pencil.rectangle((x, bottom + 46, x + 22, bottom + 50), curve.ink)
        sheets.write(pencil, (x + 30, bottom + 48), curve.name, SUBTITLE, INK, right - x, "lm")
        x += 30 + sheets.letters(curve.name, SUBTITLE).getlength(curve.name) + GAP
    sheets.write(pencil, (right, bottom + 48), "by loss evaluation; each scale has its own unit", SUBTITLE - 2, PENCIL, right - x, "rm")


def _times(sheet: Image.Image, spans: Sequence[Span], top: int) -> None:
    """A bar of all times to scale, and their names below it."""
    pencil = ImageDraw.Draw(sheet)
    whole, room = sum(span.seconds for span in spans) or 1.0, sheet.width - 2 * MARGIN
    begun = 0.0
    for span in spans:
        left, right = (MARGIN + room * share / whole for share in (begun, begun + span.seconds))
        pencil.rectangle((left, top, max(left, right - 1), top + BAR), span.ink)
        begun += span.seconds
    x: float = MARGIN
    for span in spans:
        words = f"{span.name} {seconds_for_people(span.seconds)}"
        pencil.rectangle((x, top + BAR + 16, x + 12, top + BAR + 28), span.ink)
        sheets.write(pencil, (x + 18, top + BAR + 22), words, SUBTITLE, INK, sheet.width - x, "lm")
        x += 18 + sheets.letters(words, SUBTITLE).getlength(words) + GAP * 0.8


def _range(steps: Sequence[Progress]) -> tuple[float, float]:
    """The smallest and the largest value that is shown; both above 0."""
    losses = [step.loss for step in steps if step.loss > 0 and math.isfinite(step.loss)] or [1.0]
    parts = [value for step in steps for curve in CURVES if (value := curve.value(step)) > 0 and math.isfinite(value)] or [1.0]
    low = max(min(parts), min(losses) * SMALLEST_SHARE) * 0.8
    return low, max(*losses, max(parts), low * 10) * 1.25


def _runs(steps: Sequence[Progress]) -> list[tuple[int, int, int]]:
    """First step, last step and number of each scale, by position."""
    found: list[tuple[int, int, int]] = []
    for index, step in enumerate(steps, 1):
        if found and found[-1][2] == step.scale:
            found[-1] = (found[-1][0], index, step.scale)
        else:
            found.append((index, index, step.scale))
    return found


def _ticks(count: int) -> list[int]:
    """Round step numbers from 1 on."""
    size = next(size for power in range(9) for base in (1, 2, 5) if count / (size := base * 10**power) <= LONGEST_TICKS)
    return [1, *(step for step in range(size, count + 1, size) if step > 1)]

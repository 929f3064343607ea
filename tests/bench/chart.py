"""Owns the picture of a race: J against time, both on logarithmic scales, one line per contender."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from bench.running import Race
from PIL import Image, ImageDraw
from restyle_imaging import sheets
from restyle_imaging.sheets import GAP, HAIRLINE, INK, MARGIN, PAPER, PENCIL, SUBTITLE, TITLE, Ink

FIELD = (760, 420)  # px of the lines
AXIS = 74  # px left of them, for the numbers
HEAD = 64  # px above, for the title
FOOT = 108  # px below, for numbers, the axis' name and the contenders'
FINE = 3  # times as large are lines drawn, and then scaled down: Pillow's own have steps
INKS: dict[str, Ink] = {"textbook": (122, 117, 108), "fp32": (47, 108, 143), "bf16": (190, 82, 44)}
EARLIEST = 0.1  # s: what was there sooner stands at the left edge


def drawn(races: Sequence[Race]) -> Image.Image:
    """The races of one size or of several, one below the other, RGB."""
    fields = [_field([race for race in races if race.side == side]) for side in dict.fromkeys(race.side for race in races)]
    chart = Image.new("RGB", (max(field.width for field in fields), sum(field.height for field in fields)), PAPER)
    top = 0
    for field in fields:
        chart.paste(field, (0, top))
        top += field.height
    return chart


def _field(races: Sequence[Race]) -> Image.Image:
    width, height = FIELD
    left, top = MARGIN + AXIS, MARGIN // 2 + HEAD
    times = [max(EARLIEST, seconds) for race in races for seconds, _ in race.trace]
    values = [value for race in races for _, value in race.trace if value > 0]
    across, down = _scale(min(times) * 0.9, max(times) * 1.1, width), _scale(max(values) * 1.2, min(values) * 0.8, height)
    paper = Image.new("RGB", (left + width + MARGIN, top + height + FOOT + MARGIN // 2), PAPER)
    lines = Image.new("RGB", (width * FINE, height * FINE), PAPER)
    pen = ImageDraw.Draw(lines)
    rows, columns = sheets.marks(min(values) * 0.8, max(values) * 1.2), sheets.marks(min(times) * 0.9, max(times) * 1.1)
    for value, strong in rows:
        pen.line((0, down(value) * FINE, width * FINE, down(value) * FINE), HAIRLINE, FINE if strong else 1)
    goal = races[0].goal
    for dash in range(0, width * FINE, 12 * FINE):
        pen.line((dash, down(goal) * FINE, dash + 6 * FINE, down(goal) * FINE), INK, FINE)
    for race in races:
        points = [(across(max(EARLIEST, seconds)) * FINE, down(value) * FINE) for seconds, value in race.trace if value > 0]
        pen.line(points if len(points) > 1 else points * 2, INKS.get(race.contender, INK), 2 * FINE, joint="curve")
    paper.paste(lines.resize((width, height), Image.Resampling.LANCZOS), (left, top))
    pencil = ImageDraw.Draw(paper)
    pencil.rectangle((left - 1, top - 1, left + width, top + height), outline=HAIRLINE)
    sheets.write(pencil, (left, MARGIN // 2), f"The way to the textbook's quality at {races[0].side} × {races[0].side} px", TITLE, INK, width)
    sheets.write(pencil, (left, MARGIN // 2 + 32), "loss J against time, both scales logarithmic; lower and further left is better", SUBTITLE, PENCIL, width)
    for value, strong in rows:
        if strong:
            sheets.write(pencil, (left - 10, top + down(value)), f"{value:g}", SUBTITLE - 2, PENCIL, AXIS, "rm")
    for value, strong in columns:
        if strong or math.log10(max(times) / min(times)) < 3:
            sheets.write(pencil, (left + across(value), top + height + 8), f"{value:g}", SUBTITLE - 2, PENCIL, AXIS, "ma")
    sheets.write(pencil, (left - 10, top - 6), "J", SUBTITLE, INK, AXIS, "rb")
    sheets.write(pencil, (left + width, top + height + 30), "seconds", SUBTITLE, INK, AXIS, "ra")
    ending = f"goal: {goal:.3g}, where the textbook ends after {races[0].evaluations} evaluations"
    sheets.write(pencil, (left + 8, top + down(goal) + 5), ending, SUBTITLE - 2, PENCIL, width)
    x: float = left
    for race in races:
        pencil.rectangle((x, top + height + 78, x + 22, top + height + 82), INKS.get(race.contender, INK))
        name = _name(race)
        sheets.write(pencil, (x + 30, top + height + 80), name, SUBTITLE, INK, width, "lm")
        x += 30 + sheets.letters(name, SUBTITLE).getlength(name) + GAP
    return paper


def _name(race: Race) -> str:
    """The contender, and when it was there."""
    name = race.contender if race.contender == "textbook" else f"Restyle, {race.contender}"
    if race.seconds is None:
        return f"{name}: not reached"
    faster = "" if race.contender == "textbook" or race.faster is None else f" ({race.faster:.1f}×)"
    return f"{name}: {race.seconds.median:.0f} s{faster}"


def _scale(first: float, last: float, length: int) -> Callable[[float], float]:
    """Where a value lies along `length` px, between two values, logarithmic."""
    return lambda value: length * math.log(value / first) / math.log(last / first)

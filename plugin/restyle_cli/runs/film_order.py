"""Owns the order in which a film's frames are painted: onward from the first, or from the keyframes that a person painted, in both directions, and between two
of them twice, the second time towards both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Name:
    """A painting. aside: of the run backwards between two keyframes, which the film doesn't show."""

    position: int
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One painting to make. previous: those that it follows, nearest first, with their weights. key: it is a person's."""

    name: Name
    previous: tuple[tuple[Name, float], ...] = ()
    key: bool = False


def steps(positions: Sequence[int], keys: Iterable[int]) -> tuple[Step, ...]:
    """Every painting of a film, each after those that it follows. positions: of its frames, rising; keys: of them, those that a person painted."""
    found = sorted(keys)
    if not found:
        return tuple(_run([None, *positions], aside=False))
    before = [position for position in positions if position < found[0]]
    after = [position for position in positions if position > found[-1]]
    made = [_key(found[0]), *_run([found[0], *reversed(before)], aside=False)]
    for first, last in pairwise(found):
        between = [position for position in positions if first < position < last]
        made += [_key(last), *_run([last, *reversed(between)], aside=True), *_between(first, between, last)]
    return (*made, *_run([found[-1], *after], aside=False))


def legs(made: Sequence[Step]) -> list[list[Step]]:
    """The steps cut where they turn: in each leg the positions rise, or fall."""
    cut: list[list[Step]] = []
    for step in made:
        leg = cut[-1] if cut else []
        way = step.name.position - leg[-1].name.position if leg else 0
        before = leg[1].name.position - leg[0].name.position if len(leg) > 1 else way
        if way * before > 0:
            leg.append(step)
        else:
            cut.append([step])
    return cut


def _key(position: int) -> Step:
    return Step(Name(position), key=True)


def _run(positions: Sequence[int | None], *, aside: bool) -> list[Step]:
    """One after the other from the first, which is there already; None: nothing is."""
    found: list[Step] = []
    for before, position in pairwise(positions):
        if position is not None:  # the first one that is aside follows one that isn't
            found.append(Step(Name(position, aside), () if before is None else ((Name(before, aside and bool(found)), 1.0),)))
    return found


def _between(first: int, between: Sequence[int], last: int) -> list[Step]:
    """Onward from the first keyframe, ever more towards what came from the last one."""
    found = []
    for before, position in pairwise([first, *between]):
        share = (position - first) / (last - first)
        found.append(Step(Name(position), ((Name(before), 1 - share), (Name(position, aside=True), share))))
    return found

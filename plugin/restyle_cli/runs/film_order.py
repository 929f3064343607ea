"""Owns the order in which a film's frames are painted: onward from the first of a scene, or from the keyframes that a person painted, in both directions, and
between two of them twice, the second time towards both; and where that order may be cut, so that its pieces are painted apart."""

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


def steps(positions: Sequence[int], keys: Iterable[int], cuts: Iterable[int] = ()) -> tuple[Step, ...]:
    """Every painting of a film, each after those that it follows. positions: of its frames, rising; keys: of them, those that a person painted; cuts:
    those that follow nothing before them."""
    painted = set(keys)
    return tuple(step for scene in scenes(positions, cuts) for step in _scene(scene, [position for position in scene if position in painted]))


def scenes(positions: Sequence[int], cuts: Iterable[int]) -> list[Sequence[int]]:
    """The positions, parted before each cut."""
    begins = set(cuts)
    marks = [at for at, position in enumerate(positions) if position in begins or at == 0]
    return [positions[first:after] for first, after in pairwise([*marks, len(positions)])]


def pieces(positions: Sequence[int], keys: Iterable[int], cuts: Iterable[int] = ()) -> list[tuple[int, int]]:
    """The first and the last position of each stretch that is painted without any other: from cut to cut, and from keyframe to keyframe."""
    painted = set(keys)
    found = []
    for scene in scenes(positions, cuts):
        inside = [at for at, position in enumerate(scene) if position in painted]
        marks = [0, *(at for at in inside if at > 0)]
        found += [(scene[first], scene[after - 1]) for first, after in pairwise([*marks, len(scene)])]
    return found


def needed(made: Sequence[Step], first: int, last: int) -> tuple[Step, ...]:
    """Of all steps those that paint the positions from first to last, and those that they follow."""
    wanted = {step.name for step in made if first <= step.name.position <= last}
    for step in reversed(made):  # each comes after what it follows
        if step.name in wanted:
            wanted.update(name for name, _ in step.previous)
    return tuple(step for step in made if step.name in wanted)


def _scene(positions: Sequence[int], found: Sequence[int]) -> tuple[Step, ...]:
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

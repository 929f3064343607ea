"""Owns the parts of a film that are painted apart, by several machines at once: which stretches need no other, and what is said of one that does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ..terminal.failures import Failure
from . import film_order
from .film_order import Step
from .film_source import Source


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a film. first, last: positions. steps: its paintings, and the keyframes that it goes towards."""

    first: int
    last: int
    steps: tuple[Step, ...]


def part(source: Source, keys: Collection[int], cuts: Collection[int], numbers: tuple[int, int]) -> Part:
    """numbers: of the first and the last frame, as people count them. Failure for frames that aren't there, or hold still with some outside."""
    first, last = (source.position(number, f"--range {numbers[0]}-{numbers[1]}") for number in numbers)
    found = film_order.pieces(source.positions, keys, cuts)
    if first > last:
        raise Failure(f"--range {numbers[0]}-{numbers[1]} ends before it begins; give its first frame first.")
    if not (any(first == begin for begin, _ in found) and any(last == end for _, end in found)):
        named = [f"{source.number(begin)}-{source.number(end)}" for begin, end in found if begin <= last and first <= end]
        raise Failure(
            f"--range {numbers[0]}-{numbers[1]} parts frames that hold still with each other; "
            f"give whole stretches, here {named[0]}{f' to {named[-1]}' if len(named) > 1 else ''}, or say with --cut where a scene begins."
        )
    steps = film_order.steps(source.positions, keys, cuts)
    return Part(first, last, film_order.needed(steps, first, last))


def chunks(source: Source, keys: Collection[int], cuts: Collection[int], least: int) -> list[tuple[int, int]]:
    """Ranges of the whole film by numbers, each of `least` frames or more where the film has as many, cut where a film may be."""
    return [(source.number(first), source.number(last)) for first, last in _joined(film_order.pieces(source.positions, keys, cuts), least, source.positions)]


def _joined(pieces: Sequence[tuple[int, int]], least: int, positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    place = {position: at for at, position in enumerate(positions)}
    begin = None
    made: tuple[int, int] | None = None
    for first, last in pieces:
        begin = first if begin is None else begin
        if place[last] - place[begin] + 1 >= least:
            if made is not None:
                yield made
            made, begin = (begin, last), None
    if begin is not None:  # what is left is short: it goes with the one before
        made = (begin if made is None else made[0], positions[-1])
    if made is not None:
        yield made

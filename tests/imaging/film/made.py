"""Owns the film of four frames, shown for uneven times, that tests write and read."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from cli import films
from restyle_imaging.film import codecs, reading
from restyle_imaging.film.tags import Tags
from restyle_imaging.film.writing import PLAIN, Shape, Writer
from restyle_imaging.io.pictures import plane_of

UNEVEN = [Fraction(0), Fraction(1, 10), Fraction(3, 10), Fraction(35, 100), Fraction(2)]


def write(path: Path, codec: str | None, said: Tags = PLAIN, size: tuple[int, int] = (64, 48), *, alpha: bool = False, deep: bool = False) -> reading.Film:
    chosen = codecs.choose(path.suffix, codec, None, deep=deep, alpha=alpha)
    with Writer(path, path.suffix, chosen, Shape(*size, said, Fraction(10), steady=False)) as writer:
        for at in range(4):
            writer.add(plane_of(films.scene(at, *size, alpha=alpha, deep=deep), None), UNEVEN[at], UNEVEN[at + 1])
    return reading.look(path)

"""Owns the drawing of the house, made from the imports: `python tests/house/drawing.py --write` writes docs/architecture.svg, without --write it is printed.

A box is a package, with what it is and its rooms; an arrow says that one imports another. What other arrows imply is left out. Above lies what knows the most.
"""

from __future__ import annotations

import ast
import itertools
import sys
from collections.abc import Mapping, Set
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from house.arrows import between_rooms, imports
from house.test_directions import ROOT, files

PAGE = ROOT / "docs" / "architecture.svg"
SHOWN = {"restyle_gimp": "plugin/gimp", "restyle": "plugin/krita"}  # names that say more than the package's
LEFT_OUT = {"restyle_painters", "restyle_install"}  # at work before a painting, not while it is made
WIDTH, HEIGHT = 252, 78  # px, of a box
GAP, RISE = 28, 54  # px, between boxes, and between rows
LETTERS, SMALL_LETTERS = 36, 44  # on a line of a box
STYLE = (
    "text{font:12px sans-serif;fill:#222}.name{font-weight:bold}.rooms{fill:#666;font-size:10.5px}"
    "rect{fill:#f6f3ec;stroke:#8a8270}path{fill:none;stroke:#8a8270}.wire{stroke-dasharray:4 3}"
)
WIRE = ("restyle_client", "restyle_server")  # who speak gRPC with each other


def packages() -> dict[str, set[str]]:
    """Which packages each imports, by name."""
    names = {module.partition(".")[0] for module in files()} - LEFT_OUT
    return {name: set(between_rooms(imports(files()), names).get(name, ())) for name in sorted(names)}


def direct(edges: Mapping[str, Set[str]]) -> dict[str, set[str]]:
    """The arrows that no way over others implies."""

    def below(name: str) -> set[str]:
        return set(edges[name]).union(*(below(one) for one in edges[name]))

    return {name: {one for one in targets if not any(one in below(other) for other in targets if other != one)} for name, targets in edges.items()}


def height(name: str, edges: Mapping[str, Set[str]]) -> int:
    """How many arrows the longest way down has."""
    return max((1 + height(one, edges) for one in edges[name]), default=0)


def rows(edges: Mapping[str, Set[str]]) -> list[list[str]]:
    """The packages row by row, the highest first; each near what it is imported by."""
    found: list[list[str]] = [[] for _ in range(1 + max(height(name, edges) for name in edges))]
    for name in sorted(edges, key=lambda name: SHOWN.get(name, name)):
        found[-1 - height(name, edges)].append(name)
    for upper, lower in itertools.pairwise(found):
        places = {name: at for at, name in enumerate(upper)}
        lower.sort(key=lambda name: min((places[one] for one in places if name in edges[one]), default=len(places)))
    return found


def drawn() -> str:
    """The SVG."""
    edges = packages()
    lines = rows(edges)
    across = max(map(len, lines)) * (WIDTH + GAP) + GAP
    down = len(lines) * (HEIGHT + RISE) - RISE + 2 * GAP
    corner: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(lines):
        corner |= {name: (GAP + at * (WIDTH + GAP), GAP + number * (HEIGHT + RISE)) for at, name in enumerate(line)}
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" height="{down}" viewBox="0 0 {across} {down}"><style>{STYLE}</style>']
    parts.append('<rect width="100%" height="100%" style="fill:#fff;stroke:none"/>')
    parts.append('<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8"/></marker>')
    parts += [_arrow(corner[name], corner[one]) for name, targets in direct(edges).items() for one in sorted(targets)]
    (left, top), (right, _) = (corner[name] for name in WIRE)
    parts.append(f'<path class="wire" d="M{left + WIDTH:g} {top + HEIGHT / 2:g}H{right:g}"/>')
    parts += [_box(name, *corner[name]) for name in edges]
    return "\n".join([*parts, "</svg>", ""])


def _arrow(above: tuple[float, float], below: tuple[float, float]) -> str:
    (x, y), (to, end) = (above[0] + WIDTH / 2, above[1] + HEIGHT), (below[0] + WIDTH / 2, below[1])
    return f'<path d="M{x:g} {y:g}C{x:g} {y + RISE / 2:g} {to:g} {end - RISE / 2:g} {to:g} {end:g}" marker-end="url(#tip)"/>'


def _box(name: str, x: float, y: float) -> str:
    inside = sorted({module.split(".")[1] for module, path in files().items() if module.startswith(f"{name}.") and path.name == "__init__.py"})
    rooms = _folded(" · ".join(inside), SMALL_LETTERS)
    texts = [("name", SHOWN.get(name, name)), *(("", line) for line in _folded(_sentence(name), LETTERS)[:2]), *(("rooms", line) for line in rooms)]
    found = [f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>']
    found += [f'<text class="{kind}" x="{x + 10:g}" y="{y + 18 + 16 * at:g}">{escape(text)}</text>' for at, (kind, text) in enumerate(texts)]
    return "\n".join(found)


def _sentence(name: str) -> str:
    """What a package's own docstring says first, up to its first stop."""
    text = ast.get_docstring(ast.parse(files()[name].read_text("utf-8"))) or ""
    return text.split("\n")[0].removeprefix("Owns ").partition(":")[0].partition(".")[0]


def _folded(text: str, most: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(drawn(), "utf-8")
    else:
        sys.stdout.write(drawn())

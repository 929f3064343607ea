"""Owns the table and the plot of docs/scale.md: `python tests/performance/scale.py [--write] [--cases 1x200,10x1000,…]`.

Each case, devices × jobs, is a studio in simulated time (simulated.py) in a process of its own. Let nothing else write to the disk; other programs don't count,
as processor time is what is measured.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from performance.simulated import Figures, simulated

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, PLOT = DOCS / "scale.md", DOCS / "scale.svg"
BEGIN, END = "<!-- From here on written by tests/performance/scale.py -->\n", "<!-- To here -->\n"
CASES = "1x100,10x1000,100x10000,1000x10000"
SIGNS = 2000  # jobs, up to which workers tell of every evaluation: a job has some sixty such messages
WIDTH, HEIGHT, EDGE = 640, 260, 48  # px of the plot, and of its margin


def measured(devices: int, jobs: int) -> Figures:
    """A case in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--one", f"{devices}x{jobs}"], capture_output=True, text=True, check=True)
    return Figures(**json.loads(done.stdout))


def one(devices: int, jobs: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        return simulated(Path(folder), devices, jobs, waiting=max(64, 2 * devices), signs=jobs <= SIGNS)


def table(found: list[Figures]) -> str:
    rows = [
        "| devices | jobs | devices at work | front end busy | its time per job | a person waits, usually | at most | journal | memory |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in found:
        waits = [f"{seconds:.1f} s" if seconds is not None else "" for seconds in (one.usual, one.longest)]
        sizes = [f"{size / 2**20:.0f} MiB" for size in (one.journal, one.memory)]
        cells = (one.devices, f"{one.jobs:,}", f"{one.share:.1%}", f"{one.busy:.1%}", f"{1000 * one.each:.1f} ms", *waits, *sizes)
        rows.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(rows) + "\n"


def plot(found: list[Figures]) -> str:
    """Devices at work and the front end's load, over the number of devices, of the largest case of each."""
    cases = {one.devices: one for one in sorted(found, key=lambda one: one.jobs)}
    across, up = (WIDTH - 2 * EDGE) / max(1, len(cases) - 1), HEIGHT - 2 * EDGE

    def line(shares: list[float], color: str, name: str) -> str:
        points = [(EDGE + at * across, HEIGHT - EDGE - share * up) for at, share in enumerate(shares)]
        path = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
        x, y = points[-1]
        label = f'<text x="{x:.0f}" y="{y - 8:.0f}" text-anchor="end" fill="{color}">{name}</text>'
        return f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>{label}'

    ticks = "".join(
        f'<text x="{EDGE + at * across:.0f}" y="{HEIGHT - EDGE + 18}" text-anchor="middle">{devices}</text>' for at, devices in enumerate(sorted(cases))
    )
    levels = "".join(
        f'<line x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{(y := HEIGHT - EDGE - share * up):.0f}" y2="{y:.0f}" stroke="#ccc"/>'
        f'<text x="{EDGE - 6}" y="{y + 4:.0f}" text-anchor="end">{share:.0%}</text>'
        for share in (0, 0.5, 1)
    )
    ordered = [cases[devices] for devices in sorted(cases)]
    lines = line([one.share for one in ordered], "#1b6", "devices at work") + line([min(1.0, one.busy) for one in ordered], "#c41", "front end busy")
    words = f'<text x="{WIDTH / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">devices</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>{levels}{ticks}{words}{lines}</svg>\n'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", default=CASES, help=f"devices x jobs ({CASES})")
    parser.add_argument("--write", action="store_true", help="also into docs/scale.md and docs/scale.svg")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        devices, jobs = map(int, given.one.split("x"))
        print(json.dumps(asdict(one(devices, jobs))))
        return
    found = []
    for case in given.cases.split(","):
        found.append(measured(*map(int, case.split("x"))))
        print(table(found).splitlines()[-1], flush=True)
    if given.write:
        page = PAGE.read_text("utf-8")
        before, _, rest = page.partition(BEGIN)
        _, _, after = rest.partition(END)
        PAGE.write_text(f"{before}{BEGIN}{table(found)}{END}{after}", "utf-8")
        PLOT.write_text(plot(found), "utf-8")


if __name__ == "__main__":
    main()

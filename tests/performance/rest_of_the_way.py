"""Owns the table of what a job takes beside optimisation, through the real server, client and worker: `python tests/performance/rest_of_the_way.py`."""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from restyle_client import Parameters
from watched_server import Told, layer, watched

STAGES = ("read the layer", "decode, profile, fill what is hidden", "style, and both at work size", "enlarge along the edges", "encode", "write the result")


def rows(told: Told) -> dict[str, tuple[float, float]]:
    """Seconds on the wall and of the processor, by stage."""
    stages = told.watched["stages"]
    job, paint = stages["job"], stages["paint"]
    found = {"send the layer (client, gRPC, files)": (told.had - told.asked, 0.0)}
    found["queue, journal, worker's order"] = (job[2] - told.had, 0.0)
    found |= {name: (stages[name][0], stages[name][1]) for name in STAGES if name in stages}
    named = sum(stages[name][0] for name in STAGES if name in stages)
    spent = sum(stages[name][1] for name in STAGES if name in stages)
    found["the rest of the worker"] = (job[0] - paint[0] - named, job[1] - paint[1] - spent)
    found["journal, and word to the client"] = (told.ended - job[2] - job[0], 0.0)
    found["fetch the result"] = (told.read - told.ended, 0.0)
    found["client, all"] = (0.0, told.client)
    found["front end, all"] = (0.0, told.server)
    found["everything but optimisation"] = (told.read - told.asked - paint[0], told.client + told.server + job[1] - paint[1])
    found["optimisation"] = (paint[0], paint[1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=2048, help="px of the layer (2048)")
    parser.add_argument("--size", type=int, default=512, help="px of the work (512)")
    parser.add_argument("--strength", type=float, default=0.0, help="0 paints nothing and goes the whole way (0)")
    parser.add_argument("--evaluations", type=int, default=1, help="of the objective, for a strength above 0 (1)")
    parser.add_argument("--runs", type=int, default=5, help="whose medians are shown (5)")
    given = parser.parse_args()
    plane = layer(given.side)
    parameters = Parameters(strength=given.strength, size=given.size, preset="draft", evaluations=given.evaluations)
    with tempfile.TemporaryDirectory(prefix="restyle-way-") as folder, watched(Path(folder)) as server:
        server.ready()
        found = [rows(server.paint(plane, parameters)) for _ in range(given.runs + 1)][1:]  # the first loads what the later ones find
    print(f"{given.side}² RGBA8, work {given.size} px, strength {given.strength:g}; median of {given.runs}; milliseconds")
    print(f"{'':38}{'wall':>8}{'best':>8}{'processor':>11}")
    for name in found[0]:
        walls, spent = [one[name][0] for one in found], [one[name][1] for one in found]
        shown = [
            f"{value * 1000:.0f}" if any(of) else ""
            for value, of in ((statistics.median(walls), walls), (min(walls), walls), (statistics.median(spent), spent))
        ]
        print(f"{name:38}{shown[0]:>8}{shown[1]:>8}{shown[2]:>11}")


if __name__ == "__main__":
    main()

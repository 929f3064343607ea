"""Owns the promise that one may draw for long with Live on: no growth of memory, no undo that goes astray. Runs as long as values.json says."""

# mypy: ignore-errors

import gc
import json
import random
import re
import time
from pathlib import Path

from krita_bench import docker, undo, wait
from krita_live import drawing, followed, painted, pixels, stroke, undo_word
from restyle.model.controller import controller
from restyle.model.live import live_of

SECONDS = json.loads((Path.home() / "values.json").read_text(encoding="utf-8"))["seconds_drawn"]
WARMING = 6  # strokes after which memory is as it stays: Krita keeps pools of pixels
GROWTH_BYTES = 48 << 20  # that may come over the whole time, of some 400 MiB


def resident():
    """Bytes of memory that this Krita has."""
    gc.collect()
    return 1024 * int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text(encoding="utf-8")).group(1))


def test_drawing_for_long_grows_nothing_and_misses_no_undo():
    document, source, live = yield from drawing()
    hand = random.Random(5)
    word, begun = undo_word(), time.monotonic()
    strokes = 0
    memory, delays = [], []
    while time.monotonic() - begun < SECONDS or strokes < WARMING + 2:
        before = pixels(source, document)
        times = yield from followed(document, source, stroke(12, hand.choice((-2, -1, 1, 2)), hand.randrange(-120, 60), hand.randrange(-120, 120)))
        delays.append(times["first drawn to first painted"])
        yield from wait(lambda: "Stroke" in undo_word(), 10, "the stroke's own step")  # Krita's menu has it a moment after the pixels
        strokes += 1
        yield from undo(document, lambda before=before: pixels(source, document) == before)
        assert undo_word() == word, "the one step was the person's stroke"
        yield from wait(lambda: painted(document, source), 60, "undo followed")
        memory.append(resident())
    assert live.on
    assert controller().complaint == ""
    docker().live.click()
    yield 0.5
    assert not live_of(controller()).on
    assert [node.name() for node in document.topLevelNodes()] == ["photo"]
    growth = memory[-1] - memory[WARMING]
    assert growth < GROWTH_BYTES, [each >> 20 for each in memory]
    delays.sort()
    told = {"strokes": strokes, "MiB, after a few and in the end": (memory[WARMING] >> 20, memory[-1] >> 20)}
    return {**told, "first drawn to first painted, half, nine in ten and most": (delays[len(delays) // 2], delays[len(delays) * 9 // 10], delays[-1])}

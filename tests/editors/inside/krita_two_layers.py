"""Owns the promises about a painting in two layers in a real Krita: together they show the painting, and it is placed as one."""

# mypy: ignore-errors

import struct
from dataclasses import replace

from krita_bench import (
    GRAY,
    HEIGHT,
    LINEAR,
    QUICK,
    SETTLING,
    SRGB,
    WIDTH,
    above,
    close,
    image,
    paint,
    pixels,
    redo,
    samples,
    select,
    undo,
)  # fmt: skip

ONE = replace(QUICK, strength=70.0)
TWO = replace(ONE, layers="two")
ALL = (0, 0, WIDTH, HEIGHT)


def shown(document):
    document.refreshProjection()
    document.waitForDone()
    yield SETTLING
    document.waitForDone()
    return bytes(document.pixelData(*ALL))


def numbers(data, depth):
    return struct.unpack(f"<{len(data) // 2}e", data) if depth == "F16" else samples(data, depth)


def farthest(model, depth, profile, alpha):
    """Paints as one layer and as two, and compares what is seen."""
    document, source = yield from image(model, depth, profile, alpha=alpha)
    yield from paint(source, ONE)
    one = yield from shown(document)
    yield from paint(source, TWO)
    group = document.activeNode()
    two = yield from shown(document)
    assert group.type() == "grouplayer", group.type()
    colors, strokes = group.childNodes()[:2]
    strokes.setVisible(False)
    less = yield from shown(document)
    assert less != two, "no strokes"
    worst = max(abs(a - b) for a, b in zip(numbers(one, depth), numbers(two, depth), strict=True))
    names = [each.name() for each in (group, colors, strokes)]
    yield from close(document)
    assert names[0].startswith("Woodcut · photo"), names
    assert names[1:] == ["Woodcut colors · photo", "Woodcut strokes · photo"], names
    return worst


def test_colors_and_strokes_together_are_the_painting_at_every_depth():
    measured = {}
    for model, depth, profile, alpha, allowed in (
        ("RGBA", "U8", SRGB, 1.0, 0), ("RGBA", "U16", SRGB, 1.0, 1), ("RGBA", "F16", LINEAR, 1.0, 0.002), ("RGBA", "F32", LINEAR, 1.0, 1e-5),
        ("GRAYA", "U8", GRAY, 1.0, 0),
    ):  # fmt: skip
        worst = yield from farthest(model, depth, profile, alpha)
        measured[f"{model} {depth} {profile} {alpha}"] = worst
        assert worst <= allowed, measured
    return measured


def test_a_selection_is_painted_as_one_layer():
    document, source = yield from image(alpha=1.0)
    select(document, 8, 4, 20, 16)
    yield from paint(source, TWO)
    kind = above(source).type()
    yield from close(document)
    assert kind == "paintlayer", kind


def test_strokes_alone_lie_on_the_photo():
    document, source = yield from image(alpha=1.0)
    yield from paint(source, TWO)
    group = above(source)
    colors, strokes = group.childNodes()
    colors.setVisible(False)
    seen = yield from shown(document)
    photo, stroke = pixels(source), pixels(strokes)
    worst = max(abs(min(255, max(0, a + b - 127)) - c) for place, (a, b, c) in enumerate(zip(photo, stroke, seen, strict=True)) if place % 4 < 3)
    yield from close(document)
    assert worst == 0, worst


def test_it_comes_and_goes_in_one_step_and_the_next_painting_hides_it():
    document, source = yield from image(alpha=1.0)
    yield from paint(source, TWO)
    first = above(source)
    yield from paint(source, TWO)
    second = above(first)
    assert (first.visible(), second.visible(), second.type()) == (False, True, "grouplayer")
    yield from undo(document, lambda: len(document.topLevelNodes()) == 2)
    yield SETTLING
    yield from undo(document, lambda: len(document.topLevelNodes()) == 1)
    yield from redo(document, lambda: len(document.topLevelNodes()) == 2)
    assert [each.name() for each in above(source).childNodes()] == ["Woodcut colors · photo", "Woodcut strokes · photo"]
    yield from close(document)

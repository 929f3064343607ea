"""Owns the promises about textures in a real Krita: a new layer of its size in the image's own format, and patterns that Krita finds."""

# mypy: ignore-errors

from dataclasses import replace

from krita_bench import GRAY, LINEAR, QUICK, SRGB, application, image, pixels, select, undo, wait
from restyle import strings
from restyle.automation import texture
from restyle.host.pixels import box_of
from restyle.model.controller import controller
from restyle.packages import Failure
from restyle.ui.texture import TextureDialog


def done(painting):
    yield from wait(lambda: painting.over, what="the painting's end")
    assert painting.phase.value == "done", painting.text


def test_a_texture_is_a_new_layer_on_top_in_every_format_and_one_step_to_undo():
    for model, depth, profile in (("RGBA", "U8", SRGB), ("RGBA", "U16", SRGB), ("RGBA", "F32", LINEAR), ("RGBA", "F16", LINEAR), ("GRAYA", "U8", GRAY)):
        document, below = yield from image(model, depth, profile, width=96, height=64)
        before = pixels(below)
        painting = controller().texture(document, 64, 48, replace(QUICK, seamless="both"))
        yield from done(painting)
        *_, new = document.topLevelNodes()
        assert (new.name(), box_of(new.bounds()).rect) == ("Woodcut · Texture", (0, 0, 64, 48)), (new.name(), box_of(new.bounds()))
        assert (new.colorModel(), new.colorDepth(), new.colorProfile()) == (model, depth, profile)
        data = bytes(new.pixelData(0, 0, 64, 48))
        step = len(data) // (64 * 48)
        assert len({data[at : at + step] for at in range(0, len(data), step)}) > 50  # neither grey nor white
        assert strings.SOURCE_GONE not in painting.notes
        assert (pixels(below), below.visible()) == (before, True)
        yield from undo(document, lambda document=document: [node.name() for node in document.topLevelNodes()] == ["photo"])


def test_a_second_texture_hides_nothing():
    document, _ = yield from image(width=96, height=64)
    for seed in (1, 2):
        yield from done(controller().texture(document, 32, 32, replace(QUICK, seed=seed)))
    assert [node.visible() for node in document.topLevelNodes()] == [True] * 3


def test_a_script_gets_the_layer_or_a_sentence():
    document, _ = yield from image(width=96, height=64)
    layer = texture(48, 32, document, style="woodcut", preset="draft", seamless="x")
    assert box_of(layer.bounds()).rect == (0, 0, 48, 32)
    try:
        texture(1, 32, document, style="woodcut")
    except Failure as failure:
        assert "16 px" in str(failure)
    else:
        raise AssertionError("1 px was painted")


def test_a_selection_has_no_seamless_painting():
    document, below = yield from image(width=96, height=64)
    select(document, 0, 0, 32, 32)
    try:
        controller().paint(document, below, replace(QUICK, seamless="both"))
    except Failure as failure:
        assert "Seamless" in str(failure)
    else:
        raise AssertionError("a part was painted seamless")


def test_the_dialog_asks_for_a_size_and_seamless():
    yield from image(width=96, height=64)
    controller().choose(QUICK)
    dialog = TextureDialog(512, 256, "both")
    dialog.show()
    yield 0.5
    dialog.grab().save("/home/painter/texture-dialog.png")
    assert (dialog.sides, dialog.seamless) == ((512, 256), "both")
    dialog.close()


def test_a_pattern_in_its_folder_is_a_pattern_of_krita():
    yield 0
    assert "Tile" in application().resources("pattern"), sorted(application().resources("pattern"))

"""Owns the promises about layers in a real Krita: what goes to the painter comes back in its very format, into the right place, in one step."""

# mypy: ignore-errors

from dataclasses import replace

from krita_bench import (
    GRAY,
    GRAY_LINEAR,
    HEIGHT,
    LINEAR,
    QUICK,
    SETTLING,
    SRGB,
    STILL,
    WIDTH,
    above,
    application,
    close,
    docker,
    farthest,
    image,
    layer,
    paint,
    pixels,
    redo,
    select,
    show,
    trigger,
    undo,
    wait,
)  # fmt: skip
from restyle import strings
from restyle.host import memory, profiles
from restyle.host.api import QtCore, QtGui
from restyle.host.profiles import icc_of
from restyle.host.scratch import REMEMBERED
from restyle.model.controller import controller
from restyle.packages import Failure
from restyle_driver import opened

ALLOWED = {"U8": 0, "U16": 16, "F16": 1, "F32": 1e-5}  # of the round trip at strength 0, profiles that are not plain sRGB; 8 bits of those: 1


def round_trip(model, depth, profile, allowed):
    document, source = yield from image(model, depth, profile)
    before = pixels(source)
    yield from paint(source)
    new = above(source)
    assert (new.colorModel(), new.colorDepth(), new.colorProfile()) == (model, depth, profile)
    assert pixels(source) == before
    worst = farthest(before, pixels(new), depth, model)
    assert worst <= allowed, f"{model} {depth} {profile}: off by {worst}"
    yield from close(document)
    return worst


def test_rgb_comes_back_in_every_depth():
    measured = {}
    for depth, profile, allowed in (
        ("U8", SRGB, 0), ("U16", SRGB, 0), ("U8", LINEAR, 1), ("U16", LINEAR, 16), ("F16", LINEAR, 1), ("F32", LINEAR, 1e-5),
        ("F16", SRGB, 1), ("F32", SRGB, 1e-5),
    ):  # fmt: skip
        measured[f"{depth} {profile}"] = yield from round_trip("RGBA", depth, profile, allowed)
    return measured


def test_gray_comes_back_in_every_depth():
    measured = {}
    for depth, profile, allowed in (("U8", GRAY, 0), ("U16", GRAY, 0), ("U16", GRAY_LINEAR, 16), ("F16", GRAY_LINEAR, 1), ("F32", GRAY_LINEAR, 1e-5)):
        measured[f"{depth} {profile}"] = yield from round_trip("GRAYA", depth, profile, allowed)
    return measured


def test_other_color_models_go_through_kritas_own_conversion():
    measured = {}
    for model, depth in (("CMYKA", "U8"), ("LABA", "U16"), ("XYZA", "U16"), ("YCbCrA", "U16")):
        profile = application().profiles(model, depth)[0]
        document, source = yield from image(model, depth, profile)
        yield from paint(source)
        new = above(source)
        assert (new.colorModel(), new.colorDepth(), new.colorProfile()) == (model, depth, profile)
        converted = document.createNode("", "paintlayer")  # what Krita's conversion there and back alone does
        converted.setPixelData(source.pixelData(0, 0, WIDTH, HEIGHT), 0, 0, WIDTH, HEIGHT)
        converted.setColorSpace("RGBA", "U16", SRGB)
        converted.setColorSpace(model, depth, profile)
        measured[f"{model} {depth}"] = farthest(pixels(converted), pixels(new), depth, model)
        assert measured[f"{model} {depth}"] <= (1 if depth == "U8" else 16)
        yield from close(document)
    return measured


def test_another_profile_is_sent_with_its_bytes():
    names = [name for name in application().profiles("RGBA", "U8") if name != SRGB]
    for name in names[:6]:
        icc = icc_of("RGBA", "U8", name)
        assert icc[36:40] == b"acsp", name
        assert int.from_bytes(icc[:4], "big") == len(icc), name
    measured = {}
    for name in [name for name in names if "Adobe" in name or "ClayRGB" in name or "P3" in name][:2]:
        measured[name] = yield from round_trip("RGBA", "U8", name, 1)
    return measured


def test_undo_takes_the_painting_back_in_one_step():
    document, source = yield from image(alpha=1.0)
    yield from layer(document, "top")
    document.setActiveNode(source)
    yield 0.2
    assert document.activeNode().name() == "photo"
    yield from paint(source)
    assert [node.name() for node in document.topLevelNodes()] == ["photo", "Woodcut · photo", "top"]
    assert document.activeNode().name() == "Woodcut · photo"
    yield from undo(document, lambda: [node.name() for node in document.topLevelNodes()] == ["photo", "top"])
    yield from redo(document, lambda: len(document.topLevelNodes()) == 3)


def test_undo_knows_one_step_whatever_the_colors():
    measured = {}
    for model, depth in (("RGBA", "U8"), ("RGBA", "F32"), ("GRAYA", "U16"), ("CMYKA", "U8"), ("LABA", "U16")):
        document, source = yield from image(model, depth, application().profiles(model, depth)[0], alpha=1.0)
        before = undoing()
        yield from paint(source)
        yield from wait(lambda before=before: undoing() != before, 20, "the menu names the painting")  # Krita renames it when it is idle
        after = undoing()
        yield from undo(document, lambda document=document: len(document.topLevelNodes()) == 1)
        yield from wait(lambda before=before: undoing() == before, 20, "the painting was one step")
        measured[f"{model} {depth}"] = [before, after]
        yield from close(document)
    return measured


def undoing():
    return application().action("edit_undo").text()


def test_a_soft_layer_is_hidden_and_undo_shows_it_again():
    """With the docker closed too."""
    docker().setVisible(False)
    document, source = yield from image(alpha=0.5)
    painting = yield from paint(source)
    assert not source.visible()
    assert any("hidden" in note for note in painting.notes)
    yield from undo(document, lambda: len(document.topLevelNodes()) == 1)
    yield from wait(source.visible, 20, "the source is seen again")
    yield from redo(document, lambda: len(document.topLevelNodes()) == 2)
    yield from wait(lambda: not source.visible(), 20, "the source is hidden again")
    docker().setVisible(True)


def test_a_second_painting_lies_on_the_first_and_is_what_is_seen():
    """Whether the layer is opaque or soft: nothing shines through, and one undo brings the first one back."""
    for alpha in (1.0, 0.5):
        document, source = yield from image(alpha=alpha)
        first = yield from paint(source, replace(QUICK, strength=90.0))
        one = above(source)
        alone = bytes(one.pixelData(0, 0, WIDTH, HEIGHT))
        document.waitForDone()
        assert bytes(document.pixelData(0, 0, WIDTH, HEIGHT)) == alone or alpha < 1.0
        second = yield from paint(source, replace(QUICK, strength=30.0, seed=4))
        two = document.topLevelNodes()[-1]
        assert [node.name() for node in document.topLevelNodes()] == ["photo", "Woodcut · photo", "Woodcut · photo"]
        assert (one.visible(), two.visible(), source.visible()) == (False, True, alpha == 1.0)
        assert strings.EARLIER_HIDDEN.format(name="photo") in second.notes
        assert first.text
        document.waitForDone()
        painted = bytes(two.pixelData(0, 0, WIDTH, HEIGHT))
        assert painted != alone
        yield from wait(lambda document=document, painted=painted: close_to(bytes(document.pixelData(0, 0, WIDTH, HEIGHT)), painted), 20, "the second alone")
        yield from undo(document, lambda document=document: len(document.topLevelNodes()) == 2)
        yield from wait(one.visible, 20, "the first is seen again")
        yield from redo(document, lambda document=document: len(document.topLevelNodes()) == 3)
        yield from wait(lambda one=one: not one.visible(), 20, "and hidden again")
        yield from close(document)


def close_to(one, other):
    """Equal, but for what Krita's own compositing rounds."""
    return max(abs(a - b) for a, b in zip(one, other)) <= 2  # noqa: B905 - Krita's Python may be old


def test_a_masked_layer_is_painted_as_it_looks():
    document, source = yield from image(alpha=1.0)
    select(document, 10, 6, 12, 8)
    mask = document.createTransparencyMask("mask")
    mask.setSelection(document.selection().duplicate())
    source.addChildNode(mask, None)
    document.setSelection(None)
    document.refreshProjection()
    document.waitForDone()
    yield SETTLING
    looks = bytes(source.projectionPixelData(0, 0, WIDTH, HEIGHT))
    assert looks != pixels(source)
    yield from paint(source)
    assert farthest(looks, pixels(above(source)), "U8", "RGBA") == 0
    assert not source.visible()


def test_a_selection_becomes_a_transparency_mask():
    document, source = yield from image(alpha=1.0)
    select(document, 10, 6, 12, 8)
    yield from paint(source)
    new = above(source)
    masks = new.childNodes()
    assert [mask.type() for mask in masks] == ["transparencymask"]
    document.waitForDone()
    seen = bytes(new.projectionPixelData(0, 0, WIDTH, HEIGHT))
    shown = {(place // 4 % WIDTH, place // 4 // WIDTH) for place in range(0, len(seen), 4) if seen[place + 3]}
    assert shown == {(x, y) for x in range(10, 22) for y in range(6, 14)}
    yield from undo(document, lambda: len([node for node in document.topLevelNodes() if node.type() == "paintlayer"]) == 1)


def test_groups_clones_and_file_layers_are_painted_as_they_look():
    document, source = yield from image(alpha=1.0)
    group = document.createGroupLayer("group")
    document.rootNode().addChildNode(group, source)
    inner = yield from layer(document, "inner", parent=group)
    clone = document.createCloneLayer("clone", inner)
    document.rootNode().addChildNode(clone, group)
    QtGui.QImage(bytes([60, 120, 180, 255]) * (WIDTH * HEIGHT), WIDTH, HEIGHT, 4 * WIDTH, QtGui.QImage.Format.Format_ARGB32).save("/home/painter/file.png")
    file = document.createFileLayer("file", "/home/painter/file.png", "None")
    document.rootNode().addChildNode(file, clone)
    document.refreshProjection()
    document.waitForDone()
    yield 1.0  # a file layer loads by itself
    for node, looks in ((group, pixels(inner)), (clone, pixels(inner)), (file, bytes([60, 120, 180, 255]) * (WIDTH * HEIGHT))):
        yield from paint(node)
        assert pixels(above(node)) == looks, node.name()


def test_locked_empty_and_mask_get_a_sentence():
    document, source = yield from image(alpha=1.0)
    yield 0.1
    source.setLocked(True)
    assert "locked" in refused(document, source)
    source.setLocked(False)
    empty = document.createNode("nothing", "paintlayer")
    document.rootNode().addChildNode(empty, source)
    assert "empty" in refused(document, empty)
    select(document, 4, 4, 9, 9)
    mask = document.createTransparencyMask("mask")
    mask.setSelection(document.selection().duplicate())  # a selection belongs to one layer
    source.addChildNode(mask, None)
    document.waitForDone()
    assert "mask" in refused(document, mask)
    assert len(controller().running()) == 0


def refused(document, node):
    try:
        controller().paint(document, node, STILL)
    except Failure as failure:
        return str(failure)
    return ""


def test_cancel_leaves_the_image_as_it_was():
    document, source = yield from image(width=256, height=256, alpha=1.0)
    painting = controller().paint(document, source, replace(QUICK, preset="fine", size=256))
    yield from wait(lambda: painting.phase.value == "running", what="running")
    timer = QtCore.QElapsedTimer()
    timer.start()
    yield from trigger("restyle_cancel")
    yield from wait(lambda: painting.over, what="cancelled")
    assert painting.phase.value == "cancelled"
    assert len(document.topLevelNodes()) == 1
    return {"cancelled after ms": timer.elapsed()}


def test_closing_the_image_ends_its_painting_and_no_other():
    closing, one = yield from image(width=128, height=128, alpha=1.0)
    staying, other = yield from image(alpha=1.0)
    first = controller().paint(closing, one, replace(QUICK, preset="fine", size=128))
    second = controller().paint(staying, other, STILL)
    yield from close(closing)
    controller().close_documents()
    yield from wait(lambda: first.over and second.over, what="both ends")
    assert first.phase.value in ("cancelled", "failed")
    assert second.phase.value == "done", second.text
    assert len(staying.topLevelNodes()) == 2


def test_a_painted_layer_remembers_how_after_the_file_was_reopened():
    document, source = yield from image(alpha=1.0)
    yield from paint(source, QUICK)
    path = "/home/painter/remembered.kra"
    assert document.saveAs(path)
    yield 0.3
    yield from close(document)
    reopened = application().openDocument(path)
    new = next(node for node in reopened.topLevelNodes() if node.name() == "Woodcut · photo")
    painted = memory.recall(reopened, new)
    assert painted is not None
    assert painted.recipe == QUICK
    yield from show(reopened)
    again = controller().again(reopened, new)
    yield from wait(lambda: again.over, what="again")
    assert again.phase.value == "done", again.text
    assert len(reopened.topLevelNodes()) == 3


def test_the_actions_are_in_the_menu_and_want_an_image():
    for name, words in (("restyle_layer", strings.ACTION_AGAIN), ("restyle_layer_with", strings.ACTION_WITH), ("restyle_cancel", strings.ACTION_CANCEL)):
        action = application().action(name)
        assert action is not None, name
        assert action.text().replace("&", "") == words
        assert not action.isEnabled(), name
    yield from image(alpha=1.0)
    yield 0.5
    assert application().action("restyle_layer").isEnabled()
    controller().choose(STILL)
    yield from trigger("restyle_layer")
    document = application().activeDocument()
    yield from wait(lambda: len(document.topLevelNodes()) == 2, what="the action's painting")
    docker().setVisible(False)
    yield from trigger("restyle_layer_with")
    assert docker().isVisible()
    assert docker().windowTitle() == "Restyle"


def test_no_other_plug_ins_protobuf_is_touched():
    import sys

    document, source = yield from image(alpha=1.0)
    yield from paint(source)
    assert sys.modules["google.protobuf"].__version__ == "1.0 of a rival"
    assert not any(name == "grpclib" or name.startswith(("grpclib.", "h2.", "multidict")) for name in sys.modules)
    assert document is not None


def test_exporting_a_profile_leaves_nothing_behind():
    """No image, and not the size 1 × 1 px in Krita's dialog for new images."""
    profiles._known.clear()
    before = {name: application().readSetting("", name, "none") for name in REMEMBERED}
    assert icc_of("GRAYA", "U16", GRAY_LINEAR)
    yield SETTLING
    assert opened() == []
    assert {name: application().readSetting("", name, "none") for name in REMEMBERED} == before
    assert before["imageWidthDef"] == str(WIDTH)  # so that the entry is the one that Krita writes

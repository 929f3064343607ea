"""Owns what must hold for a painting in two layers: together they show the painting, alone each is of use, and it is placed as one. Runs inside GIMP."""

# mypy: ignore-errors

import struct

import bench
from bench import add_layer, all_layers, image_of, native, pixels, select
from gi.repository import Gimp

MANNER = {"strength": 70.0, "preset": "draft"}
P = Gimp.Precision


def main():
    bench.main("gimp_two_layers")


def group_of(image, layer, **arguments):
    before = {each.get_id() for each in all_layers(image)}
    status, sentence = bench.restyle(image, layer, layers="two", **MANNER, **arguments)
    assert status == Gimp.PDBStatusType.SUCCESS, sentence
    new = [each for each in all_layers(image) if each.get_id() not in before]
    assert len(new) == 3, [each.get_name() for each in new]
    group, strokes, colors = new
    assert group.is_group()
    return group, strokes, colors


CODES = {"U8": "B", "U16": "H", "HALF": "e", "FLOAT": "f"}


def shown(image):
    """What is seen, with alpha, in the image's own numbers."""
    layer = Gimp.Layer.new_from_visible(image, image, "seen")
    image.insert_layer(layer, None, 0)
    data, code = native(layer), CODES[image.get_precision().value_name.split("_")[2]]
    image.remove_layer(layer)
    return struct.unpack(f"<{len(data) // struct.calcsize(code)}{code}", data)


def farthest(image, layer, allowed, **arguments):
    """Paints it as one layer and as two, and compares what is seen."""
    status, sentence = bench.restyle(image, layer, **MANNER, **arguments)
    assert status == Gimp.PDBStatusType.SUCCESS, sentence
    one = shown(image)
    group, strokes, _ = group_of(image, layer, **arguments)
    two = shown(image)
    strokes.set_visible(False)
    assert shown(image) != two, "no strokes"
    strokes.set_visible(True)
    count = 2 if image.get_base_type() == Gimp.ImageBaseType.GRAY else 4
    assert one[count - 1 :: count] == two[count - 1 :: count], "alpha differs"
    worst = max(abs(a - b) for place, (a, b) in enumerate(zip(one, two, strict=True)) if one[place // count * count + count - 1])
    assert worst <= allowed, f"{image.get_precision().value_nick}: off by {worst}"
    return group


def test_colors_and_strokes_together_are_the_painting_at_every_depth():
    for precision, allowed in (
        (P.U8_NON_LINEAR, 1), (P.U8_LINEAR, 12), (P.U16_NON_LINEAR, 1), (P.U16_LINEAR, 16), (P.HALF_NON_LINEAR, 0.002), (P.FLOAT_LINEAR, 1e-5),
    ):  # fmt: skip
        image, _ = image_of(precision)
        layer = add_layer(image, "source", "RGB")
        group = farthest(image, layer, allowed)
        assert group.get_mode() == Gimp.LayerMode.PASS_THROUGH
        image.delete()


def test_they_are_the_painting_in_another_profile_too():
    profile = Gimp.ColorProfile.new_rgb_adobe()
    for precision, allowed in ((P.U8_NON_LINEAR, 2), (P.U16_NON_LINEAR, 2 * 257), (P.FLOAT_LINEAR, 2 / 255)):
        image, _ = image_of(precision, profile=profile)
        farthest(image, add_layer(image, "source", "RGB"), allowed)
        image.delete()


def test_they_are_the_painting_where_it_is_half_transparent_or_gray():
    for kind in ("RGBA", "GRAYA", "GRAY"):
        image, photo = image_of(kind=kind)
        layer = add_layer(image, "source", kind)
        photo.set_visible(False)
        farthest(image, layer, 2 if kind.endswith("A") else 1)
        image.delete()


def test_what_a_selection_limits_stays_one_layer():
    image, _ = image_of(P.U16_NON_LINEAR, width=90, height=60)
    layer = add_layer(image, "source", "RGB")
    select(image, 20, 10, 40, 30, feather=6)
    before = {each.get_id() for each in all_layers(image)}
    status, sentence = bench.restyle(image, layer, layers="two", **MANNER)
    assert status == Gimp.PDBStatusType.SUCCESS, sentence
    (new,) = [each for each in all_layers(image) if each.get_id() not in before]
    assert new.get_mask() is not None


def test_strokes_alone_lie_on_the_photo_and_colors_alone_cover_it():
    image, _ = image_of()
    layer = add_layer(image, "source", "RGB")
    group, strokes, colors = group_of(image, layer)
    assert [each.get_name() for each in (group, strokes, colors)] == ["woodcut · source", "woodcut strokes · source", "woodcut colors · source"]
    photo, stroke = (pixels(each, "R'G'B' u8") for each in (layer, strokes))
    colors.set_visible(False)
    seen = bytes(value for place, value in enumerate(shown(image)) if place % 4 < 3)
    assert max(abs(min(255, max(0, a + b - 127)) - c) for a, b, c in zip(photo, stroke, seen, strict=True)) <= 1
    colors.set_visible(True)
    strokes.set_visible(False)
    seen = bytes(value for place, value in enumerate(shown(image)) if place % 4 < 3)
    assert seen == pixels(colors, "R'G'B' u8")


def test_it_comes_and_goes_in_one_step_and_the_next_painting_hides_it():
    image, _ = image_of()
    layer = add_layer(image, "source", "RGB")
    first, _, _ = group_of(image, layer)
    assert [each.get_id() for each in image.get_selected_layers()] == [first.get_id()]
    second, _, _ = group_of(image, layer, seed=2)
    assert (first.get_visible(), second.get_visible()) == (False, True)
    assert [each.get_id() for each in image.get_layers()[:3]] == [each.get_id() for each in (second, first, layer)]

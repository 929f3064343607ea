"""Owns what must hold for every precision, kind of layer and situation. Runs inside GIMP; test_gimp_layers.py tells about it outside."""

# mypy: ignore-errors

import array
import json
import math

import bench
from bench import add_layer, all_layers, image_of, native, paint, painted, picture, pixels, refused, select
from gi.repository import Gegl, Gimp

P = Gimp.Precision


def main():
    bench.main("gimp_layers", "gimp_stacking", "gimp_refusals")


# ---- the round trip at strength 0 ----


def exact(precision, *kinds, profile=None):
    for kind in kinds:
        image, layer = image_of(precision, kind, profile=profile)
        new = painted(image, layer)
        assert native(new) == native(layer), f"{precision} {kind}: {differing(native(new), native(layer))} bytes differ"
        image.delete()


def close(precision, *kinds, typecode, relative=1e-5, absolute=0.0):
    for kind in kinds:
        image, layer = image_of(precision, kind)
        new = painted(image, layer)
        compare(array.array(typecode, native(new)), array.array(typecode, native(layer)), relative, absolute, f"{precision} {kind}")
        image.delete()


def compare(got, wanted, relative, absolute, what):
    worst = max(abs(a - b) - relative * abs(b) for a, b in zip(got, wanted, strict=True))
    assert worst <= absolute, f"{what}: off by {worst} beyond the tolerance"


def differing(one, other):
    return sum(a != b for a, b in zip(one, other, strict=True))


def test_8_bit_layers_come_back_exactly():
    exact(P.U8_NON_LINEAR, "RGBA", "RGB", "GRAYA", "GRAY")


def test_8_bit_perceptual_layers_come_back_exactly():
    exact(P.U8_PERCEPTUAL, "RGBA")


def test_8_bit_linear_layers_come_back_exactly():
    exact(P.U8_LINEAR, "RGBA", "GRAYA")


def test_16_bit_layers_come_back_exactly():
    exact(P.U16_NON_LINEAR, "RGBA", "RGB", "GRAYA")


def test_16_bit_perceptual_layers_come_back_exactly():
    exact(P.U16_PERCEPTUAL, "RGBA", "GRAYA")


def test_16_bit_linear_layers_come_back_exactly():
    exact(P.U16_LINEAR, "RGBA", "GRAY")


def test_32_bit_integer_layers_come_back_to_the_precision_of_floats():
    for precision in (P.U32_NON_LINEAR, P.U32_LINEAR):
        close(precision, "RGBA", typecode="I", relative=1e-5, absolute=2**32 * 1e-6)


def test_32_bit_perceptual_layers_come_back_to_the_precision_of_floats():
    close(P.U32_PERCEPTUAL, "RGBA", typecode="I", relative=1e-5, absolute=2**32 * 1e-6)


def test_half_layers_come_back_within_one_unit_in_the_last_place():
    for precision, kind in ((P.HALF_NON_LINEAR, "RGBA"), (P.HALF_LINEAR, "RGBA"), (P.HALF_LINEAR, "GRAYA")):
        close(precision, kind, typecode="H", relative=0.0, absolute=1)


def test_half_perceptual_layers_come_back_within_one_unit_in_the_last_place():
    close(P.HALF_PERCEPTUAL, "RGBA", typecode="H", relative=0.0, absolute=1)


def test_float_layers_come_back_to_five_digits():
    close(P.FLOAT_NON_LINEAR, "RGBA", typecode="f", absolute=1e-6)
    close(P.FLOAT_LINEAR, "RGBA", "RGB", "GRAY", typecode="f", absolute=1e-6)


def test_float_perceptual_layers_come_back_to_five_digits():
    close(P.FLOAT_PERCEPTUAL, "RGBA", typecode="f", absolute=1e-6)


def test_double_layers_come_back_to_five_digits():
    close(P.DOUBLE_LINEAR, "RGBA", typecode="d", absolute=1e-6)
    close(P.DOUBLE_NON_LINEAR, "RGBA", typecode="d", absolute=1e-6)


def test_double_perceptual_layers_come_back_to_five_digits():
    close(P.DOUBLE_PERCEPTUAL, "RGBA", typecode="d", absolute=1e-6)


def test_every_precision_that_gimp_has_was_tried():
    """The tests above, all of them before this one."""
    assert bench.tried == {f"{depth}_{curve}" for depth in ("U8", "U16", "U32", "HALF", "FLOAT", "DOUBLE") for curve in ("LINEAR", "NON_LINEAR", "PERCEPTUAL")}


def test_float_values_beyond_white_and_below_black_survive():
    image, layer = image_of(P.FLOAT_LINEAR, "RGB")
    data = array.array("f", (math.sin(i) * 3 for i in range(layer.get_width() * layer.get_height() * 3)))
    paint(layer, "RGB float", data.tobytes())
    new = painted(image, layer)
    compare(array.array("f", native(new)), data, 1e-5, 1e-5, "HDR")


def test_wide_gamut_8_bit_layers_come_back_within_one_step():
    image, layer = image_of(P.U8_NON_LINEAR, "RGBA", profile=Gimp.ColorProfile.new_rgb_adobe())
    wild = bytes((i * 89 + i // 3) % 256 if i % 4 < 3 else 255 for i in range(layer.get_width() * layer.get_height() * 4))
    paint(layer, "R'G'B'A u8", wild)
    new = painted(image, layer)
    compare(native(new), native(layer), 0.0, 1, "Adobe RGB, 8 bit")


def test_wide_gamut_16_bit_layers_come_back_within_16_steps():
    image, layer = image_of(P.U16_NON_LINEAR, "RGBA", profile=Gimp.ColorProfile.new_rgb_adobe())
    new = painted(image, layer)
    compare(array.array("H", native(new)), array.array("H", native(layer)), 0.0, 16, "Adobe RGB, 16 bit")


def test_colours_outside_of_srgb_are_not_clipped():
    image, layer = image_of(P.FLOAT_NON_LINEAR, "RGB", profile=Gimp.ColorProfile.new_rgb_adobe())
    green = array.array("f", [-0.4, 1.0, -0.1] * (layer.get_width() * layer.get_height()))  # sRGB's words for a green it can't show
    paint(layer, "R'G'B' float", green.tobytes())
    new = painted(image, layer)
    compare(array.array("f", native(new)), array.array("f", native(layer)), 1e-5, 1e-6, "Adobe green")
    assert min(array.array("f", pixels(new, "R'G'B' float"))) < -0.3


def test_gray_profiles_come_back_within_16_steps():
    image, layer = image_of(P.U16_NON_LINEAR, "GRAYA", profile=Gimp.ColorProfile.new_d50_gray_lab_trc())
    new = painted(image, layer)
    compare(array.array("H", native(new)), array.array("H", native(layer)), 0.0, 16, "gray L*")


def test_wide_gamut_linear_layers_come_back_to_five_digits():
    image, layer = image_of(P.FLOAT_LINEAR, "RGBA", profile=Gimp.ColorProfile.new_rgb_adobe())
    new = painted(image, layer)
    compare(array.array("f", native(new)), array.array("f", native(layer)), 1e-5, 1e-6, "Adobe, linear")


def test_a_smaller_work_size_still_brings_every_pixel_back():
    image, layer = image_of()
    new = painted(image, layer, size=20)
    assert native(new) == native(layer)


# ---- where the new layer goes ----


def test_the_new_layer_is_named_after_source_and_style_and_selected():
    image, layer = image_of()
    new = painted(image, layer)
    assert new.get_name() == "woodcut · photo", new.get_name()
    assert [each.get_id() for each in image.get_selected_layers()] == [new.get_id()]


def test_an_opaque_source_stays_visible():
    image, _ = image_of()
    layer = add_layer(image, "opaque", alpha=255)
    painted(image, layer)
    assert layer.get_visible()


def test_a_source_with_soft_alpha_is_hidden():
    image, layer = image_of()
    new = painted(image, layer)
    assert not layer.get_visible()
    assert new.get_visible()


def test_position_opacity_and_mode_are_the_sources_own():
    image, _ = image_of()
    group = Gimp.GroupLayer.new(image, "group")
    image.insert_layer(group, None, 0)
    add_layer(image, "lowest", parent=group, alpha=255)
    layer = add_layer(image, "source", "RGB", width=30, height=20, parent=group)
    add_layer(image, "highest", parent=group)
    layer.set_offsets(-7, 11)
    layer.set_opacity(40)
    layer.set_mode(Gimp.LayerMode.MULTIPLY)
    new = painted(image, layer)
    assert new.get_parent().get_id() == group.get_id()
    assert [each.get_name() for each in group.get_children()] == ["highest", "woodcut · source", "source", "lowest"]
    assert new.get_offsets()[1:] == layer.get_offsets()[1:], new.get_offsets()
    assert abs(new.get_opacity() - layer.get_opacity()) < 0.01
    assert new.get_mode() == Gimp.LayerMode.MULTIPLY
    assert new.get_blend_space() == layer.get_blend_space()
    assert not layer.get_visible()
    assert native(new) == native(layer)


def test_a_layer_mask_is_copied():
    image, _ = image_of()
    layer = add_layer(image, "masked", "RGB")
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    paint(mask, "Y u8", bytes((i * 7) % 256 for i in range(mask.get_width() * mask.get_height())))
    new = painted(image, layer)
    assert native(new.get_mask()) == native(mask)
    assert new.get_apply_mask()
    assert not layer.get_visible(), "two half-masked layers add up"


def test_a_mask_that_is_switched_off_stays_switched_off():
    image, _ = image_of()
    layer = add_layer(image, "masked", "RGB")
    layer.add_mask(layer.create_mask(Gimp.AddMaskType.BLACK))
    layer.set_apply_mask(False)
    new = painted(image, layer)
    assert new.get_mask() is not None
    assert not new.get_apply_mask()
    assert layer.get_visible()


def test_with_a_selection_the_new_layer_is_its_box_with_the_selection_as_mask():
    image, _ = image_of(width=300, height=240)
    layer = add_layer(image, "opaque", "RGB")
    layer.set_offsets(10, 6)
    select(image, 100, 90, 60, 40, feather=8.0, ellipse=True)
    touches, x, y, width, height = layer.mask_intersect()
    new = painted(image, layer)
    assert touches
    assert (new.get_width(), new.get_height()) == (width, height)
    assert new.get_offsets()[1:] == (10 + x, 6 + y), new.get_offsets()
    assert native(new) == native(layer, (x, y, width, height))
    selection = pixels(image.get_selection(), "Y u8", (10 + x, 6 + y, width, height))
    assert pixels(new.get_mask(), "Y u8") == selection
    assert layer.get_visible()
    assert not Gimp.Selection.is_empty(image), "the selection stays"


def test_a_selection_on_a_soft_layer_replaces_it_whole_and_changes_only_the_selection():
    image, layer = image_of(width=120, height=90)
    select(image, 30, 20, 40, 30)
    new = painted(image, layer, strength=80.0, preset="draft")
    assert (new.get_width(), new.get_height()) == (120, 90)
    assert not layer.get_visible()
    got, source = native(new), native(layer)
    inside = outside = 0
    for i in range(0, len(got), 4):
        x, y = i // 4 % 120, i // 4 // 120
        assert got[i + 3] == source[i + 3], "alpha is the source's"
        if got[i : i + 4] != source[i : i + 4]:
            inside, outside = (inside + 1, outside) if 30 <= x < 70 and 20 <= y < 50 else (inside, outside + 1)
    assert outside == 0, f"{outside} pixels outside of the selection changed"
    assert inside > 400, f"only {inside} pixels of the selection changed"


def test_layers_are_sent_as_they_are_seen():
    image, layer = image_of()
    layer.append_filter(Gimp.DrawableFilter.new(layer, "gegl:invert-gamma", "inverted"))
    new = painted(image, layer)
    inverted = bytes(255 - value if i % 4 < 3 else value for i, value in enumerate(native(layer)))
    compare(native(new), inverted, 0.0, 1, "inverted")
    assert len(layer.get_filters()) == 1, "the source keeps its filters"
    assert not new.get_filters()


def test_a_group_is_painted_as_it_looks():
    image, _ = image_of()
    group = Gimp.GroupLayer.new(image, "group")
    image.insert_layer(group, None, 0)
    add_layer(image, "inner", parent=group, alpha=255)
    group.set_mode(Gimp.LayerMode.PASS_THROUGH)
    new = painted(image, group)
    assert not new.is_group()
    assert new.get_mode() == Gimp.LayerMode.NORMAL
    assert new.get_parent() is None


def test_a_layer_beyond_the_canvas_is_painted_whole():
    image, _ = image_of()
    layer = add_layer(image, "large", width=90, height=60)
    layer.set_offsets(-30, -20)
    new = painted(image, layer)
    assert (new.get_width(), new.get_height(), *new.get_offsets()[1:]) == (90, 60, -30, -20)
    assert native(new) == native(layer)


def test_the_recipe_is_kept_on_the_layer_and_in_the_file():
    image, layer = image_of()
    new = painted(image, layer, seed=7, strength=0.0)
    bench.save(image, bench.HERE / "kept.xcf")
    again = bench.load(bench.HERE / "kept.xcf")
    kept = next(each for each in all_layers(again) if each.get_name() == new.get_name())
    text = bytes(kept.get_parasite("restyle-recipe").get_data()).decode()
    assert '"library": "woodcut"' in text, text
    assert '"seed": 7' in text, text
    resolved = json.loads(text)["resolved"]
    assert (resolved["preset"], resolved["strength"], resolved["seed"], resolved["objective"]) == ("standard", 0.0, 7, "gram"), resolved


def test_a_preset_saved_elsewhere_is_painted_by_and_so_are_further_settings():
    image, layer = image_of(width=64, height=48)
    new = painted(image, layer, user_preset="From elsewhere", settings='{"pooling": "max"}', seed=5)
    resolved = json.loads(bytes(new.get_parasite("restyle-recipe").get_data()))["resolved"]
    assert {name: resolved[name] for name in ("strength", "evaluations", "color", "pooling", "seed", "style_layers")} == {
        "strength": 30.0,
        "evaluations": 2,
        "color": "content",
        "pooling": "max",
        "seed": 5,
        "style_layers": [["relu1_1", 0.75], ["relu2_1", 0.25]],
    }, resolved


# ---- real painting, small ----


def test_painting_changes_the_picture_and_keeps_alpha():
    image, layer = image_of(width=128, height=96)
    new = painted(image, layer, strength=60.0, preset="draft")
    got, source = native(new), native(layer)
    assert got[3::4] == source[3::4]
    assert differing(got, source) > len(got) // 4


def test_equal_seeds_paint_equal_pictures():
    image, layer = image_of(width=64, height=48)
    first, second = (native(painted(image, layer, strength=60.0, preset="draft", seed=3)) for _ in range(2))
    assert first == second


def test_a_layer_of_another_image_is_a_style_and_so_is_a_part_of_it():
    image, layer = image_of(width=64, height=48)
    other, style = image_of(P.U16_LINEAR, "RGB", width=80, height=70)
    whole = painted(image, layer, strength=70.0, preset="draft", style_layer=style)
    assert whole.get_name() == "a layer · photo", "the style's name is the layer's own, and says nothing"
    part = painted(image, layer, strength=70.0, preset="draft", styles=f'[{{"layer": {style.get_id()}, "crop": [5, 5, 40, 40], "title": "corner"}}]')
    assert part.get_name() == "corner · photo"
    assert native(whole) != native(part)
    assert other.is_valid()


def test_a_layer_of_an_image_with_a_palette_is_a_style():
    image, layer = image_of()
    other, _ = image_of(kind="RGB", width=64, height=48)
    assert other.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 16, False, False, "")
    painted(image, layer, style_layer=other.get_layers()[0])


def test_several_styles_paint_their_own_regions():
    image, layer = image_of(width=96, height=64)
    channel = Gimp.Channel.new(image, "left", 96, 64, 50, Gegl.Color.new("black"))
    image.insert_channel(channel, None, 0)
    paint(channel, "Y' u8", bytes(255 if i % 96 < 48 else 0 for i in range(96 * 64)))
    new = painted(
        image, layer, strength=70.0, preset="draft", styles='[{"library": "woodcut", "region": "left"}, {"library": "night", "weight": 2, "scale": 0.5}]'
    )
    assert new.get_name() == "woodcut + night · photo"


def test_the_layers_own_mask_is_a_region():
    image, layer = image_of(kind="RGB", width=64, height=48)
    refused(image, layer, "has no mask", styles='[{"library": "woodcut", "region": "mask:"}]')
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    paint(mask, "Y u8", bytes(255 if i % 64 < 32 else 0 for i in range(64 * 48)))
    painted(image, layer, strength=70.0, preset="draft", styles='[{"library": "woodcut", "region": "mask:"}, {"library": "night"}]')


def test_a_picture_file_is_a_style():
    image, layer = image_of(width=64, height=48)
    style, _ = image_of(kind="RGB", width=64, height=64)
    bench.save(style, bench.HERE / "my style.png")
    new = painted(image, layer, style_file=bench.Gio.File.new_for_path(str(bench.HERE / "my style.png")))
    assert new.get_name() == "my style · photo"


def test_pixels_that_are_compared_are_varied():
    """The comparisons above mean something: the picture has hundreds of values, and a planted change of one is seen."""
    data = picture(40, 24, 4)
    assert len(set(data)) > 200
    _, layer = image_of()
    before = native(layer)
    planted = bytearray(pixels(layer))
    planted[100] ^= 1
    paint(layer, "R'G'B'A u8", bytes(planted))
    assert differing(native(layer), before) == 1

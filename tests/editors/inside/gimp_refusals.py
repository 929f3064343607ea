"""Owns what can't be painted, and the one clear sentence that says so. Runs inside GIMP, after gimp_layers."""

# mypy: ignore-errors

import bench
from bench import add_layer, image_of, refused, restyle, select
from gi.repository import Gegl, Gimp


def test_images_with_a_palette_are_refused():
    image, _ = image_of(kind="RGB")
    image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 16, False, False, "")
    refused(image, image.get_layers()[0], "Image ▸ Mode ▸ RGB")


def test_anything_but_one_layer_is_refused():
    image, layer = image_of()
    other = add_layer(image, "other")
    refused(image, [layer, other], "2 are chosen")
    layer.add_mask(layer.create_mask(Gimp.AddMaskType.WHITE))
    refused(image, layer.get_mask(), "mask is chosen")
    channel = Gimp.Channel.new(image, "c", 40, 24, 50, Gegl.Color.new("black"))
    image.insert_channel(channel, None, 0)
    refused(image, channel, "channel is chosen")


def test_locked_layers_and_groups_are_refused():
    image, layer = image_of()
    layer.set_lock_content(True)
    refused(image, layer, "“photo” is locked")
    group = Gimp.GroupLayer.new(image, "shelf")
    image.insert_layer(group, None, 0)
    inner = add_layer(image, "inner", parent=group)
    group.set_lock_content(True)
    refused(image, inner, "“shelf” is locked")


def test_a_soft_layer_with_a_locked_visibility_is_refused():
    image, layer = image_of()
    layer.set_lock_visibility(True)
    refused(image, layer, "visibility")


def test_empty_groups_and_empty_layers_are_refused():
    image, _ = image_of()
    group = Gimp.GroupLayer.new(image, "nothing")
    image.insert_layer(group, None, 0)
    refused(image, group, "“nothing” is empty")
    refused(image, add_layer(image, "clear", alpha=0), "“clear” is empty")


def test_a_selection_beside_the_layer_is_refused():
    image, _ = image_of(width=200, height=100)
    layer = add_layer(image, "small", width=40, height=30)
    select(image, 120, 50, 40, 30)
    refused(image, layer, "does not touch", "Select ▸ None")


def test_tiny_layers_are_refused():
    image, _ = image_of()
    refused(image, add_layer(image, "tiny", width=15, height=24), "15 × 24 px", "16 px")


def test_a_floating_selection_is_refused():
    image, layer = image_of()
    select(image, 2, 2, 30, 18)
    Gimp.edit_copy([layer])
    Gimp.edit_paste(layer, False)
    refused(image, layer, "floating selection")


def test_what_a_script_gets_wrong_is_named():
    image, layer = image_of()
    refused(image, layer, "No style is chosen", styles="")
    refused(image, layer, "woodkut", "woodcut", style="woodkut")
    refused(image, layer, "not JSON", styles="[{")
    refused(image, layer, "missing.png", styles='[{"file": "/nowhere/missing.png"}]')
    (bench.HERE / "broken.png").write_bytes(b"no picture")
    refused(image, layer, "picture", style_file=bench.Gio.File.new_for_path(str(bench.HERE / "broken.png")))
    refused(image, layer, "“Channel: mist”", styles='[{"library": "night", "region": "mist"}]')
    refused(image, layer, "0.25", stroke_size=0.1, style="night")
    refused(image, layer, 'there is no preset "xyzzy"', "draft, standard, fine", user_preset="xyzzy")
    refused(image, layer, "strengh is no setting", settings='{"strengh": 9}')
    refused(image, layer, "strength is 900", settings='{"strength": 900}')
    status, sentence = restyle(image, layer, device="tpu:9")
    assert status == Gimp.PDBStatusType.EXECUTION_ERROR
    assert "tpu:9" in sentence or "device" in sentence, sentence

"""Owns the promises about textures without a screen: a new image of its size, nothing else, and patterns that GIMP reads. Runs inside GIMP."""

# mypy: ignore-errors

import bench
from bench import HERE, pixels
from gi.repository import Gimp, Gio

QUICK = {"style": "woodcut", "preset": "draft", "width": 64, "height": 48}


def main():
    bench.main("gimp_textures")


def textured(**arguments):
    """What a call gives back."""
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-restyle-texture")
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    for name, value in arguments.items():
        config.set_property(name.replace("_", "-"), value)
    return procedure.run(config)


def test_a_texture_is_a_new_image_with_one_layer_and_nothing_to_undo():
    values = textured(**QUICK, seamless="both")
    assert values.index(0) == Gimp.PDBStatusType.SUCCESS, values.index(1)
    image = values.index(1)
    assert (image.get_width(), image.get_height()) == (64, 48)
    (layer,) = image.get_layers()
    assert layer.get_name() == "woodcut · Texture", layer.get_name()
    assert not image.is_dirty()
    data = pixels(layer)
    assert len({data[at : at + 4] for at in range(0, len(data), 4)}) > 500  # neither grey nor white


def test_another_seed_is_another_texture_and_the_same_the_same():
    first, same, other = (pixels(textured(**QUICK, seed=seed).index(1).get_layers()[0]) for seed in (1, 1, 2))
    assert first == same != other


def test_what_can_not_be_painted_is_said_and_leaves_no_image():
    before = {each.get_id() for each in Gimp.get_images()}
    for arguments, words in (({"style": ""}, "No style"), ({"width": 30_000, "height": 30_000}, "8000 × 8000 px or less")):
        values = textured(**{**QUICK, **arguments})
        assert values.index(0) == Gimp.PDBStatusType.EXECUTION_ERROR
        assert words in values.index(1), values.index(1)
    assert {each.get_id() for each in Gimp.get_images()} == before


def test_a_selection_has_no_seamless_painting():
    image, layer = bench.image_of(width=64, height=48)
    bench.select(image, 0, 0, 32, 32)
    status, sentence = bench.restyle(image, layer, style="woodcut", seamless="both")
    assert status == Gimp.PDBStatusType.EXECUTION_ERROR
    assert "Seamless" in sentence, sentence


def test_a_pattern_of_the_command_line_is_a_picture_to_gimp():
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(str(HERE / "tile.pat")))
    (layer,) = image.get_layers()
    assert (layer.get_name(), layer.get_width(), layer.get_height()) == ("Tile", 20, 30)
    assert pixels(layer) == (HERE / "tile.rgba").read_bytes()

"""Owns a look at the channel that the plug-in makes of a portrait's face, and at what else it left in the image. Runs inside GIMP."""

# mypy: ignore-errors

import bench
from gi.repository import Gimp


def marked(image, layer):
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-restyle-legible")
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("image", image)
    config.set_core_object_array("drawables", [layer])
    result = procedure.run(config)
    return result.index(0), result.index(1) if result.length() > 1 else ""


def main():
    image = bench.load(bench.HERE / "portrait.png")
    layer = image.get_layers()[0]
    layer.set_offsets(-8, 16)  # the channel is the image's, not the layer's
    before = bench.native(layer)
    status, sentence = marked(image, layer)
    assert status == Gimp.PDBStatusType.SUCCESS, sentence
    (channel,) = image.get_channels()
    width, height = image.get_width(), image.get_height()
    plain, _ = bench.image_of(width=64, height=48)
    status, sentence = marked(plain, plain.get_layers()[0])
    assert status == Gimp.PDBStatusType.EXECUTION_ERROR
    bench.tell({
        "name": channel.get_name(), "visible": channel.get_visible(), "size": [channel.get_width(), channel.get_height()], "image": [width, height],
        "values": list(bench.pixels(channel, "Y' u8")), "untouched": bench.native(layer) == before, "layers": len(image.get_layers()),
        "chosen": [each.get_name() for each in image.get_selected_layers()] == [layer.get_name()], "refused": sentence, "channels": len(plain.get_channels()),
    })  # fmt: skip

"""Owns what a person does with a fresh installation: one picture, one call of the plug-in, a look at the new layer. Runs inside GIMP."""

# mypy: ignore-errors

import bench
from gi.repository import Gimp


def main():
    image, layer = bench.image_of(width=64, height=48)
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-restyle")
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("image", image)
    config.set_core_object_array("drawables", [layer])
    for name, value in {"style": "woodcut", "preset": "draft", "strength": 80.0}.items():
        config.set_property(name, value)
    result = procedure.run(config)
    if result.index(0) != Gimp.PDBStatusType.SUCCESS:
        raise RuntimeError(result.index(1))
    layers = image.get_layers()
    new, old = (bench.pixels(each) for each in layers[:2])
    bench.tell({"layers": [each.get_name() for each in layers], "changed": sum(a != b for a, b in zip(new, old, strict=True)) / len(old)})

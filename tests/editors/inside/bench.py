"""Owns what scripts inside GIMP share: images to try things on, calling the plug-in as a script would, and telling the outside what held.

Runs in GIMP's own Python: no pytest, no numpy.
"""

# mypy: ignore-errors

import importlib
import json
import sys
import time
import traceback
from pathlib import Path

from gi.repository import Babl, Gegl, Gimp, Gio

HERE = Path(__file__).resolve().parent
WIDTH, HEIGHT = 40, 24
tried = set()  # precisions of images that were painted
STYLE = "woodcut"
TYPES = {
    "RGB": (Gimp.ImageBaseType.RGB, Gimp.ImageType.RGB_IMAGE, "R'G'B'"),
    "RGBA": (Gimp.ImageBaseType.RGB, Gimp.ImageType.RGBA_IMAGE, "R'G'B'A"),
    "GRAY": (Gimp.ImageBaseType.GRAY, Gimp.ImageType.GRAY_IMAGE, "Y'"),
    "GRAYA": (Gimp.ImageBaseType.GRAY, Gimp.ImageType.GRAYA_IMAGE, "Y'A"),
}


def values():
    return json.loads((HERE / "values.json").read_text(encoding="utf-8"))


def main(*scripts):
    """Runs every function of these modules whose name begins with test_, and writes name → "" or what went wrong, after each one."""
    results = {}
    found = [item for script in scripts for item in vars(importlib.import_module(script)).items()]
    for name, function in found:
        if not name.startswith("test_"):
            continue
        begun = time.monotonic()
        try:
            function()
            results[name] = ""
        except BaseException:
            results[name] = traceback.format_exc()
        sys.stdout.write(f"{name}: {'FAILED' if results[name] else 'ok'} {time.monotonic() - begun:.1f} s\n")
        sys.stdout.flush()
        tell(results)
        for image in Gimp.get_images():
            image.delete()


def tell(results):
    partial = HERE / "results.partial"
    partial.write_text(json.dumps(results), encoding="utf-8")
    partial.replace(HERE / "results.json")


# ---- images ----


def image_of(precision=Gimp.Precision.U8_NON_LINEAR, kind="RGBA", width=WIDTH, height=HEIGHT, profile=None):
    """An image with one layer "photo" of varied pixels."""
    base, _, _ = TYPES[kind]
    image = Gimp.Image.new_with_precision(width, height, base, precision)
    if profile is not None:
        assert image.set_color_profile(profile)
    layer = add_layer(image, "photo", kind)
    return image, layer


def add_layer(image, name, kind="RGBA", width=None, height=None, parent=None, position=0, alpha=None):
    """alpha: one value (0 to 255) for all pixels; default: varied, with hidden colours under alpha 0."""
    _, type_, model = TYPES[kind]
    width, height = width or image.get_width(), height or image.get_height()
    layer = Gimp.Layer.new(image, name, width, height, type_, 100, Gimp.LayerMode.NORMAL)
    assert image.insert_layer(layer, parent, position)
    samples = {"RGB": 3, "RGBA": 4, "GRAY": 1, "GRAYA": 2}[kind]
    paint(layer, f"{model} u16", picture(width, height, samples, alpha))
    return layer


def picture(width, height, samples, alpha=None):
    """u16 pixels: a smooth ramp with a pattern, each 8-bit value among them, alpha from 0 to full."""
    out = bytearray()
    for y in range(height):
        for x in range(width):
            for sample in range(samples):
                if sample == samples - 1 and samples in (2, 4):
                    value = (x * 11 + y * 5) % 256 * 257 if alpha is None else alpha * 257
                    value = 0 if alpha is None and x < 3 else value
                else:
                    value = (x * 1600 + y * 450 * (sample + 1) + (x * y * 97) % 3000) % 65536
                out += int(value).to_bytes(2, "little")
    return bytes(out)


def paint(drawable, format_, data):
    buffer = drawable.get_buffer()
    buffer.set(Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height()), format_, data)
    buffer.flush()
    drawable.update(0, 0, drawable.get_width(), drawable.get_height())


def native(drawable, box=None):
    """The drawable's own bytes."""
    return pixels(drawable, Babl.format_get_encoding(drawable.get_format()), box)


def pixels(drawable, format_="R'G'B'A u8", box=None):
    x, y, width, height = box or (0, 0, drawable.get_width(), drawable.get_height())
    return bytes(drawable.get_buffer().get(Gegl.Rectangle.new(x, y, width, height), 1.0, format_, Gegl.AbyssPolicy.NONE))


def select(image, x, y, width, height, feather=0.0, ellipse=False):
    Gimp.context_push()
    Gimp.context_set_feather(feather > 0)
    Gimp.context_set_feather_radius(feather, feather)
    (image.select_ellipse if ellipse else image.select_rectangle)(Gimp.ChannelOps.REPLACE, x, y, width, height)
    Gimp.context_pop()


# ---- the plug-in ----


def restyle(image, drawables, procedure="plug-in-restyle", whole=False, **arguments):
    """(status, sentence) of a non-interactive call, or all of its values. Strength 0 and the woodcut unless told otherwise."""
    procedure = Gimp.get_pdb().lookup_procedure(procedure)
    assert procedure is not None, "the plug-in is not registered"
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("image", image)
    if drawables:
        config.set_core_object_array("drawables", drawables if isinstance(drawables, list) else [drawables])
    given = {"strength": 0.0, **arguments}
    if not any(name.startswith("style") for name in given):
        given["style"] = STYLE
    for name, value in given.items():
        config.set_property(name.replace("_", "-"), value)
    result = procedure.run(config)
    if whole:
        return result
    sentence = result.index(1) if result.length() > 1 else ""
    return result.index(0), sentence


def painted(image, layer, **arguments):
    """The new layer of a call that must succeed: just above the source, but for what was painted from that before."""
    before = {each.get_id() for each in all_layers(image)}
    status, sentence = restyle(image, layer, **arguments)
    assert status == Gimp.PDBStatusType.SUCCESS, sentence
    tried.add(image.get_precision().value_name.removeprefix("GIMP_PRECISION_"))
    new = [each for each in all_layers(image) if each.get_id() not in before]
    assert len(new) == 1, [each.get_name() for each in new]
    siblings = layer.get_parent().get_children() if layer.get_parent() else image.get_layers()
    between = siblings[image.get_item_position(new[0]) + 1 : image.get_item_position(layer)]
    assert new[0].get_parent() == layer.get_parent()
    assert image.get_item_position(new[0]) < image.get_item_position(layer)
    assert all(each.get_parasite("restyle-recipe") for each in between), [each.get_name() for each in between]
    return new[0]


def refused(image, drawables, *words, **arguments):
    """The call must fail with one sentence that holds these words, and leave the image as it was."""
    before = [each.get_id() for each in all_layers(image)]
    status, sentence = restyle(image, drawables, **arguments)
    assert status == Gimp.PDBStatusType.EXECUTION_ERROR, status
    for word in words:
        assert word in sentence, sentence
    assert "Traceback" not in sentence
    assert [each.get_id() for each in all_layers(image)] == before


def all_layers(image):
    found = []

    def walk(layers):
        for layer in layers:
            found.append(layer)
            if layer.is_group():
                walk(layer.get_children())

    walk(image.get_layers())
    return found


def save(image, path):
    assert Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(str(path)), None)


def load(path):
    return Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(str(path)))

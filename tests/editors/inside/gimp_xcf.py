"""Owns layered files that a real GIMP writes, each beside its own idea of what they look like merged; and what GIMP makes of a JPEG XL of ours. Runs inside
GIMP."""

# mypy: ignore-errors

import base64

import bench
from gi.repository import Babl, Gimp

WIDTH, HEIGHT = 100, 80
PRECISIONS = (
    *("U8_LINEAR", "U8_NON_LINEAR", "U8_PERCEPTUAL", "U16_LINEAR", "U16_NON_LINEAR", "U32_NON_LINEAR", "HALF_LINEAR", "HALF_NON_LINEAR"),
    *("FLOAT_LINEAR", "FLOAT_NON_LINEAR", "DOUBLE_NON_LINEAR"),
)
FOLDER = bench.HERE / "layered"


def main():
    FOLDER.mkdir(exist_ok=True)
    truths = {}
    for precision in PRECISIONS:
        truths[f"rgb-{precision}"] = kept(f"rgb-{precision}", layered("RGB", getattr(Gimp.Precision, precision)))
    truths["gray"] = kept("gray", layered("GRAY", Gimp.Precision.U16_NON_LINEAR))
    profile = Gimp.ColorProfile.new_rgb_adobe()
    truths["profile"] = kept("profile", layered("RGB", Gimp.Precision.U16_NON_LINEAR, profile))
    image = layered("RGB", Gimp.Precision.U16_NON_LINEAR, profile)
    image.convert_precision(Gimp.Precision.FLOAT_LINEAR)
    truths["linear-profile"] = kept("linear-profile", image)
    flat, _ = bench.image_of(kind="RGB", width=WIDTH, height=HEIGHT)
    truths["one"] = kept("one", flat)
    palette, _ = bench.image_of(kind="RGB", width=WIDTH, height=HEIGHT)
    palette.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 31, False, False, "")
    truths["palette"] = kept("palette", palette)
    for name, mode in (("multiply", Gimp.LayerMode.MULTIPLY), ("dissolve", Gimp.LayerMode.DISSOLVE), ("legacy", Gimp.LayerMode.NORMAL_LEGACY)):
        image = layered("RGB", Gimp.Precision.U8_NON_LINEAR)
        image.get_layers()[0].set_mode(mode)
        truths[name] = kept(name, image)
    image = layered("RGB", Gimp.Precision.U8_NON_LINEAR)
    blur = Gimp.DrawableFilter.new(image.get_layers()[0], "gegl:gaussian-blur", "")
    image.get_layers()[0].append_filter(blur)
    truths["effect"] = kept("effect", image)
    bench.tell({"truths": truths, "ours": ours()})


def ours():
    """Of ours.jxl: precision, profile, and pixels as sRGB; None where this GIMP reads no JPEG XL."""
    if Gimp.get_pdb().lookup_procedure("file-jpegxl-load") is None:
        return None
    image = bench.load(bench.HERE / "ours.jxl")
    layer = image.get_layers()[0]
    return {
        "precision": image.get_precision().value_nick,
        "icc": base64.b64encode(bytes(image.get_color_profile().get_icc_profile())).decode(),
        "pixels": base64.b64encode(bench.pixels(layer, "R'G'B' float")).decode(),
        "maker": image.get_metadata().get_tag_string("Exif.Image.Make") if hasattr(Gimp.Metadata, "get_tag_string") else "Maker",  # no typelib in 3.0
    }


def layered(kind, precision, profile=None):
    """Offsets beyond the canvas, soft alpha, opacities, masks (one switched off), a hidden layer, a group and one that passes through."""
    image, _ = bench.image_of(precision, kind, WIDTH, HEIGHT, profile)
    with_alpha = f"{kind}A"
    place(bench.add_layer(image, "soft", with_alpha, 90, 70), -10, 20, 60)
    masked = place(bench.add_layer(image, "masked", with_alpha, 70, 70), 40, -15, 100)
    mask(masked)
    mask(place(bench.add_layer(image, "mask off", with_alpha, 30, 30), 3, 3, 80)).set_apply_mask(False)
    place(bench.add_layer(image, "hidden", kind), 0, 0, 100).set_visible(False)
    group = Gimp.GroupLayer.new(image, "group")
    image.insert_layer(group, None, 0)
    place(bench.add_layer(image, "low", kind, 40, 30, group), 30, 40, 75)
    place(bench.add_layer(image, "high", with_alpha, 40, 30, group), 45, 50, 90)
    group.set_opacity(55)
    mask(group)
    through = Gimp.GroupLayer.new(image, "through")
    through.set_mode(Gimp.LayerMode.PASS_THROUGH)
    image.insert_layer(through, None, 0)
    place(bench.add_layer(image, "inside", with_alpha, 50, 20, through), 5, 60, 70)
    return image


def place(layer, x, y, opacity):
    layer.set_offsets(x, y)
    layer.set_opacity(opacity)
    return layer


def mask(layer):
    """A mask that goes from black to white."""
    made = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(made)
    width, height = made.get_width(), made.get_height()
    bench.paint(made, "Y u8", bytes((x * 3 + y) % 256 for y in range(height) for x in range(width)))
    return layer


def kept(name, image):
    """Saves it; what it is merged: the encoding of its pixels, and themselves, as sRGB."""
    bench.save(image, FOLDER / f"{name}.xcf")
    merged = Gimp.Image.duplicate(image).merge_visible_layers(Gimp.MergeType.CLIP_TO_IMAGE)
    return {
        "encoding": Babl.format_get_encoding(merged.get_format()),
        "pixels": base64.b64encode(bench.native(merged)).decode(),
    }

"""Owns the promises about images whose layers are frames: how they are composed, what comes back, and what is no animation. Runs inside GIMP."""

# mypy: ignore-errors

import bench
from bench import HERE, add_layer, image_of, load, pixels, restyle, select
from gi.repository import Gimp, Gio

QUICK = {"strength": 60.0, "preset": "draft", "size": 32}


def main():
    bench.main("gimp_animation")


def animated(image, **arguments):
    """The new image of a call that must succeed."""
    before = [(layer.get_name(), pixels(layer)) for layer in image.get_layers()]
    values = restyle(image, [], procedure="plug-in-restyle-animation", whole=True, **arguments)
    assert values.index(0) == Gimp.PDBStatusType.SUCCESS, values.index(1)
    assert [(layer.get_name(), pixels(layer)) for layer in image.get_layers()] == before
    return values.index(1)


def refused(image, *words, **arguments):
    """The call must fail with one sentence that holds these words, and leave no image behind."""
    before = {each.get_id() for each in Gimp.get_images()}
    status, sentence = restyle(image, [], procedure="plug-in-restyle-animation", **arguments)
    assert status == Gimp.PDBStatusType.EXECUTION_ERROR, status
    for word in words:
        assert word in sentence, sentence
    assert {each.get_id() for each in Gimp.get_images()} == before


def film(*frames, kind="RGBA"):
    """An image with one layer for each (name, size, offsets, alpha), the first one the lowest."""
    image, first = image_of(kind=kind)
    image.remove_layer(first)
    for name, (width, height), offsets, alpha in frames:
        layer = add_layer(image, name, kind, width, height, alpha=alpha)
        layer.set_offsets(*offsets)
    return image


WHOLE = (bench.WIDTH, bench.HEIGHT), (0, 0)
WALK = (
    ("Background (100ms)", *WHOLE, 255),
    ("Frame 2 (100ms) (combine)", (16, 10), (4, 3), 255),
    ("Frame 3 (50ms) (replace)", (20, 24), (18, 0), 255),
    ("Frame 4", (12, 12), (-5, 18), 255),
)


def put(over, frame, offsets):
    """RGBA8 pixels of a canvas with an opaque layer laid over it."""
    canvas, data, width = bytearray(over), pixels(frame), frame.get_width()
    for y in range(frame.get_height()):
        for x in range(width):
            left, top = x + offsets[0], y + offsets[1]
            if 0 <= left < bench.WIDTH and 0 <= top < bench.HEIGHT:
                place, there = 4 * (y * width + x), 4 * (top * bench.WIDTH + left)
                canvas[there : there + 4] = data[place : place + 4]
    return bytes(canvas)


def looks(image, frames=WALK):
    """What each frame shows, the first one first."""
    canvas, found = bytes(4 * bench.WIDTH * bench.HEIGHT), []
    for (name, _, offsets, _), layer in zip(frames, reversed(image.get_layers()), strict=True):
        canvas = put(bytes(len(canvas)) if "(replace)" in name else canvas, layer, offsets)
        found.append(canvas)
    return found


def frames_of(image):
    return list(reversed(image.get_layers()))


def seen(data):
    """The pixels of RGBA8 with what is transparent made alike."""
    return [data[place : place + 4] if data[place + 3] else b"" for place in range(0, len(data), 4)]


def test_every_frame_is_composed_and_painted_into_a_new_image():
    image = film(*WALK)
    new = animated(image)
    names = ["Background (100ms)", "Frame 2 (100ms) (replace)", "Frame 3 (50ms) (replace)", "Frame 4 (replace)"]
    assert [layer.get_name() for layer in frames_of(new)] == names
    assert (new.get_width(), new.get_height(), len(Gimp.get_images())) == (bench.WIDTH, bench.HEIGHT, 2)
    for layer, wanted in zip(frames_of(new), looks(image), strict=True):
        assert tuple(layer.get_offsets())[1:] == (0, 0)
        assert seen(pixels(layer)) == seen(wanted), layer.get_name()
        assert layer.get_parasite("restyle-recipe")


def test_a_frame_that_looks_as_the_one_before_is_painted_alike_to_the_byte():
    image = film(*WALK[:2], ("Hold (100ms) (combine)", (16, 10), (4, 3), 255), WALK[2])
    painted = [pixels(layer) for layer in frames_of(animated(image, **QUICK))]
    assert painted[1] == painted[2]
    assert len(set(painted)) == 3
    assert painted[0] != looks(image, (WALK[0], WALK[1], WALK[1], WALK[2]))[0]


def test_a_gif_comes_back_as_one():
    image = film(*WALK)
    image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 64, False, False, "")
    export(image, HERE / "walk.gif")
    gif = load(HERE / "walk.gif")
    assert gif.get_base_type() == Gimp.ImageBaseType.INDEXED
    new = animated(gif, **QUICK)
    assert new.get_base_type() == Gimp.ImageBaseType.RGB
    assert len(new.get_layers()) == 4
    export(new, HERE / "painted.gif")
    again = load(HERE / "painted.gif")
    assert len(again.get_layers()) == 4
    delays = [["100ms" in layer.get_name(), "50ms" in layer.get_name()] for layer in frames_of(again)]
    assert delays[:3] == [[True, False], [True, False], [False, True]], [layer.get_name() for layer in frames_of(again)]


def export(image, path):
    """As an animation."""
    procedure = Gimp.get_pdb().lookup_procedure("file-gif-export")
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("image", image)
    config.set_property("file", Gio.File.new_for_path(str(path)))
    config.set_property("as-animation", True)
    result = procedure.run(config)
    assert result.index(0) == Gimp.PDBStatusType.SUCCESS, result.index(1)


def test_gray_frames_stay_gray_and_colors_keep_their_depth():
    image = film(*WALK, kind="GRAYA")
    new = animated(image)
    assert (new.get_base_type(), new.get_precision()) == (Gimp.ImageBaseType.GRAY, image.get_precision())
    image, _ = image_of(Gimp.Precision.U16_NON_LINEAR, "RGB")
    add_layer(image, "second (replace)", "RGB")
    new = animated(image)
    assert new.get_precision() == Gimp.Precision.U16_NON_LINEAR
    assert [pixels(layer, "R'G'B' u16") for layer in frames_of(new)] == [pixels(layer, "R'G'B' u16") for layer in frames_of(image)]


def test_hidden_layers_groups_and_locked_ones_are_frames():
    image = film(*WALK)
    frames = frames_of(image)
    wanted = looks(image)
    frames[1].set_visible(False)
    frames[0].set_lock_content(True)
    group = Gimp.GroupLayer.new(image, "Frame 3 (50ms) (replace)")
    image.insert_layer(group, None, image.get_item_position(frames[2]))
    image.reorder_item(frames[2], group, 0)
    group.set_name("Frame 3 (50ms) (replace)")
    new = animated(image)
    assert [seen(pixels(layer)) for layer in frames_of(new)] == [seen(each) for each in wanted]
    assert all(layer.get_visible() for layer in new.get_layers())


def test_hidden_layers_are_frames_for_gimp_itself():
    image = film(*WALK)
    frames_of(image)[1].set_visible(False)
    image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 64, False, False, "")
    export(image, HERE / "hidden.gif")
    assert len(load(HERE / "hidden.gif").get_layers()) == 4


def test_a_frame_with_nothing_in_it_stays_so():
    image = film(WALK[0], ("Nothing (80ms) (replace)", *WHOLE, 0), WALK[2])
    new = frames_of(animated(image, **QUICK))
    assert [layer.get_name() for layer in new] == ["Background (100ms)", "Nothing (80ms) (replace)", "Frame 3 (50ms) (replace)"]
    assert not any(pixels(new[1])[3::4])
    assert any(pixels(new[2])[3::4])


def test_a_selection_says_what_changes_in_every_frame():
    image = film(*WALK[:2])
    select(image, 0, 0, 20, bench.HEIGHT)
    before = looks(image, WALK[:2])
    for layer, was in zip(frames_of(animated(image, **QUICK)), before, strict=True):
        now = pixels(layer)
        row = 4 * bench.WIDTH
        assert all(now[y * row + 80 : (y + 1) * row] == was[y * row + 80 : (y + 1) * row] for y in range(bench.HEIGHT))
        assert now != was


def test_several_styles_and_a_region_are_those_of_every_frame():
    image = film(*WALK[:2])
    select(image, 0, 0, 20, bench.HEIGHT)
    Gimp.Selection.save(image).set_name("left")
    Gimp.Selection.none(image)
    new = animated(image, **QUICK, styles='[{"library": "night", "region": "left"}, {"library": "woodcut"}]')
    assert len(new.get_layers()) == 2


def test_what_is_no_animation_is_refused():
    image, layer = image_of()
    refused(image, "one frame", "Restyle…")
    add_layer(image, "second")
    select(image, 2, 2, 30, 18)
    Gimp.edit_copy([layer])
    Gimp.edit_paste(layer, False)
    refused(image, "floating selection")
    small, _ = image_of(width=15, height=24)
    add_layer(small, "second")
    refused(small, "15 × 24 px", "16 px")
    refused(film(("a", *WHOLE, 0), ("b", *WHOLE, 0)), "Every frame", "empty")
    refused(film(*WALK), "No style is chosen", styles="")
    refused(film(*WALK), "woodkut", style="woodkut")


def test_a_layer_outside_of_the_canvas_is_an_empty_frame():
    image = film(WALK[0], ("away (replace)", (16, 10), (400, 300), 255), WALK[2])
    new = frames_of(animated(image))
    assert not any(pixels(new[1])[3::4])

"""Owns what must hold for several paintings of one layer: which lies on top, which are hidden, and their names. Runs inside GIMP, after gimp_layers."""

# mypy: ignore-errors

import bench
from bench import add_layer, all_layers, image_of, painted, select
from gi.repository import Gimp


def test_a_painted_selection_leaves_its_layer_chosen_and_not_the_mask():
    image, _ = image_of(width=300, height=240)
    layer = add_layer(image, "opaque", "RGB")
    select(image, 100, 90, 60, 40)
    new = painted(image, layer)
    assert not new.get_edit_mask()
    (chosen,) = image.get_selected_drawables()  # what the menu would take
    assert chosen.get_id() == new.get_id()
    painted(image, chosen)


def test_a_second_painting_lies_on_the_first_which_is_hidden():
    for kind, alpha in (("RGB", None), ("RGBA", None)):
        image, _ = image_of()
        layer = add_layer(image, "source", kind, alpha=alpha)
        add_layer(image, "frame", alpha=255)
        paintings = [painted(image, layer, seed=seed) for seed in range(3)]
        names = [each.get_name() for each in image.get_layers()]
        assert names == ["frame", "woodcut · source #2", "woodcut · source #1", "woodcut · source", "source", "photo"], names  # GIMP itself numbers them
        assert [each.get_id() for each in image.get_layers()[1:4]] == [each.get_id() for each in reversed(paintings)]
        assert [each.get_visible() for each in paintings] == [False, False, True]
        assert layer.get_visible() == (kind == "RGB")
        image.delete()


def test_a_painting_goes_over_earlier_ones_in_groups_and_leaves_what_people_hid_or_locked():
    image, _ = image_of()
    layer = add_layer(image, "source", "RGB")
    first, second = painted(image, layer), painted(image, layer)
    group = Gimp.GroupLayer.new(image, "tries")
    image.insert_layer(group, None, 0)
    image.reorder_item(first, group, 0)
    first.set_visible(True)
    second.set_lock_visibility(True)
    third = painted_anywhere(image, layer)
    assert [each.get_name() for each in image.get_layers()] == ["woodcut · source #2", "tries", "woodcut · source #1", "source", "photo"]
    assert image.get_layers()[0].get_id() == third.get_id()
    assert (first.get_visible(), second.get_visible(), group.get_visible()) == (False, True, True)


def painted_anywhere(image, layer):
    """The new layer of a call that must succeed, wherever it is."""
    before = {each.get_id() for each in all_layers(image)}
    status, sentence = bench.restyle(image, layer)
    assert status == Gimp.PDBStatusType.SUCCESS, sentence
    return next(each for each in all_layers(image) if each.get_id() not in before)


def test_paintings_of_other_parts_stay_and_those_of_what_is_covered_are_hidden():
    image, _ = image_of(width=300, height=100)
    layer = add_layer(image, "source", "RGB")
    select(image, 10, 10, 40, 30)
    left = painted(image, layer)
    select(image, 200, 10, 40, 30)
    right = painted(image, layer)
    assert (left.get_visible(), right.get_visible()) == (True, True)
    select(image, 5, 5, 60, 50)
    over = painted(image, layer)
    assert (left.get_visible(), right.get_visible(), over.get_visible()) == (False, True, True)
    Gimp.Selection.none(image)
    whole = painted(image, layer)
    assert (left.get_visible(), right.get_visible(), over.get_visible(), whole.get_visible()) == (False, False, False, True)


def test_a_painting_of_a_painting_is_called_after_what_all_began_with_and_counts_among_the_layers_own():
    image, _ = image_of()
    layer = add_layer(image, "Background", "RGB")
    first = painted(image, layer)
    second = painted(image, first)
    assert second.get_name() == "woodcut · Background #1", second.get_name()
    third = painted(image, layer)
    assert [each.get_id() for each in image.get_layers()[:4]] == [each.get_id() for each in (third, second, first, layer)]
    assert (first.get_visible(), second.get_visible(), third.get_visible()) == (False, False, True)
    image.remove_layer(layer)
    assert painted(image, second).get_name() == "woodcut · Background #3"

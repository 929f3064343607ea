"""Owns the promises about the drafts of Explore: three ways to differ, one thing at a time, what is chosen among them."""

from __future__ import annotations

import pytest
from restyle_client import Channels, Depth, JobRequest, PixelFormat, Plane, Style, StyleUse
from restyle_contract.limits import STYLE_SCALES
from restyle_editor.recipes import Recipe, StyleChoice
from restyle_editor.variations import COUNT, DRAFT_SIZE, SIZES, Vary, variations, varied

LIBRARY = [Style(f"s{number}", f"Style {number}", suggested_strength=40.0 + number, suggested_scale=1.0 + number / 10) for number in range(9)]


def of(library: str, **settings: object) -> Recipe:
    return Recipe(styles=(StyleChoice(library=library, title=library.upper()),), **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("vary", list(Vary))
def test_there_are_six_and_each_has_a_caption_of_its_own(vary: Vary) -> None:
    found = variations(vary, of("s2", preset="fine", size=1024), LIBRARY)
    assert len({each.caption for each in found}) == COUNT
    assert {(each.recipe.preset, each.recipe.size) for each in found} == {("fine", 1024)}
    assert {(each.draft.preset, each.draft.size) for each in found} == {("draft", DRAFT_SIZE)}


@pytest.mark.parametrize("scale", [0.25, 0.3, 0.5, 1.0, 1.2, 2.0, 3.7, 4.0])
def test_strokes_stay_in_range_around_what_is_chosen(scale: float) -> None:
    recipe = Recipe(styles=(StyleChoice(library="s1", scale=scale),))
    sizes = [each.recipe.styles[0].scale or 0.0 for each in variations(Vary.STROKES, recipe, LIBRARY)]
    assert scale in sizes
    assert sizes == sorted(set(sizes))
    assert len(sizes) == COUNT
    assert STYLE_SCALES[0] <= sizes[0] < sizes[-1] <= STYLE_SCALES[1]


@pytest.mark.parametrize(("strength", "found"), [(50.0, (20, 35, 50, 65, 80, 95)), (58.0, (20, 35, 50, 58, 80, 95)), (3.5, (3.5, 35, 50, 65, 80, 95))])
def test_the_strength_that_is_chosen_is_among_those_that_are_shown(strength: float, found: tuple[float, ...]) -> None:
    assert tuple(each.recipe.strength for each in variations(Vary.STRENGTH, of("s1", strength=strength), LIBRARY)) == found


def test_automatic_strokes_come_before_five_sizes() -> None:
    found = variations(Vary.STROKES, of("s3"), LIBRARY)
    assert [each.recipe.styles[0].scale for each in found] == [None, *SIZES]
    assert [each.caption for each in found][:2] == ["Strokes automatic", "Strokes × 0.5"]


def test_what_was_chosen_is_told_of_a_draft_that_is_painted() -> None:
    automatic, first, *_ = variations(Vary.STROKES, of("s3"), LIBRARY)
    assert automatic.words == "Strength 50, strokes automatic"
    assert automatic.painted((0.7, 1.0)).words == "Strength 50, strokes automatic: 0.7"
    assert automatic.painted(()) == automatic  # an earlier server tells nothing
    assert first.painted((0.5,)) == first


def test_several_styles_are_scaled_together() -> None:
    recipe = Recipe(styles=(StyleChoice(library="s0", scale=1.0), StyleChoice(file="/a.png", scale=2.0)))
    for each in variations(Vary.STROKES, recipe, LIBRARY):
        assert len(each.recipe.styles) == 2
    assert len({each.recipe.styles[1].scale for each in variations(Vary.STROKES, recipe, LIBRARY)}) == COUNT


def test_other_styles_are_those_that_follow_in_the_gallery_at_what_suits_them() -> None:
    found = variations(Vary.STYLE, of("s7", strength=47.0), LIBRARY)
    assert [each.recipe.styles[0].library for each in found] == ["s7", "s8", "s0", "s1", "s2", "s3"]
    assert [each.recipe.strength for each in found] == [47.0, 48.0, 40.0, 41.0, 42.0, 43.0]
    assert [each.caption for each in found][:2] == ["S7", "Style 8"]


def test_a_strength_that_somebody_chose_stays_for_other_styles() -> None:
    assert {each.recipe.strength for each in variations(Vary.STYLE, of("s7", strength=12.0), LIBRARY)} == {12.0}


def test_there_are_as_many_styles_as_there_are() -> None:
    assert [each.caption for each in variations(Vary.STYLE, of("s0"), LIBRARY[:2])] == ["S0", "Style 1"]
    assert [each.caption for each in variations(Vary.STYLE, Recipe(styles=(StyleChoice(file="/pictures/mine.png"),)), ())] == ["mine"]


def test_all_are_ordered_with_the_pixels_of_the_first() -> None:
    plane = Plane(PixelFormat(Channels.RGB, Depth.U8), 16, 16, bytes(768))
    first = of("s2")
    request = JobRequest(plane, (StyleUse.library("s2", mask=Plane(PixelFormat(Channels.GRAY, Depth.U8), 16, 16, bytes([255]) * 256)),), label="photo")
    orders = [varied(request, first, each.draft) for each in variations(Vary.STYLE, first, LIBRARY)]
    assert {id(each.content) for each in orders} == {id(plane)}
    assert [each.styles[0].source for each in orders] == ["s2", "s3", "s4", "s5", "s6", "s7"]
    assert [each.styles[0].mask is not None for each in orders] == [True] + [False] * 5
    assert len({each.request_id for each in orders}) == COUNT
    assert {each.parameters.preset for each in orders} == {"draft"}

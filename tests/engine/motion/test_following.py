"""A frame that follows others: it takes over what it can, begins anew at a cut, and what does not move does not change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from engine.scenes import photo, task, waves
from restyle_engine.motion.prior import Prior, framed, prior
from restyle_engine.parameters import Preset
from restyle_engine.step import Step
from restyle_engine.stylizer import Stylizer
from restyle_engine.task import Frame, Painting, Previous, State, StylePicture, Task
from restyle_engine.verdict import Verdict

WIDTH, HEIGHT = 64, 48
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def painter() -> Stylizer:
    return Stylizer("cpu")


def go_on(_: Step) -> Verdict:
    return Verdict.GO_ON


def order(content: np.ndarray, *frames: Frame, **changes: Any) -> Task:
    def reader(frame: Frame) -> Callable[[], Frame]:
        return lambda: frame

    named = (Previous(tuple(reader(frame) for frame in frames)),) if frames else ()
    changes = {"evaluations": 10, "sequence": True, "settings": "alike", "previous": named, **changes}
    return task(content, **changes)


def scene(at: int = 0, light: float = 0.0) -> np.ndarray:
    """The photo's left part, with a square at `at` px that may move."""
    content = photo(WIDTH, HEIGHT) * 0.9 + 0.05 + light
    content[30:40, at : at + 10] = (0.9, 0.2, 0.6)
    return content.astype(np.float32)


def frame(painting: Painting) -> Frame:
    assert painting.frame is not None
    return painting.frame


def test_equal_frames_give_equal_bytes_and_cost_nothing(painter: Stylizer) -> None:
    first = painter.paint(order(scene()), go_on)
    second = painter.paint(order(scene(), frame(first)), go_on)
    third = painter.paint(order(scene(), frame(second), frame(first)), go_on)
    assert first.rgb.tobytes() == second.rgb.tobytes() == third.rgb.tobytes()
    assert (second.evaluations, third.evaluations) == (0, 0)


@pytest.mark.parametrize("changes", [{"strength": 15.0}, {"weight": True}, {"strength_map": True}])
def test_so_they_do_where_a_painting_fades_or_a_part_of_it_is_hidden(painter: Stylizer, changes: dict[str, Any]) -> None:
    half = np.ones((HEIGHT, WIDTH), np.float32)
    half[:, : WIDTH // 2] = 0
    changes = {name: half if value is True else value for name, value in changes.items()}
    first = painter.paint(order(scene(), **changes), go_on)
    second = painter.paint(order(scene(), frame(first), **changes), go_on)
    assert first.rgb.tobytes() == second.rgb.tobytes()


def test_other_settings_paint_an_equal_frame_again(painter: Stylizer) -> None:
    first = painter.paint(order(scene()), go_on)
    second = painter.paint(order(scene(), frame(first), strength=90.0, settings="others"), go_on)
    assert second.evaluations > 0
    assert second.rgb.tobytes() != first.rgb.tobytes()


def test_what_does_not_move_stays_as_it_is_beside_what_does(painter: Stylizer) -> None:
    first = painter.paint(order(scene(20)), go_on)
    second = painter.paint(order(scene(24), frame(first)), go_on)
    assert second.evaluations > 0
    assert frame(second).painting[:12].tobytes() == frame(first).painting[:12].tobytes()
    assert np.abs(second.rgb - first.rgb)[30:40, 20:34].mean() > 0.02


def test_it_takes_fewer_evaluations_than_a_frame_of_its_own(painter: Stylizer) -> None:
    first = painter.paint(order(scene(20), evaluations=40), go_on)
    second = painter.paint(order(scene(24), frame(first), evaluations=40), go_on)
    assert second.evaluations < 0.4 * first.evaluations


def test_the_same_frames_give_the_same_bytes_again(painter: Stylizer) -> None:
    first = painter.paint(order(scene(20)), go_on)
    results = {who.paint(order(scene(24), frame(first)), go_on).rgb.tobytes() for who in (painter, Stylizer("cpu"))}
    assert len(results) == 1


def test_a_cut_begins_anew(painter: Stylizer) -> None:
    first = painter.paint(order(scene()), go_on)
    other = np.ascontiguousarray(waves(WIDTH, HEIGHT, 17.0, (0.1, 0.9, 0.2)))
    second = painter.paint(order(other, frame(first)), go_on)
    assert second.rgb.tobytes() == painter.paint(order(other), go_on).rgb.tobytes()
    assert (frame(first).anew, frame(second).anew) == (True, True)
    assert not frame(painter.paint(order(scene(4), frame(first)), go_on)).anew


def test_slow_changes_add_up_until_they_are_painted(painter: Stylizer) -> None:
    found = painter.paint(order(scene()), go_on)
    first, evaluations = frame(found), []
    for number in range(1, 5):
        found = painter.paint(order(scene(light=number * 0.5 / 255), frame(found)), go_on)
        evaluations.append(found.evaluations)
    assert evaluations[0] == 0
    assert max(evaluations) > 0
    assert np.abs(frame(found).content.astype(np.float32) - first.content).mean() > 0.5 / 255


def test_a_scene_comes_no_nearer_to_its_style_than_it_began(painter: Stylizer) -> None:
    found = painter.paint(order(scene(20), evaluations=24), go_on)
    began = found.trace[-1].style_loss
    assert frame(found).nearness == pytest.approx(began)
    for at in (22, 24, 26):
        found = painter.paint(order(scene(at), frame(found), evaluations=24), go_on)
        assert frame(found).nearness == pytest.approx(began)
    assert found.trace[-1].style_loss == pytest.approx(began, rel=0.1)


def test_what_was_hidden_for_a_moment_comes_back_as_it_was() -> None:
    before, hidden = scene(20), scene(20)
    hidden[8:28, 8:40] = 0.5
    old = framed(order(before), before, np.full_like(before, 0.25), anew=True)
    between = framed(order(hidden), hidden, np.full_like(hidden, 0.75), anew=False)
    assert old is not None
    assert between is not None
    alone, both = (prior(order(before, *frames), CPU) for frames in ((between,), (between, old)))
    assert alone is not None
    assert both is not None
    inside = (..., slice(12, 24), slice(12, 36))
    assert float(alone.trust[inside].mean()) < 0.1
    assert float(both.trust[inside].mean()) > 0.9
    assert float((both.painting[inside] - 0.25).abs().max()) < 0.02
    assert float((both.painting[..., 40:, 50:] - 0.75).abs().max()) < 0.02


def test_where_the_way_is_not_known_a_frame_begins_with_what_a_thing_like_this_was_painted_as() -> None:
    wall = np.full((HEIGHT, WIDTH, 3), 0.5, np.float32)  # without a way that could be known, and with a square before it
    before, here = wall.copy(), wall.copy()
    before[16:32, 8:24] = here[16:32, 20:36] = (0.9, 0.2, 0.6)
    last = framed(order(before), before, np.full_like(before, 0.25), anew=True)
    assert last is not None
    found = prior(order(here, last), CPU)
    assert found is not None
    unknown = (found.trust < 1) & (found.still == 0)
    alike = unknown & (found.likely == 1)
    assert float(alike.float().mean()) > 0.02
    assert float(found.trust[alike].min()) == float(found.trust[alike].max()) == 0.5
    started = found.begun(torch.ones(1, 3, HEIGHT, WIDTH))
    assert float((started - 0.25).abs().amax(1, keepdim=True)[found.likely == 1].max()) < 0.02
    assert float(started[(found.likely == 0).expand_as(started)].min()) == 1.0


def test_what_comes_into_the_picture_does_not_begin_as_its_border_drawn_out() -> None:
    blots = torch.rand(1, 3, 8, 12, generator=torch.Generator().manual_seed(2))
    wide = F.interpolate(blots, size=(HEIGHT, WIDTH + 8), mode="bicubic").clamp(0, 1)[0].permute(1, 2, 0).numpy()
    before, here = wide[:, :WIDTH], wide[:, 8 : WIDTH + 8]
    last = framed(order(before), before, before, anew=True)
    assert last is not None
    found = prior(order(np.ascontiguousarray(here), last), CPU)
    assert found is not None
    assert float(found.likely[..., -6:].max()) == 0
    assert float(found.likely[..., 8 : WIDTH - 16].mean()) > 0.8


def test_the_statistics_move_what_is_new_however_little_it_is(painter: Stylizer) -> None:
    first = painter.paint(order(scene(20), evaluations=40), go_on)
    content = scene(20)
    content[6:14, 44:52] = (0.1, 0.7, 0.2)
    states: list[State] = []
    job = order(content, frame(first), evaluations=40)
    painter.paint(job, go_on, keep=lambda state: states.append(replace(state, best=state.best.copy())))
    losses = [step.loss for step in painter.paint(job, go_on).trace if step.scale == 1]
    assert min(losses[1:]) < losses[0]


def test_nothing_is_looked_at_beyond_a_frame_that_began_anew() -> None:
    def never() -> Frame | None:
        raise AssertionError

    content = scene()
    last = framed(order(content), content, content, anew=True)
    moved = order(scene(30))
    assert prior(replace(moved, previous=(Previous((lambda: last, never)),)), CPU) is not None


def test_two_paintings_of_a_frame_are_blended_by_their_weights() -> None:
    content = scene()
    dark, light = (framed(order(content), content, np.full_like(content, value), anew=True) for value in (0.25, 0.75))
    found = prior(replace(order(content), previous=(Previous((lambda: dark,), 1.0), Previous((lambda: light,), 3.0))), CPU)
    assert found is not None
    assert float((found.painting - 0.625).abs().max()) < 1e-3
    assert not found.still.any()


def test_pixels_without_a_say_are_not_followed() -> None:
    content = scene()
    weight = np.ones((HEIGHT, WIDTH), np.float32)
    weight[:, :20] = 0
    last = framed(order(content, weight=weight), content, content, anew=True)
    assert last is not None
    found = prior(order(scene(30), last), CPU)
    assert found is not None
    assert float(found.trust[..., :18].max()) == 0
    assert float(found.trust[..., 44:].mean()) > 0.9


def test_a_frame_of_another_size_is_followed_all_the_same(painter: Stylizer) -> None:
    small = np.ascontiguousarray(scene()[::2, ::2])
    first = painter.paint(order(small), go_on)
    found = painter.paint(order(scene(), frame(first)), go_on)
    assert found.rgb.shape == (HEIGHT, WIDTH, 3)
    assert not frame(found).anew


def test_a_large_frame_follows_in_tiles_too(painter: Stylizer, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("restyle_engine.optim.plan", "restyle_engine.large.memory"):
        monkeypatch.setattr(f"{module}.LARGEST_WHOLE", 32)
    settings = {"preset": Preset.FINE, "evaluations": 6}
    first = painter.paint(order(scene(20), **settings), go_on)
    second = painter.paint(order(scene(24), frame(first), **settings), go_on)
    assert frame(second).painting[:12].tobytes() == frame(first).painting[:12].tobytes()
    assert second.evaluations < first.evaluations


def test_a_follower_goes_on_from_a_scale_to_the_same_bytes(painter: Stylizer) -> None:
    first = painter.paint(order(scene(20), evaluations=24), go_on)
    states: list[State] = []
    job = order(scene(24), frame(first), evaluations=24)
    whole = painter.paint(job, go_on, keep=lambda state: states.append(replace(state, best=state.best.copy())))
    assert states
    assert painter.paint(replace(job, state=states[-1]), go_on).rgb.tobytes() == whole.rgb.tobytes()


def test_the_temporal_terms_gradient_is_its_derivative() -> None:
    generator = torch.Generator().manual_seed(0)
    image, before = (torch.rand(1, 3, 6, 5, dtype=torch.float64, generator=generator) for _ in range(2))
    trust = torch.rand(1, 1, 6, 5, dtype=torch.float64, generator=generator)
    term = Prior(before, trust, trust, torch.zeros_like(trust), before).at(5, 6)
    image.requires_grad_(True)
    value, gradient = term.gradient(image)
    (exact,) = torch.autograd.grad(value, image)
    assert torch.allclose(gradient, exact, atol=1e-12)


def test_styles_of_several_regions_are_followed(painter: Stylizer) -> None:
    left = np.zeros((HEIGHT, WIDTH), np.float32)
    left[:, : WIDTH // 2] = 1
    styles = (StylePicture(waves(48, 48), key="waves", region=left), StylePicture(waves(48, 48, 9.0), key="others", region=1 - left))
    first = painter.paint(replace(order(scene(20)), styles=styles), go_on)
    second = painter.paint(replace(order(scene(24), frame(first)), styles=styles), go_on)
    assert np.isfinite(second.rgb).all()
    assert frame(second).painting[:12].tobytes() == frame(first).painting[:12].tobytes()

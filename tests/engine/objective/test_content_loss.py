"""What holds a painting to its content is the sum of its terms, and looks at the content once for all of them."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
import torch
from restyle_engine.large.tiles import grid, whole
from restyle_engine.network.calibration import network
from restyle_engine.network.vgg import Vgg
from restyle_engine.objective.content_loss import LINES, LINES_WEIGHT, FeatureMatch, held
from restyle_engine.objective.strength import Strength
from restyle_engine.parameters import Pooling
from restyle_server.weights.catalogue import SHIPPED

SIDE = 64


@pytest.mark.parametrize("layers", [{"relu4_2": 1.0}, {LINES: 0.5, "relu4_2": 0.5}], ids=["another layer", "the same layer"])
@pytest.mark.parametrize("side", [None, 32])
def test_faces_are_held_as_by_two_terms_and_the_content_is_looked_at_once(layers: dict[str, float], side: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    vgg = network(SHIPPED, Pooling.AVERAGE)
    base, now = torch.rand(2, 1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    kept = torch.zeros(1, 1, SIDE, SIDE)
    kept[..., 10:40, 10:40] = 0.8
    strength, tiles = Strength(75.0, None, kept), whole(SIDE, SIDE) if side is None else grid(SIDE, SIDE, side, 16)
    plain = Vgg.features
    with monkeypatch.context() as patched:
        features_of = Mock(side_effect=lambda *given: plain(vgg, *given))
        patched.setattr(Vgg, "features", features_of)
        hold = held(vgg, base, layers, strength, tiles)
    own, lines = FeatureMatch(vgg, base, layers, strength.hold(), tiles), FeatureMatch(vgg, base, {LINES: LINES_WEIGHT}, kept, tiles)

    assert features_of.call_count == len(tiles)
    for tile in tiles:
        features = vgg.features(tile.seen(now), hold.layers)
        assert float(hold.loss(features, tile)) == pytest.approx(float(own.loss(features, tile) + lines.loss(features, tile)), rel=1e-6)
        assert float(lines.loss(features, tile)) > 0 or not tile.own(kept).any()


def test_where_nobody_is_read_no_lines_are_looked_for_and_the_slope_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    vgg = network(SHIPPED, Pooling.AVERAGE)
    base, now = torch.rand(2, 1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(2))
    kept, tiles = torch.zeros(1, 1, SIDE, SIDE), grid(SIDE, SIDE, 32, 16)
    tiles[0].own(kept).fill_(0.8)
    monkeypatch.setattr("restyle_engine.objective.content_loss.KEPT_BYTES", 0)  # as with fp32, nothing is kept
    found = []
    for idle in (True, False):
        hold = held(vgg, base, {"relu4_2": 1.0}, Strength(75.0, None, kept), tiles)
        lines = hold._beside
        assert lines is not None
        assert {tile for _, tile in lines._idle} == set(tiles[1:])
        if not idle:
            lines._idle.clear()
        looked = Mock(side_effect=vgg.features)
        hold._vgg = lines._vgg = Mock(features=looked)
        slopes: list[torch.Tensor] = []
        for tile in tiles:
            seen = tile.seen(now).clone().requires_grad_(True)
            slopes += torch.autograd.grad(hold.loss(vgg.features(seen, hold.layers), tile), seen)
        found.append((looked.call_count, torch.cat([slope.flatten() for slope in slopes])))
    assert (found[0][0], found[1][0]) == (len(tiles) + 1, 2 * len(tiles))
    assert (found[0][1] == found[1][1]).all()

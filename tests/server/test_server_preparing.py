"""A worker is prepared before its first job; what goes wrong with that costs nobody a painting."""

from __future__ import annotations

import pytest
from calls import order, until
from places import Place, Serving
from preparing_engine import NOTES
from restyle_server.wire import restyle_pb2 as wire


def notes(place: Place) -> list[str]:
    path = place.config.state_dir / NOTES
    return path.read_text().splitlines() if path.exists() else []


async def test_a_worker_has_the_usual_weights_ready_before_anybody_asks(serving: Serving) -> None:
    async with serving(engine="preparing_engine:engine") as place:
        await until(lambda: len(notes(place)) == 1)
        assert notes(place) == ["kept vgg16.safetensors"]


@pytest.mark.parametrize(("engine", "told"), [("failing", ["kept vgg16.safetensors"]), ("deadly", ["kept vgg16.safetensors", "kept None"])])
async def test_a_preparation_that_fails_or_kills_costs_no_job(serving: Serving, engine: str, told: list[str]) -> None:
    async with serving(engine=f"preparing_engine:{engine}") as place:
        await until(lambda: len(notes(place)) == len(told))
        job = await place.caller.create(order(seed=1))
        assert (await place.caller.end(job.id)).state == wire.SUCCEEDED
        assert notes(place) == told

"""Versions that fit work together, and others are told both versions."""

from __future__ import annotations

import pytest
import restyle_client as client
from calls import pixels
from fake_engine import painted_bytes
from places import Serving
from promise_table import Promised
from restyle_client import transport
from restyle_server.rpc import auth_interceptor

BEFORE, NOW, ANOTHER = "0.0.9", "0.1.0", "1.0.0"  # there is no earlier release yet: it is one by its number


def request() -> client.JobRequest:
    plane = client.Plane(client.PixelFormat(client.Channels.GRAY, client.Depth.U8), 16, 16, pixels(3))
    return client.JobRequest(plane, (client.StyleUse.library("night"),), parameters=client.Parameters(seed=3))


@pytest.mark.parametrize("theirs", [BEFORE, NOW, ANOTHER])
@pytest.mark.parametrize("ours", [BEFORE, NOW, ANOTHER])
async def test_the_same_major_version_works_and_another_is_refused_naming_both(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, promised: Promised, ours: str, theirs: str
) -> None:
    monkeypatch.setattr(auth_interceptor, "__version__", theirs)
    monkeypatch.setattr(transport, "VERSION", ours)
    fit = ours.partition(".")[0] == theirs.partition(".")[0]
    async with serving() as place:
        session = client.connect_async(address=place.server.address, token=place.server.token)
        if fit:
            async with session:
                assert (await session.restyle(request())).plane.data == painted_bytes(pixels(3), 3)
        else:
            with pytest.raises(client.VersionMismatch) as refused:
                await session.open()
            session.close()
            assert ours in str(refused.value)
            assert theirs in str(refused.value)
    if ours == theirs == ANOTHER:
        promised(
            "P17", "client and server N−1 and N in all pairs paint; another major version is refused naming both (N−1 by its number)", "all of {} pairs", 9
        )

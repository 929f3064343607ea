"""What a person is told when a plug-in and a server come from different installations: with every result, by name, and which of the two to update."""

from __future__ import annotations

import pytest
import restyle_client as client
from places import Serving, serving
from restyle_client import opening, transport
from restyle_server import __version__
from restyle_server.rpc import auth_interceptor

__all__ = ["serving"]

REQUEST = client.JobRequest(
    client.Plane(client.PixelFormat(client.Channels.RGB, client.Depth.U8), 16, 16, bytes(768)), (client.StyleUse.library("night"),)
)  # fmt: skip


@pytest.mark.parametrize(
    ("mine", "notes"),
    [
        (__version__, ()),
        ("0.99.0", (f"The server is Restyle {__version__} and this is 0.99.0; update the server, and start it again, so that everything new is there.",)),
        (
            "0.0.1",
            (f"The server is Restyle {__version__} and this is 0.0.1; update the plug-in or command, and start it again, so that everything new is there.",),
        ),
    ],
)
async def test_versions_that_understand_each_other_work_and_are_told_apart(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, mine: str, notes: tuple[str, ...]
) -> None:
    for module in (opening, transport):
        monkeypatch.setattr(module, "VERSION", mine)
    async with serving() as place, client.connect_async(address=place.server.address, token=place.server.token) as here:
        assert (await here.restyle(REQUEST)).job.warnings == notes


async def test_versions_that_dont_understand_each_other_say_so_by_name(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth_interceptor, "__version__", "7.0.0")
    async with serving() as place:
        with pytest.raises(client.VersionMismatch, match=rf"client is Restyle {client.__version__} and the server 7\.0\.0; install the same on both sides"):
            async with client.connect_async(address=place.server.address, token=place.server.token):
                pass

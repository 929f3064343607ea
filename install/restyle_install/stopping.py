"""Owns how a running server is asked to end before its files are changed or removed. Needs restyle_client, which is pure Python, on the path."""

from __future__ import annotations

import time
from contextlib import suppress

from .making import Say
from .places import Places

GRACE = 30  # s that running jobs may go on; queued ones wait for the next server
LONGEST_END = 45.0  # s: the grace and a little
PAUSE = 0.1  # s between two looks


def stop_server(places: Places, say: Say) -> None:
    """Returns when none runs; one that can't be reached, or doesn't end, is left alone."""
    import restyle_client
    from restyle_client import discovery

    endpoint = discovery.find_endpoint(places.state)
    if endpoint is None:
        return
    with suppress(restyle_client.RestyleError, OSError):
        with restyle_client.connect(start=False, address=endpoint.address, token=endpoint.token) as session:
            say(f"Stopping the server; what it paints may go on for {GRACE} s.")
            with suppress(restyle_client.ServerGone):
                session.stop(grace_seconds=GRACE)
        end = time.monotonic() + LONGEST_END
        while (places.state / "server.json").exists() and time.monotonic() < end:
            time.sleep(PAUSE)

"""The Restyle client: pure Python, for editors and scripts.

    from restyle_client import Channels, Depth, JobRequest, PixelFormat, Plane, StyleUse, connect

    with connect() as session:  # finds the user's server, or starts it
        plane = Plane(PixelFormat(Channels.RGBA, Depth.U8), width, height, data)
        result = session.restyle(JobRequest(plane, (StyleUse.library("woodcut"),)), on_event=print)
        result.plane.data  # bytes, in the very same format

`connect_async` gives the same calls for asyncio. Every error is a RestyleError: see restyle_client.errors. Importing this package is cheap; the gRPC stack
is loaded by the first connection. Runs on Python 3.10 and newer, with nothing but the standard library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import RECONNECT_SECONDS, START_SECONDS
from .version import VERSION as __version__

if TYPE_CHECKING:
    from pathlib import Path

    from . import discovery, remote
    from .cancellation import Cancellation
    from .contract import Channels, Depth, Parameters, PixelFormat, Plane, Preview, Progress, Report, ScaleReport
    from .errors import (
        InvalidRequest,
        JobCancelled,
        JobFailed,
        NotAllowed,
        NotFound,
        QueueFull,
        Refused,
        RestyleError,
        ResultExpired,
        ServerError,
        ServerGone,
        ServerNotFound,
        ServerStartFailed,
        TooLarge,
        Unauthenticated,
        Unimplemented,
        VersionMismatch,
        WeightsMissing,
        WrongState,
    )
    from .events import Download, Event, InstallProgress, Upload
    from .jobs import Estimate, Job, JobError, JobState, Result, ResultInfo, WeightsInfo
    from .live import AsyncLive, LiveFrame, LivePainting
    from .looks import Look
    from .requests import Crop, JobClass, JobRequest, LearnRequest, Lifetime, Mask, MaskUse, Previous, Start, StartFrom, StyleUse, texture_request
    from .servers import DeviceInfo, ServerInfo, ServerLimits
    from .session import AsyncSession
    from .styles import Style
    from .sync import Live, Session

__all__ = [
    "RECONNECT_SECONDS",
    "AsyncLive",
    "AsyncSession",
    "Cancellation",
    "Channels",
    "Crop",
    "Depth",
    "DeviceInfo",
    "Download",
    "Estimate",
    "Event",
    "InstallProgress",
    "InvalidRequest",
    "Job",
    "JobCancelled",
    "JobClass",
    "JobError",
    "JobFailed",
    "JobRequest",
    "JobState",
    "LearnRequest",
    "Lifetime",
    "Live",
    "LiveFrame",
    "LivePainting",
    "Look",
    "Mask",
    "MaskUse",
    "NotAllowed",
    "NotFound",
    "Parameters",
    "PixelFormat",
    "Plane",
    "Preview",
    "Previous",
    "Progress",
    "QueueFull",
    "Refused",
    "Report",
    "RestyleError",
    "Result",
    "ResultExpired",
    "ResultInfo",
    "ScaleReport",
    "ServerError",
    "ServerGone",
    "ServerInfo",
    "ServerLimits",
    "ServerNotFound",
    "ServerStartFailed",
    "Session",
    "Start",
    "StartFrom",
    "Style",
    "StyleUse",
    "TooLarge",
    "Unauthenticated",
    "Unimplemented",
    "Upload",
    "VersionMismatch",
    "WeightsInfo",
    "WeightsMissing",
    "WrongState",
    "__version__",
    "connect",
    "connect_async",
    "discovery",
    "remote",
    "texture_request",
]


def connect(
    *,
    start: bool = True,
    address: str | None = None,
    token: str | None = None,
    ca: str | Path | None = None,
    cert: str | Path | None = None,
    key: str | Path | None = None,
    client_id: str | None = None,
    timeout: float = START_SECONDS,
    reconnect_seconds: float = RECONNECT_SECONDS,
) -> Session:
    """A connected, blocking session; use it as a context manager. ServerNotFound, ServerStartFailed, Unauthenticated, VersionMismatch.

    start: start a server when none answers. address: "HOST:PORT" of a certain server, which is never started, with its token. ca, cert, key: PEM files
    for a server on another machine, in the token's place: its authority, this client's certificate and its key. client_id: what the server counts for fairness
    and limits; default: random. timeout: seconds that a server may take to start. reconnect_seconds: how long a broken connection is
    tried again.
    """
    from .sync import Session

    session = connect_async(
        start=start, address=address, token=token, ca=ca, cert=cert, key=key, client_id=client_id, timeout=timeout, reconnect_seconds=reconnect_seconds
    )
    return Session(session)


def connect_async(
    *,
    start: bool = True,
    address: str | None = None,
    token: str | None = None,
    ca: str | Path | None = None,
    cert: str | Path | None = None,
    key: str | Path | None = None,
    client_id: str | None = None,
    timeout: float = START_SECONDS,
    reconnect_seconds: float = RECONNECT_SECONDS,
) -> AsyncSession:
    """A session for asyncio, which connects on entering: `async with connect_async() as session`. Arguments and errors as for `connect`."""
    from .session import AsyncSession

    return AsyncSession(
        start=start, address=address, token=token, ca=ca, cert=cert, key=key, client_id=client_id, timeout=timeout, reconnect_seconds=reconnect_seconds
    )


_HOMES = {
    "cancellation": ("Cancellation",),
    "contract": ("Channels", "Depth", "Parameters", "PixelFormat", "Plane", "Preview", "Progress", "Report", "ScaleReport"),
    "events": ("Download", "Event", "InstallProgress", "Upload"),
    "jobs": ("Estimate", "Job", "JobError", "JobState", "Result", "ResultInfo", "WeightsInfo"),
    "live": ("AsyncLive", "LiveFrame", "LivePainting"),
    "looks": ("Look",),
    "requests": (
        "Crop",
        "JobClass",
        "JobRequest",
        "LearnRequest",
        "Lifetime",
        "Mask",
        "MaskUse",
        "Previous",
        "Start",
        "StartFrom",
        "StyleUse",
        "texture_request",
    ),
    "servers": ("DeviceInfo", "ServerInfo", "ServerLimits"),
    "session": ("AsyncSession",),
    "styles": ("Style",),
    "sync": ("Live", "Session"),
}


_MODULES = ("discovery", "remote")  # where a server is; which server of another machine this user turned to


def __getattr__(name: str) -> Any:
    """Loads a name's module on first use: GIMP starts every plug-in once just to ask what it is."""
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    home = next((module for module, names in _HOMES.items() if name in names), "errors" if name in __all__ else None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value

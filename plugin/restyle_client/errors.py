"""Owns the client's errors. Each one's text is a sentence for people that says what to do next.

RestyleError
├── ServerNotFound         no server answers, and none was to be started or none is installed
├── ServerStartFailed      a server was started and did not come up
├── ServerGone             the connection broke, or the server is ending; .job is the last snapshot, when there is one
├── Unauthenticated        the server knows another token
├── VersionMismatch        client and server speak different versions
├── Refused                the server (or the client before it) says no; asking the same again won't help
│   ├── InvalidRequest     .field is the path of what is wrong, such as "spec.styles[0].scale"
│   ├── TooLarge           .largest_size is the longest side in px that would fit, None when not known
│   ├── WeightsMissing     the weights asked for are not installed
│   ├── NotFound           no such job or style
│   ├── ResultExpired      the job succeeded, but its pixels are gone or damaged
│   ├── WrongState         not possible now, such as finishing a job that has not begun
│   ├── NotAllowed         this server does not permit it
│   └── Unimplemented      this server cannot do that yet
├── QueueFull              .retry_after is when to ask again, in seconds
├── JobFailed              .reason is a word such as OUT_OF_MEMORY, .job the last snapshot
├── JobCancelled           .job is the last snapshot, None when it was cancelled before the server had it
└── ServerError            the server made a mistake; its log says more
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .jobs import Job


class RestyleError(Exception):
    """Anything that can go wrong between a client and a server."""


class ServerNotFound(RestyleError):
    """No server answers."""


class ServerStartFailed(RestyleError):
    """A server was started and did not come up."""


class ServerGone(RestyleError):
    """The server stopped answering, or is ending. job: the last snapshot, when a painting was under way; a detached one may be going on."""

    job: Job | None = None


class Unauthenticated(RestyleError):
    """The server knows another token."""


class VersionMismatch(RestyleError):
    """Client and server speak different versions."""


class Refused(RestyleError):
    """Asking the same again won't help."""


class InvalidRequest(Refused):
    """field: the path of what is wrong; may be empty."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class TooLarge(Refused):
    """largest_size: px, longest side that would fit; None when not known."""

    def __init__(self, message: str, largest_size: int | None = None) -> None:
        super().__init__(message)
        self.largest_size = largest_size


class WeightsMissing(Refused):
    """The weights asked for are not installed."""


class NotFound(Refused):
    """No such job or style."""


class ResultExpired(Refused):
    """The job succeeded, but its pixels are gone or damaged."""


class WrongState(Refused):
    """Not possible in the present state of the job or the server."""


class NotAllowed(Refused):
    """This server does not permit it."""


class Unimplemented(Refused):
    """This server cannot do that yet."""


class QueueFull(RestyleError):
    """retry_after: seconds to wait before asking again."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class JobFailed(RestyleError):
    """reason: an upper-case word; job: the last snapshot."""

    def __init__(self, message: str, reason: str, job: Job) -> None:
        super().__init__(message)
        self.reason = reason
        self.job = job


class JobCancelled(RestyleError):
    """job: the last snapshot; None when it was cancelled before the server had it."""

    def __init__(self, message: str, job: Job | None = None) -> None:
        super().__init__(message)
        self.job = job


class ServerError(RestyleError):
    """The server made a mistake."""

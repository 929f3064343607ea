"""Owns where a cluster's head is, as people write it, and what Ray's programs are told by their environment. Imports no ray."""

from __future__ import annotations

import ipaddress
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

PORT = 6379  # Ray's own choice
LOOPBACK = "127.0.0.1"
APART = 4  # exit status: the cluster's head is gone
VERSION_LABEL = "restyle-version"
MISSING = "Ray is missing here; install it with: pip install 'restyle[ray]'."
REFUSES = "What answers at {address} takes this machine not in: it is no Ray, or its token is another; copy its file cluster.token again, and name it."
WRITTEN = re.compile(r"(?P<start>start(?=[@:]|$))?(?(start)(?:@(?P<own>\w[\w.\-]*))?|(?P<host>\w[\w.\-]*))(?::(?P<port>\d{1,5}))?")
WRONG = "{text!r} is no address of a cluster; write start, start@ADDRESS or ADDRESS, a name or IPv4, each with :PORT if it is not {port}."


@dataclass(frozen=True, slots=True)
class Address:
    """start: the head is to be started here."""

    host: str
    port: int
    start: bool

    @property
    def text(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        return self.host == "localhost" or _is_loopback(self.host)


def address(text: str) -> Address:
    """What was written. ValueError, a sentence."""
    found = WRITTEN.fullmatch(text.strip())
    port = int(found["port"] or PORT) if found else 0
    if not found or not 0 < port <= 65_535:
        raise ValueError(WRONG.format(text=text, port=PORT))
    return Address(found["own"] or found["host"] or LOOPBACK, port, found["start"] is not None)


def label(text: str) -> str:
    """A version as Ray's labels can have it, or a machine's name as devices can."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", text)[:63]


def variables(host: str, token_file: Path) -> dict[str, str]:
    """For every program that knows Ray."""
    return {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(token_file),
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_DEFAULT_PYTHON_VERSION_MATCH_LEVEL": "minor",
        "RAY_agent_register_timeout_ms": "120000",  # a busy machine takes its time
        "RAY_worker_register_timeout_seconds": "120",
        "RAY_object_manager_pull_timeout_ms": "1000",  # a file that got lost on its way to a busy machine is sent again
        "RAY_worker_niceness": "0",  # a painter has the turn that one without Ray has
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", ""),  # else Ray sets it by what a painter holds of the processor: one thread for a card's
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # what Ray will do in later versions, and warns of in this one
        # by this Ray keeps an address of the loopback as it is, and listens there alone; its name is about the systems where that is the default
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0" if _is_loopback(host) else "1",
    }


def head_command(where: Address, token_file: Path) -> list[str]:
    """The program that is a head, for as long as its stdin is open."""
    return [sys.executable, "-m", NODE, "--head", where.text, "--token-file", str(token_file), "--watched"]


def node_command(where: Address, token_file: Path, *more: str) -> list[str]:
    """The program that is another machine's part."""
    return [sys.executable, "-m", NODE, "--join", where.text, "--token-file", str(token_file), "--watched", *more]


NODE = "restyle_server.cluster.node"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""Owns what a server tells about itself: version, devices, limits, weights."""

from __future__ import annotations

from dataclasses import dataclass

from .jobs import WeightsInfo


@dataclass(frozen=True)
class DeviceInfo:
    """id: "cpu", "cuda:0", "mps". state: "starting", "idle", "busy" or "down". default_size: px of the work's longest side. Memory in bytes."""

    id: str
    name: str
    kind: str
    memory_total: int
    memory_available: int
    bf16: bool
    state: str
    default_size: int


@dataclass(frozen=True)
class ServerLimits:
    max_pixels: int
    max_style_bytes: int
    max_bytes_in_flight: int  # per client
    max_jobs_per_client: int
    max_jobs: int
    lease_seconds: float
    keep_attached_seconds: float
    keep_detached_seconds: float
    keep_bytes: int


@dataclass(frozen=True)
class ServerInfo:
    """state: "serving" or "draining". weights_in_use: what "auto" means now. pid: in the server's own namespace, for people; never a proof of life."""

    version: str
    api: str
    state: str
    started: float
    devices: tuple[DeviceInfo, ...]
    limits: ServerLimits
    features: tuple[str, ...]
    weights: tuple[WeightsInfo, ...]
    weights_in_use: str
    jobs_running: int
    jobs_queued: int
    pid: int
    address: str = ""  # where this client found it

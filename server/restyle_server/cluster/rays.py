"""Owns what is asked of Ray: who is in the cluster, a painter on one of its machines, and files on their way. The only module that the bridge has ray from."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .line import Broken, Unfit
from .messages import Node, Post, Settings, StartWorker
from .painter import Painter
from .places import label

NAMESPACE = "restyle"
OFFERED_BYTES = 256 << 20  # of files that may be wanted by another machine too
KNOCK_SECONDS = 5.0  # for somebody to answer at the head's address


class Rays:
    """A connection to a cluster. ImportError without Ray; OSError when nobody answers; ConnectionError and others, as Ray has them."""

    def __init__(self, settings: Settings) -> None:
        import ray

        host, _, port = settings.address.rpartition(":")
        with socket.create_connection((host, int(port)), KNOCK_SECONDS) as probe:
            own = str(probe.getsockname()[0])  # by which this machine is seen from the head
        ray.init(address=settings.address, namespace=NAMESPACE, log_to_driver=False, logging_level=logging.ERROR, _node_ip_address=own)
        self._ray: Any = ray
        self._offering = threading.Lock()  # each line offers from a thread of its own
        self._offered: OrderedDict[str, tuple[Any, int]] = OrderedDict()

    def nodes(self) -> tuple[Node, ...]:
        """Those that live, each with a name of its own: that of its machine, as far as that tells them apart."""
        alive = sorted((node for node in self._ray.nodes() if node["Alive"]), key=lambda node: str(node["NodeID"]))
        wished = [_wish(node) for node in alive]
        return tuple(
            Node(
                node["NodeID"],
                wish if wished.count(wish) == 1 else f"{wish}-{node['NodeID'][:6]}",
                node["NodeManagerAddress"],
                float(node["Resources"].get("CPU", 0.0)),
                int(node["Resources"].get("GPU", 0)),
            )
            for node, wish in zip(alive, wished, strict=True)
        )

    def placed(self, start: StartWorker) -> RayPainter:
        """A painter on the machine that is named, as soon as it can be. Broken."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        there = NodeAffinitySchedulingStrategy(start.node, soft=False)
        remote = self._ray.remote(Painter)
        placed = remote.options(num_cpus=start.cpus, num_gpus=start.gpus, scheduling_strategy=there, max_restarts=0, max_task_retries=0)
        try:
            return RayPainter(self._ray, placed.remote())
        except self._ray.exceptions.RayError as error:
            raise Broken(str(error)) from error

    def offered(self, digest: str, source: Path) -> Any:
        """The file in Ray's memory, from where every machine that asks for it takes it: each is put there once, the least recently wanted go first. OSError."""
        with self._offering:
            found = self._offered.pop(digest, None)
            if found is None:
                data = np.fromfile(source, np.uint8)
                found = self._ray.put(data), data.nbytes
            self._offered[digest] = found
            while len(self._offered) > 1 and sum(size for _, size in self._offered.values()) > OFFERED_BYTES:
                self._offered.popitem(last=False)
            return found[0]


class RayPainter:
    """A painter on another machine, as line.Painting has it."""

    def __init__(self, ray: Any, actor: Any) -> None:
        self._ray, self._actor = ray, actor

    async def open(self, node: str, device: str, factory: str, lost_seconds: float) -> str:
        try:
            return str(await self._one(self._actor.open.remote(node, device, factory, lost_seconds)))
        except Broken as error:
            if "creation task" in str(error):  # Ray's words for an error of the actor's own
                raise Unfit(_last(error)) from error
            raise

    async def tell(self, number: int, command: Any, files: Mapping[str, Any]) -> None:
        await self._one(self._actor.tell.remote(number, command, files))

    async def hear(self, seen: int, stamp: float | None) -> Post:
        post: Post = await self._one(self._actor.hear.remote(seen, stamp))
        return post

    async def fetch(self, number: int) -> Mapping[str, Any]:
        files: Mapping[str, Any] = await self._one(self._actor.fetch.remote(number))
        return files

    def kill(self) -> None:
        with contextlib.suppress(Exception):
            self._ray.kill(self._actor)

    async def _one(self, reference: Awaitable[Any]) -> Any:
        """What a call returns. Broken when it did not come through, OSError of the painter's; Unfit for any other of its errors."""
        errors = self._ray.exceptions
        try:
            return await reference
        except errors.RayTaskError as error:
            if isinstance(error.cause, OSError):
                raise error.cause from None
            raise Unfit(_last(error)) from error
        except errors.RayError as error:
            raise Broken(str(error)) from error


def _wish(node: dict[str, Any]) -> str:
    name = str(node.get("NodeName", ""))
    return label(name if name and name != node["NodeManagerAddress"] else str(node["NodeManagerHostname"]))


def _last(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1][:200]

"""Owns the running server: puts its parts together, opens the port, keeps the sweep going, drains and ends."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import signal
import socket
import sqlite3
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Self

import grpc
from grpc import aio

from . import __version__, heap
from .admin import process
from .admin.config import Config, ConfigError, Tls, checked
from .admin.logs import open_log
from .admin.runtime import Runtime, ServerRuns, claim, new_token
from .clock import Clock, SystemClock
from .devices.dispatch import Dispatcher
from .devices.throughput import Throughputs
from .jobs.folders import JobFolders
from .jobs.job import JobClass
from .jobs.journal import Journal, JournalHeld
from .jobs.states import JobState
from .jobs.store import JobStore
from .limits import KIB, MESSAGE_BYTES, SWEEP_SECONDS
from .looks.library import LookLibrary
from .lowering.process import LoweringProcess
from .records.result import Failure
from .rpc.auth_interceptor import AuthInterceptor
from .rpc.health import Health
from .rpc.job_calls import Jobs
from .rpc.job_creation import JobCreation
from .rpc.live_calls import Live
from .rpc.look_calls import Looks
from .rpc.service import Service
from .rpc.strengths import Strengths
from .rpc.style_calls import Styles
from .styles.checking import check_in_child
from .styles.library import Library
from .weights import flow
from .weights.errors import WeightsError
from .weights.registry import WeightsRegistry
from .wire.restyle_pb2_grpc import add_RestyleServicer_to_server
from .worker import messages as say
from .worker.engine import Device, usual

if TYPE_CHECKING:
    from .cluster.cluster import Cluster

log = logging.getLogger(__name__)

MAX_STREAMS = 256  # of one connection: more than its callers' share, so that a cancel finds room beside everything else that may be open
KEEPALIVE_MS = 30_000  # so that a machine that vanished is noticed
READ_BYTES = 64 * KIB  # at a time from a connection, which keeps a buffer of that size: gRPC's own goes up to 4 MiB
HANDSHAKE_MS = 20_000  # for a connection to say what it speaks, before it is closed
KEPT = "kept"  # the folder of what workers have measured
LOOPBACK = "127.0.0.1"
GOODBYE_SECONDS = 1.0  # for the last events to reach their watchers
GLANCE_SECONDS = 0.01  # between looks at whether they have

STOPPED = Failure("SERVER_STOPPED", "The server was stopped while this job ran; send the job again.")

OPTIONS = (
    ("grpc.so_reuseport", 0),  # else a second server would bind the same port without an error
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", 2 * MESSAGE_BYTES),  # a list of styles with their thumbnails
    ("grpc.keepalive_time_ms", KEEPALIVE_MS),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", KEEPALIVE_MS // 3),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.bdp_probe", 0),  # else what nobody has asked for yet may grow to megabytes per stream; whole messages are let in either way
    ("grpc.experimental.tcp_max_read_chunk_size", READ_BYTES),
    ("grpc.max_concurrent_streams", MAX_STREAMS),
    ("grpc.server_handshake_timeout_ms", HANDSHAKE_MS),
    ("grpc.compression_enabled_algorithms_bitset", 1),  # identity alone: a small message must not unpack into a huge one
)


class CannotServe(Exception):
    """The server can't start; the text is a sentence that says what to do."""


class Server:
    """One server on one loop: `async with Server(config) as server`, then `await server.ended()`."""

    def __init__(self, config: Config, clock: Clock | None = None) -> None:
        self.config = checked(config)
        self.clock = clock or SystemClock()
        self.token = new_token()
        self.address = ""  # on the loopback
        self.remote = ""  # for other machines, with TLS
        self._needed = self.clock.monotonic()
        self._asked = asyncio.Event()
        self._deadline = math.inf  # on the loop's clock, of the jobs that still run

    async def __aenter__(self) -> Self:
        """Starts. CannotServe."""
        self._runtime = self._claimed()
        try:
            await self._open()
        except BaseException:
            self._runtime.withdraw()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._close()

    @property
    def joining(self) -> str:
        """How other machines come to paint for this server; empty where none can."""
        return self.cluster.joining if self.cluster is not None else ""

    def stop(self, grace_seconds: float) -> None:
        """Asks the server to end: no new jobs, and running ones get the grace. Asking again can only shorten it."""
        self._refuse_more()
        self._deadline = min(self._deadline, asyncio.get_running_loop().time() + grace_seconds)
        self._asked.set()

    def signalled(self) -> None:
        """Asks the server to end, as its limits say; the second time at once."""
        self.stop(0.0 if self._asked.is_set() else self.config.limits.grace_seconds)

    async def ended(self) -> None:
        """Returns when somebody has asked the server to end and the running jobs have ended, or the grace is over."""
        await self._asked.wait()
        log.info("server: ending, %d jobs still run", self.dispatcher.running)
        resting = asyncio.create_task(self.dispatcher.rested())
        while not resting.done() and (left := self._deadline - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait({resting}, timeout=min(left, SWEEP_SECONDS))
        resting.cancel()

    def sweep(self) -> None:
        """Everything that depends on time: leases, retention, workers."""
        self.jobs.cancel_lapsed()
        self.store.sweep()
        self.dispatcher.sweep()
        self.lowering.sweep()
        if self.cluster is not None:
            self.cluster.sweep()
        self._end_if_idle()

    # ---- Inside

    def _end_if_idle(self) -> None:
        now, limit = self.clock.monotonic(), self.config.limits.idle_exit_seconds
        if self.store.needed or self.live.open or self.registry.installing or self.config.tls:  # from elsewhere nobody could start it again
            self._needed = now
        elif limit and now - self._needed >= limit and not self._asked.is_set():
            log.info("server: nobody has needed it for %g s", limit)
            self.stop(0.0)

    def _claimed(self) -> Runtime:
        try:
            return claim(self.config.state_dir)
        except ServerRuns as error:
            raise CannotServe(str(error)) from error
        except OSError as error:
            raise CannotServe(_unwritable(self.config, error)) from error

    async def _open(self) -> None:
        config = self.config
        try:
            journal = Journal(config.state_dir / "jobs.sqlite")
            self.store = JobStore(journal, JobFolders(config.state_dir / "jobs"), self.clock, config.limits)
            self.store.recover()
        except JournalHeld as error:
            raise CannotServe(str(error)) from error
        except (OSError, sqlite3.Error) as error:
            raise CannotServe(_unwritable(config, error)) from error
        self.registry = WeightsRegistry(config.data_dir, config.weights_file, config.vgg19_url)
        try:
            await self.registry.look()
        except WeightsError as error:  # the administrator's own file is looked at apart: these came with Restyle
            raise CannotServe(f"{error.sentence} They came with Restyle: install it again.") from error
        if config.flow_weights is not None:
            try:
                await asyncio.to_thread(flow.check_in_child, config.flow_weights)
            except WeightsError as error:
                raise CannotServe(error.sentence) from error
        self.styles = Styles(Library(config.data_dir / "styles", config.shared_styles, check=check_in_child), config.limits)
        library = LookLibrary(config.data_dir / "looks")
        self.looks = Looks(library)
        throughputs = Throughputs(config.state_dir)
        self.dispatcher = Dispatcher(self.store, self.clock, config.limits, config.engine_factory, () if config.ray else config.devices, throughputs)
        self.cluster = _cluster(config, self.dispatcher, self.clock) if config.ray else None
        self.dispatcher.prepare = self._preparation
        self.dispatcher.learnings.keep = lambda data, wish: library.add(data, wish).id
        self.job_creation = JobCreation(self.store, self.dispatcher, self.registry, self.styles, self.clock, throughputs)
        self.lowering = LoweringProcess(self.clock, config.limits)
        self.jobs = Jobs(self.store, self.dispatcher, self.registry, Strengths(self.store.folders, self.lowering))
        self.live = Live(self.looks, self.dispatcher.live, self.store, config.limits)
        await self._listen()
        self.dispatcher.open()
        if self.cluster is not None:
            self.cluster.open()
        self._sweeping = asyncio.create_task(self._sweep())
        try:
            self._runtime.announce(self.address, self.token, self.remote)
        except OSError as error:
            await self._close()
            raise CannotServe(_unwritable(config, error)) from error
        log.info("server: version %s listens on %s, process %s", __version__, " and ".join(filter(None, (self.address, self.remote))), os.getpid())

    def _preparation(self, device: Device, load: bool) -> say.Prepare:
        """Where a worker keeps what it measures, and the weights that most jobs want."""
        return say.Prepare(self.config.state_dir / KEPT, self.registry.usual if load else None, usual(device), self.config.flow_weights)

    async def _listen(self) -> None:
        self._interceptor = AuthInterceptor(self.token)
        # how many calls are open is for the interceptor to say, which knows whose they are
        self._grpc = aio.server(interceptors=(self._interceptor,), options=OPTIONS)
        self._health = Health()
        self._grpc.add_generic_rpc_handlers((self._health.handlers(),))
        service = Service(
            config=self.config,
            clock=self.clock,
            store=self.store,
            dispatcher=self.dispatcher,
            job_creation=self.job_creation,
            jobs=self.jobs,
            styles=self.styles,
            looks=self.looks,
            live=self.live,
            registry=self.registry,
            pid=os.getpid(),
            stop=self.stop,
        )
        add_RestyleServicer_to_server(service, self._grpc)
        host, port, tls = self.config.host, self.config.port, self.config.tls
        if tls is None:
            self.address = _bound(host, port, self._grpc.add_insecure_port)
        else:
            credentials = _credentials(tls)
            self.remote = _bound(host, port, lambda address: self._grpc.add_secure_port(address, credentials))
            self.address = _bound(LOOPBACK, 0, self._grpc.add_insecure_port)
        await self._grpc.start()

    def _refuse_more(self) -> None:
        self.dispatcher.accepting = self.live.accepting = self._health.serving = False
        self.dispatcher.give_way()
        self.store.retire()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                self.sweep()
            except Exception:  # one bad job must not stop the clock for the others
                log.exception("server: a sweep failed")

    async def _last_words(self) -> None:
        """Lets watchers hear how their jobs ended: some clients drop a connection as soon as it is called off."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                while self.store.watchers():  # noqa: ASYNC110 - each is a call of its own, none of which tells the others
                    await asyncio.sleep(GLANCE_SECONDS)

    async def _close(self) -> None:
        """Ends what still runs, says so, and leaves nothing behind."""
        if self.dispatcher.accepting:
            self._refuse_more()
        await self.dispatcher.learnings.close()
        for job in self.store.running():
            if job.job_class is JobClass.BACKGROUND:  # its worker was too slow to set it aside: it goes on from where it was kept last
                self.store.set_aside(job.id)
                continue
            self.dispatcher.cancel(job.id)
            self.store.move(job.id, JobState.FAILED, failure=STOPPED)
        self._sweeping.cancel()
        self.live.end()
        self.store.end_watching()
        await self._last_words()
        await self._grpc.stop(GOODBYE_SECONDS)
        await self.dispatcher.close()
        if self.cluster is not None:
            await self.cluster.close()
        await self.lowering.close()
        await self.registry.close()
        self.store.close()
        self._runtime.withdraw()
        log.info("server: ended")


@contextlib.asynccontextmanager
async def running(config: Config, clock: Clock | None = None) -> AsyncIterator[Server]:
    """A server for as long as the block lasts. CannotServe."""
    async with Server(config, clock) as server:
        yield server


def serve(config: Config, started: Callable[[Server], None] = lambda server: None) -> int:
    """Serves until SIGTERM, SIGINT or StopServer; returns the exit status. Everything that goes wrong is one sentence on stderr.

    started: called once the server can be found."""
    process.prepare()
    heap.settle()
    try:
        checked(config)
        open_log(config.state_dir / "logs", config.log_level)
        asyncio.run(_serve(config, started))
    except (ConfigError, CannotServe) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{_unwritable(config, error)}\n")
        return 1
    return 0


async def _serve(config: Config, started: Callable[[Server], None]) -> None:
    async with Server(config) as server:
        _on_signals(server)
        started(server)
        await server.ended()


def _cluster(config: Config, dispatcher: Dispatcher, clock: Clock) -> Cluster:
    """CannotServe. On one machine nothing of it is imported."""
    from .cluster.cluster import Cluster, Unusable

    try:
        return Cluster(config, dispatcher, clock)
    except Unusable as error:
        raise CannotServe(str(error)) from error


def _bound(host: str, port: int, bind: Callable[[str], int]) -> str:
    """The address that was bound. CannotServe."""
    shown = f"[{host}]" if ":" in host else host
    try:
        _try_port(host, port)
        found = bind(f"{shown}:{port}")
    except (OSError, RuntimeError):
        found = 0
    if not found:
        raise CannotServe(f"The port {port} on {host} is taken or not allowed; choose another, or leave --port out to take a free one.")
    return f"{shown}:{found}"


def _credentials(tls: Tls) -> grpc.ServerCredentials:
    """Certificates on both sides. CannotServe when a file can't be used; gRPC itself would only fail to listen, without a reason."""
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.cert, tls.key, password=lambda: "")
        context.load_verify_locations(tls.client_ca)
        words = (tls.key.read_bytes(), tls.cert.read_bytes()), tls.client_ca.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.reason if isinstance(error, ssl.SSLError) and error.reason else error
        raise CannotServe(
            f"The certificates for TLS can't be used ({reason}): {tls.cert} and {tls.key} must belong together and {tls.client_ca} be the clients' authority, "
            "all of them PEM, the key without a password."
        ) from error
    return grpc.ssl_server_credentials([words[0]], root_certificates=words[1], require_client_auth=True)


def _try_port(host: str, port: int) -> None:
    """OSError when the port can't be had; gRPC's core would say so in a line of its own on stderr."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        if os.name == "posix":  # elsewhere this option lets two sockets share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)


def _on_signals(server: Server) -> None:
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(wanted, server.signalled)
        except NotImplementedError:  # Windows
            signal.signal(wanted, lambda *_: loop.call_soon_threadsafe(server.signalled))


def _unwritable(config: Config, error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error)
    return (
        f"The state folder {config.state_dir} can't be used ({reason}); make it writable and make room on its disk, or choose another with RESTYLE_STATE_DIR."
    )

"""Owns the gRPC face of the server: every call of restyle.v1, each a few lines that hand it on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from grpc import aio

from .. import __version__
from ..admin.config import Config
from ..admin.runtime import API
from ..clock import Clock
from ..devices.dispatch import Dispatcher
from ..jobs.store import JobStore
from ..limits import MAX_GRACE
from ..refusals import Invalid
from ..weights.registry import WeightsRegistry
from ..wire import restyle_pb2 as wire
from ..wire.restyle_pb2_grpc import RestyleServicer
from . import replies
from .callers import check_local, owner_of
from .job_calls import Jobs
from .job_creation import JobCreation
from .live_calls import Live
from .look_calls import Looks
from .style_calls import Styles

Context = aio.ServicerContext[Any, Any]


class Service(RestyleServicer):
    """stop(grace_seconds) asks the server to drain and end."""

    def __init__(
        self,
        *,
        config: Config,
        clock: Clock,
        store: JobStore,
        dispatcher: Dispatcher,
        job_creation: JobCreation,
        jobs: Jobs,
        styles: Styles,
        looks: Looks,
        live: Live,
        registry: WeightsRegistry,
        pid: int,
        stop: Callable[[float], None],
    ) -> None:
        self._config = config
        self._store = store
        self._dispatcher = dispatcher
        self._job_creation = job_creation
        self._jobs = jobs
        self._styles = styles
        self._looks = looks
        self._live = live
        self._registry = registry
        self._pid = pid
        self._stop = stop
        self._started = clock.time()

    # ---- Jobs

    async def CreateJob(self, request: AsyncIterator[wire.CreateJobRequest], context: Context) -> wire.Job:  # noqa: N802
        return self._jobs.message(await self._job_creation.create(request, owner_of(context)))

    async def EstimateJob(self, request: wire.EstimateJobRequest, context: Context) -> wire.Estimate:  # noqa: N802
        return await self._job_creation.estimate(request, owner_of(context))

    async def GetJob(self, request: wire.GetJobRequest, context: Context) -> wire.Job:  # noqa: N802
        return self._jobs.message(self._store.get(request.id, owner_of(context)))

    async def ListJobs(self, request: wire.ListJobsRequest, context: Context) -> wire.ListJobsResponse:  # noqa: N802
        return await self._jobs.list(request, owner_of(context))

    async def WatchJob(self, request: wire.WatchJobRequest, context: Context) -> AsyncIterator[wire.JobEvent]:  # noqa: N802
        async for event in self._jobs.watch(request, owner_of(context)):
            yield event

    async def FinishJob(self, request: wire.FinishJobRequest, context: Context) -> wire.Job:  # noqa: N802
        return self._jobs.finish(request.id, owner_of(context))

    async def CancelJob(self, request: wire.CancelJobRequest, context: Context) -> wire.Job:  # noqa: N802
        return self._jobs.cancel(request.id, owner_of(context))

    async def ReadResult(self, request: wire.ReadResultRequest, context: Context) -> AsyncIterator[wire.ReadResultResponse]:  # noqa: N802
        async for response in self._jobs.read(request, owner_of(context)):
            yield response

    async def PreviewResult(self, request: wire.PreviewResultRequest, context: Context) -> wire.Preview:  # noqa: N802
        return await self._jobs.preview(request, owner_of(context))

    async def ReadReport(self, request: wire.ReadReportRequest, context: Context) -> AsyncIterator[wire.ReadReportResponse]:  # noqa: N802
        async for response in self._jobs.report(request.id, owner_of(context)):
            yield response

    async def DeleteJob(self, request: wire.DeleteJobRequest, context: Context) -> wire.DeleteJobResponse:  # noqa: N802
        self._jobs.delete(request.id, owner_of(context))
        return wire.DeleteJobResponse()

    # ---- The server itself

    async def GetServerInfo(self, request: wire.GetServerInfoRequest, context: Context) -> wire.ServerInfo:  # noqa: N802
        weights = await self._registry.look()
        slots = self._dispatcher.slots
        return wire.ServerInfo(
            version=__version__,
            api=API,
            state="serving" if self._dispatcher.accepting else "draining",
            started=self._started,
            devices=[replies.device_message(slot.device, slot.wanted, slot.state) for slot in slots],
            limits=replies.limits_message(self._config.limits),
            features=self._dispatcher.features(),
            weights=[replies.weights_message(found) for found in weights.values()],
            weights_in_use=await self._registry.in_use(),
            jobs_running=self._dispatcher.running,
            jobs_queued=len(self._store.queued),
            pid=self._pid,
        )

    async def InstallWeights(  # noqa: N802
        self, request: wire.InstallWeightsRequest, context: Context
    ) -> AsyncIterator[wire.InstallWeightsProgress]:
        check_local(context, "Weights are installed")
        if request.id != "vgg19":
            raise Invalid("id", "only vgg19 can be installed.")
        async for step in self._registry.install():
            message = wire.InstallWeightsProgress(done_bytes=step.done, total_bytes=step.total, step=step.step)
            if step.step == "installed":
                message.weights.CopyFrom(replies.weights_message(self._registry.known["vgg19"]))
            yield message

    async def StopServer(self, request: wire.StopServerRequest, context: Context) -> wire.StopServerResponse:  # noqa: N802
        check_local(context, "A server is stopped")
        grace = request.grace_seconds if request.HasField("grace_seconds") else self._config.limits.grace_seconds
        if not 0 <= grace <= MAX_GRACE:
            raise Invalid("grace_seconds", f"0 to {MAX_GRACE:g} seconds.")
        self._stop(grace)
        return wire.StopServerResponse()

    # ---- Styles

    async def ListStyles(self, request: wire.ListStylesRequest, context: Context) -> wire.ListStylesResponse:  # noqa: N802
        return await self._styles.list(request)

    async def GetStyle(self, request: wire.GetStyleRequest, context: Context) -> AsyncIterator[wire.GetStyleResponse]:  # noqa: N802
        async for response in self._styles.get(request):
            yield response

    async def AddStyle(self, request: AsyncIterator[wire.AddStyleRequest], context: Context) -> wire.Style:  # noqa: N802
        check_local(context, "Styles are added to the library")
        return await self._styles.add(request)

    async def DeleteStyle(self, request: wire.DeleteStyleRequest, context: Context) -> wire.DeleteStyleResponse:  # noqa: N802
        check_local(context, "Styles are removed from the library")
        await self._styles.delete(request.id)
        return wire.DeleteStyleResponse()

    async def Live(self, request: AsyncIterator[wire.LiveRequest], context: Context) -> AsyncIterator[wire.LiveResponse]:  # noqa: N802
        async for response in self._live.paint(request, owner_of(context)):
            yield response

    # ---- Looks

    async def ListLooks(self, request: wire.ListLooksRequest, context: Context) -> wire.ListLooksResponse:  # noqa: N802
        return await self._looks.list(request)

    async def GetLook(self, request: wire.GetLookRequest, context: Context) -> wire.GetLookResponse:  # noqa: N802
        return await self._looks.get(request)

    async def AddLook(self, request: wire.AddLookRequest, context: Context) -> wire.Look:  # noqa: N802
        check_local(context, "Looks are added")
        return await self._looks.add(request)

    async def DeleteLook(self, request: wire.DeleteLookRequest, context: Context) -> wire.DeleteLookResponse:  # noqa: N802
        check_local(context, "Looks are removed")
        await self._looks.delete(request.id)
        return wire.DeleteLookResponse()

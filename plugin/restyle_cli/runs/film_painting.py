"""Owns painting a film's frames: leg by leg in their order, each frame a job of the service that names those it follows. A server that ends is started again; a
painting that it no longer has is handed in again, as if a person had painted it."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence

import restyle_client as client
from restyle_imaging.planes.formats import Plane

from ..terminal.failures import Failure, Interrupted, sentence
from ..terminal.film_progress import FilmProgress
from . import film_work, planes
from .film_order import Name, Step, legs
from .film_source import Source
from .film_work import Work
from .folder_run import Stopping

BACKWARDS_BYTES = 256 << 20  # of frames that wait while a film, which is read forwards, is painted backwards
TRIES = 3  # of one frame, in a row, when the server has ended: it may have been stopped on purpose
LOST = "PREVIOUS_LOST"
SHORTER = "The film has lost frames since it was opened; run the same command again when it is whole."

Order = Callable[[Plane], client.JobRequest]
Connect = Callable[[], contextlib.AbstractContextManager[client.Session]]


class FilmPainting:
    """Paints what the work folder lacks. order: the request for a frame, but for what it follows. keys: by position, what a person painted."""

    def __init__(
        self, source: Source, work: Work, order: Order, keys: Mapping[int, Plane], stopping: Stopping, shown: FilmProgress, connect: Connect = client.connect
    ) -> None:
        self._source, self._work, self._order, self._keys = source, work, order, keys
        self._stopping, self._shown, self._connect = stopping, shown, connect
        self._alive: set[str] = set()  # jobs that the server has, as it said itself

    @property
    def warnings(self) -> tuple[str, ...]:
        """None: each is told of its job."""
        return ()

    def paint(self, steps: Sequence[Step]) -> None:
        """Everything, in order. Interrupted; Failure and the client's errors when a frame can't be painted: what is painted is kept."""
        for leg in legs(steps):
            for chain in _chains(leg):
                self._chain(chain)

    def _chain(self, chain: Sequence[Step]) -> None:
        """Frames of which each follows the one before alone, but for the first."""
        missing = next((at for at, step in enumerate(chain) if not self._work.has(step.name)), None)
        if missing is None:
            return
        left, tries = list(chain[missing:]), 0
        while left:
            before = len(left)
            try:
                with self._connect() as session:
                    self._run(session, left)
            except (client.ServerGone, client.ServerNotFound, client.InvalidRequest, client.JobFailed) as error:
                tries = 1 if len(left) < before else tries + 1
                if not _passing(error) or tries >= TRIES:
                    raise
                self._alive.clear()
                self._shown.note(f"going on after: {sentence(error)}")

    def _run(self, session: client.Session, left: list[Step]) -> None:
        """Paints until nothing is left; what is done leaves the list."""
        cancellation = client.Cancellation()
        with self._stopping.by(cancellation.cancel), _interrupted(self._stopping):
            names = [step.name for step in left]
            previous = tuple(client.Previous(self._job(session, name, cancellation), weight) for name, weight in left[0].previous)
            keys = {0: planes.to_client(self._keys[names[0].position])} if left[0].key else {}
            for result in self._film(session, self._contents(names), previous, keys, cancellation):
                self._keep(left[0].name, result)
                left.pop(0)

    def _film(
        self,
        session: client.Session,
        contents: Iterator[Plane],
        previous: tuple[client.Previous, ...],
        keys: Mapping[int, client.Plane],
        cancellation: client.Cancellation,
    ) -> Iterator[client.Result]:
        first = next(contents, None)  # so that the way to it, which may be long, is not gone on the session's own thread
        if first is None:
            return
        frames = (planes.to_client(plane) for plane in _chained(first, contents))
        paintings = session.film(frames, _following(self._order(first), previous), lambda _number, event: self._shown.event(event), cancellation, keys=keys)
        try:
            yield from paintings
        finally:
            paintings.close()  # type: ignore[attr-defined]  # a generator's

    def _keep(self, name: Name, result: client.Result) -> None:
        plane = planes.from_client(result.plane)
        self._work.note(name, result.job.id)  # first: a frame whose job is not known could only be handed in again
        self._alive.add(result.job.id)
        self._work.write(name, plane)
        self._shown.painted(name, plane, result.job)

    def _job(self, session: client.Session, name: Name, cancellation: client.Cancellation) -> str:
        """The job of a painting that others follow; a new one when the server has it no longer."""
        known = self._work.job(name)
        if known in self._alive or (known and self._has(session, known)):
            self._alive.add(known)
            return known
        painting = self._work.read(name)
        if painting is None:
            raise Failure("A frame in the work folder was damaged, and has been taken out; run the same command again to have it painted anew.")
        contents = (plane for _, plane in self._source.clip.planes([name.position]))
        for result in self._film(session, contents, (), {0: planes.to_client(painting)}, cancellation):
            self._work.note(name, result.job.id)
            self._alive.add(result.job.id)
            return result.job.id
        raise Failure(SHORTER)

    @staticmethod
    def _has(session: client.Session, job: str) -> bool:
        try:
            return session.get(job).state is client.JobState.SUCCEEDED
        except client.NotFound:
            return False

    def _contents(self, names: Sequence[Name]) -> Iterator[Plane]:
        """The frames that are painted, in this order: rising, or falling and then read in stretches."""
        positions = [name.position for name in names]
        if positions == sorted(positions):
            yield from (plane for _, plane in self._source.clip.planes(positions))
            return
        most = max(1, BACKWARDS_BYTES // max(1, self._source.clip.frame_bytes))
        for at in range(0, len(positions), most):
            stretch = dict(self._source.clip.planes(sorted(positions[at : at + most])))
            for position in positions[at : at + most]:
                yield stretch.pop(position)


def kept(work: Work, steps: Sequence[Step], error: BaseException) -> Failure:
    """The sentence for a film that could not be painted to its end: why, and what is left of it."""
    done, total = sum(work.has(step.name) for step in steps), len(steps)
    rest = f"{done} of {total} frames are painted and kept; the same command goes on there."
    if isinstance(error, OSError) and film_work.disk_full(error):
        return Failure(f"The disk of {work.folder.parent} is full; make room. {rest}")
    return Failure(f"{sentence(error)} {rest}")


def _passing(error: client.RestyleError) -> bool:
    """Whether it lies in no frame: the server has ended, or has lost a painting that a frame follows."""
    if isinstance(error, client.InvalidRequest):
        return error.field.startswith("spec.previous")
    return not isinstance(error, client.JobFailed) or error.reason == LOST


def _chains(leg: Sequence[Step]) -> Iterator[list[Step]]:
    chain: list[Step] = []
    for step in leg:
        if chain and not step.key and step.previous == ((chain[-1].name, 1.0),):
            chain.append(step)
            continue
        if chain:
            yield chain
        chain = [step]
    if chain:
        yield chain


def _chained(first: Plane, rest: Iterator[Plane]) -> Iterator[Plane]:
    yield first
    yield from rest


def _following(request: client.JobRequest, previous: tuple[client.Previous, ...]) -> client.JobRequest:
    return dataclasses.replace(request, previous=previous, start=None if previous else request.start, sequence=True)


@contextlib.contextmanager
def _interrupted(stopping: Stopping) -> Iterator[None]:
    """A job that was cancelled by Ctrl-C is no failure."""
    try:
        yield
    except client.JobCancelled as error:
        if stopping.asked:
            raise Interrupted from error
        raise

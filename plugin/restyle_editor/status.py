"""Owns what is known of the server: its state in words, its styles and looks, the estimate for what is chosen, and installing VGG19."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from . import gallery, sentences
from .background import Background
from .latest import Latest
from .packages import client
from .recipes import StyleChoice
from .suggestion import suits

INSTALLABLE = "vgg19"


class ServerState(str, Enum):
    OFF = "off"
    RESTING = "resting"  # it has ended, as servers do that nobody needs
    STARTING = "starting"
    READY = "ready"
    BUSY = "busy"
    DRAINING = "draining"
    ERROR = "error"


@dataclass(frozen=True)
class Tile:
    """A style in the gallery. picture, effect: JPEG files, may be empty. own: it can be removed here."""

    id: str
    title: str
    description: str
    picture: bytes
    effect: bytes
    own: bool
    tags: tuple[str, ...] = ()
    credit: str = ""

    @property
    def hint(self) -> str:
        """All that is told of it, in lines."""
        return gallery.hint(self, self.description)


class ServerStatus:
    """changed: called on the editor's thread whenever something here is new. say: with words about what somebody asked for, and whether it went wrong."""

    def __init__(self, background: Background, changed: Callable[[], None], say: Callable[[str, bool], None]) -> None:
        self._background, self._changed, self._say = background, changed, say
        self.state, self.sentence = ServerState.OFF, sentences.SERVER_OFF
        self.info: client.ServerInfo | None = None
        self.tiles: tuple[Tile, ...] = ()
        self.looks: tuple[client.Look, ...] = ()
        self._library: dict[str, client.Style] = {}
        self.estimate: client.Estimate | None = None
        self.installing = ""
        self.install_failed = False
        self._estimates = Estimates(background)
        self._listing = Latest(background)

    def connect(self) -> None:
        """Finds or starts the server, unless that is under way; then asks for its styles."""
        if self.state is not ServerState.STARTING:
            if not self._background.connected:
                self._stand(ServerState.STARTING, sentences.SERVER_STARTING)
            self._background.ask(lambda session: (session.info(), session.styles(thumbnails=True)), self._connected, self.failed)

    def look(self) -> None:
        """Asks how busy the server is; one that has ended meanwhile is merely not running. After something went wrong: whether a server is there again."""
        if self.state is ServerState.STARTING:
            return
        if self._background.connected:
            self._background.ask(lambda session: session.info(), self._informed, self._gone)
            self.load_looks()
        elif self.state is ServerState.ERROR:
            self._background.look(self.connect)

    def load_styles(self) -> None:
        """Asks for the library's styles anew; while fifty are added, not fifty times at once."""
        self._listing.ask(lambda session: session.styles(thumbnails=True), self._styles, self.failed)

    def load_looks(self) -> None:
        """Asks for the looks; a server that has none, or goes away meanwhile, is nothing to be told of here."""
        self._background.ask(lambda session: session.looks(), self._looks, lambda _words, _error: None)

    def add_style(self, file: bytes, title: str, added: Callable[[str], None]) -> None:
        """Adds a picture file to the library; `added` gets its id."""

        def answer(style: client.Style) -> None:
            self.load_styles()
            added(style.id)

        self._background.ask(lambda session: session.add_style(file, title=title), answer, self._refused)

    def delete_style(self, style_id: str) -> None:
        self._background.ask(lambda session: session.delete_style(style_id), lambda _: self.load_styles(), self._refused)

    def ask_estimate(self, request: client.JobRequest) -> None:
        def answer(estimate: client.Estimate | None) -> None:
            self.estimate = estimate
            self._changed()

        self._estimates.renew()
        if self._background.connected:
            self._estimates.ask(request, answer, lambda _words: answer(None))

    def install_weights(self) -> None:
        if self.installing:
            return
        self.installing, self.install_failed = sentences.INSTALL_BEGINS, False

        def told(words: str, _share: float | None) -> None:
            self.installing = words
            self._changed()

        def failed(words: str, error: BaseException) -> None:
            self.installing, self.install_failed = "", True
            self._refused(words, error)

        def done(info: client.ServerInfo) -> None:
            self.installing = ""
            self._informed(info)
            self._say(sentences.INSTALLED, False)

        install(self._background, told, done, failed)
        self._changed()

    @property
    def installable(self) -> client.WeightsInfo | None:
        """VGG19, as long as it is not installed."""
        return installable(self.info)

    @property
    def facts(self) -> str:
        """One line: the time that what is chosen will take, the network and the device."""
        if self.info is None:
            return ""
        words = []
        if self.estimate is not None and self.estimate.seconds is not None:
            words.append(sentences.ABOUT.format(time=sentences.seconds(self.estimate.seconds)))
        words.append(sentences.NETWORKS.get(self.info.weights_in_use, self.info.weights_in_use))
        words.append(next((device.name for device in self.info.devices), ""))
        return " · ".join(word for word in words if word)

    def suits(self, styles: Iterable[StyleChoice]) -> tuple[float, str]:
        """The strength and the colors that the library suggests for these styles; the usual ones where it suggests none."""
        return suits(self._library, styles)

    @property
    def library(self) -> tuple[client.Style, ...]:
        """In the gallery's order."""
        return tuple(self._library.values())

    def failed(self, words: str, error: BaseException) -> None:
        """Something did not work; a server that is gone is looked for anew the next time."""
        if isinstance(error, client.RestyleError) and not isinstance(error, client.Refused):
            self._background.forget()
        self._stand(ServerState.ERROR, words)

    def _refused(self, words: str, error: BaseException) -> None:
        """What somebody asked for was not done; a server that merely says no is as well as before."""
        if isinstance(error, client.Refused):
            self._say(words, True)
        else:
            self.failed(words, error)

    def _connected(self, answer: tuple[client.ServerInfo, list[client.Style]]) -> None:
        info, styles = answer
        self._informed(info)
        self._styles(styles)
        self.load_looks()

    def _informed(self, info: client.ServerInfo) -> None:
        self.info = info
        if info.state == "draining":
            self._stand(ServerState.DRAINING, sentences.SERVER_DRAINING)
        elif info.jobs_running or info.jobs_queued:
            self._stand(ServerState.BUSY, sentences.SERVER_BUSY.format(running=info.jobs_running, waiting=info.jobs_queued))
        else:
            self._stand(ServerState.READY, sentences.SERVER_READY)

    def _gone(self, _words: str, _error: BaseException) -> None:
        self._background.forget()
        self.info, self.estimate = None, None
        self._stand(ServerState.RESTING, sentences.SERVER_RESTING)

    def _styles(self, styles: list[client.Style]) -> None:
        self._library = {each.id: each for each in styles}
        self.tiles = tuple(
            Tile(
                each.id,
                each.title,
                each.description,
                each.thumbnail,
                each.effect_thumbnail,
                not each.builtin and not each.shared,
                each.tags,
                each.credit,
            )
            for each in styles
        )
        self._changed()

    def _looks(self, looks: list[client.Look]) -> None:
        if tuple(looks) != self.looks:
            self.looks = tuple(looks)
            self._changed()

    def scale_of(self, style: str) -> float | None:
        """The size of the strokes that suits a style of the library; None: the usual one."""
        return self._library[style].suggested_scale if style in self._library else None

    def _stand(self, state: ServerState, words: str) -> None:
        self.state, self.sentence = state, words
        self._changed()


class Estimates:
    """What painting would take, as the server says; an answer to any question but the last comes too late, and is not told."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._last = 0

    def ask(self, request: client.JobRequest, answer: Callable[[client.Estimate], None], failed: Callable[[str], None]) -> None:
        number = self.renew()
        self._background.ask(
            lambda session: session.estimate(request),
            lambda estimate: answer(estimate) if number == self._last else None,
            lambda words, _error: failed(words) if number == self._last else None,
        )

    def renew(self) -> int:
        """Something else is chosen: what was asked before counts no more."""
        self._last += 1
        return self._last


def install(
    background: Background,
    told: Callable[[str, float | None], None],
    done: Callable[[client.ServerInfo], None],
    failed: Callable[[str, BaseException], None],
) -> None:
    """Installs VGG19. told: with words, and the share that is done, 0–1, where it is known. done: with what the server is then."""

    def heard(progress: client.InstallProgress) -> None:
        share = min(1.0, progress.done_bytes / progress.total_bytes) if progress.total_bytes else None
        told(sentences.installing(progress.step, progress.done_bytes, progress.total_bytes), share)

    def question(session: client.Session) -> client.ServerInfo:
        session.install_weights(INSTALLABLE, lambda event: background.tell(heard, event))
        return session.info()

    background.ask(question, done, failed)


def installable(info: client.ServerInfo | None) -> client.WeightsInfo | None:
    """The weights that a press of a button installs, as long as they are not there."""
    return next((weights for weights in info.weights if weights.id == INSTALLABLE and not weights.installed), None) if info else None


def settled(info: client.ServerInfo) -> bool:
    """Whether all devices have come up, or have failed to: before, nobody knows what they are and how large they paint."""
    return all(device.state != "starting" for device in info.devices)

"""Owns the way back to Krita's own thread for what the server answers: Krita's objects are never touched from another one."""

from __future__ import annotations

from collections.abc import Callable

from ..packages import AnyBackground, client
from .api import QtCore
from .failures import guarded


class _Post(QtCore.QObject):
    """Carries calls to the thread that made it: Qt queues what another thread emits."""

    arrived = QtCore.pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.arrived.connect(self.deliver)

    @guarded
    def deliver(self, call: Callable[[], None]) -> None:
        call()


class Background(AnyBackground):
    """The session of this Krita. connect, find: as restyle_editor has them."""

    def __init__(self, connect: Callable[..., client.Session] | None = None, find: Callable[..., client.Session] | None = None) -> None:
        post = _Post()
        super().__init__(lambda call: post.arrived.emit(call), connect, find)

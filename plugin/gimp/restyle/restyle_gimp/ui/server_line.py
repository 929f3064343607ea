"""Owns the line that tells where and how long it will be painted: device, network, size, time, memory; and the button that installs VGG19."""

from __future__ import annotations

from collections.abc import Callable

from gi.repository import GLib, Gtk
from restyle_client import Estimate, JobRequest, ServerInfo
from restyle_editor.sequence import forecast
from restyle_editor.status import Estimates, install, installable, settled

from .. import strings
from ..host.background import Background

PAUSE_MS = 350  # after the last change of a setting before the server is asked again
SETTLING_MS = 1000  # between two looks at a server whose devices are still starting


class ServerLine(Gtk.Box):  # type: ignore[misc]
    """longest: px, of what is painted. request: makes the request to estimate, without pixels, or None when there is nothing to estimate yet.

    retry: asks the server again after a failure. informed: called with what is new of a server that was still starting; default: show_info.
    frames: how many such requests there will be, as an animation.
    """

    def __init__(
        self,
        background: Background,
        longest: int,
        request: Callable[[], JobRequest | None],
        retry: Callable[[], None],
        informed: Callable[[ServerInfo], None] | None = None,
        frames: int = 1,
    ) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        self._background, self._longest, self._request, self._retry = background, longest, request, retry
        self._informed = informed or self.show_info
        self._frames = frames
        self._timer = 0
        self._settling = 0
        self._estimates = Estimates(background)
        self._info: ServerInfo | None = None
        line = Gtk.Box(spacing=8)
        self._spinner = Gtk.Spinner(no_show_all=True)
        self._text = Gtk.Label(label=strings.SERVER_STARTING, xalign=0, wrap=True, selectable=True, max_width_chars=100)
        self._again = Gtk.Button(label=strings.RETRY, no_show_all=True, valign=Gtk.Align.CENTER)
        self._again.connect("clicked", lambda _button: self._on_retry())
        self._install = Gtk.Button(no_show_all=True, valign=Gtk.Align.CENTER)
        self._install.connect("clicked", lambda _button: self._on_install())
        line.pack_start(self._spinner, False, False, 0)
        line.pack_start(self._text, True, True, 0)
        line.pack_start(self._again, False, False, 0)
        line.pack_start(self._install, False, False, 0)
        self._bar = Gtk.ProgressBar(show_text=True, no_show_all=True)
        self.pack_start(line, False, False, 0)
        self.pack_start(self._bar, False, False, 0)
        self._busy(True)

    def show_info(self, info: ServerInfo) -> None:
        self._info = info
        self._again.hide()
        missing = installable(info)
        self._install.set_visible(missing is not None and not self._bar.get_visible())
        if missing is not None:
            size = strings.bytes_(missing.size) if missing.size else "…"
            self._install.set_label(strings.INSTALL_SIZED.format(install=strings.INSTALL, size=size) if missing.size else strings.INSTALL)
            self._install.set_tooltip_text(strings.INSTALL_HINT.format(size=size))
        if not settled(info) and not self._settling:
            self._settling = GLib.timeout_add(SETTLING_MS, self._look_again)
        self.settings_changed()

    def measure(self, longest: int) -> None:
        """Another layer is painted. longest: px."""
        self._longest = longest
        self.settings_changed()

    def show_failure(self, sentence: str) -> None:
        self._busy(False)
        self._text.set_text(sentence)
        self._again.show()

    def tell(self, sentence: str) -> None:
        """Shows a sentence until the next estimate."""
        self._text.set_text(sentence)

    def settings_changed(self) -> None:
        """Asks for a new estimate, soon."""
        if self._info is None:
            return
        if self._timer:
            GLib.source_remove(self._timer)
        self._timer = GLib.timeout_add(PAUSE_MS, self._estimate)

    def _busy(self, busy: bool) -> None:
        self._spinner.set_visible(busy)
        (self._spinner.start if busy else self._spinner.stop)()

    def stop(self) -> None:
        for timer in (self._timer, self._settling):
            if timer:
                GLib.source_remove(timer)
        self._timer = self._settling = 0

    def _look_again(self) -> bool:
        self._settling = 0
        self._background.query(lambda session: session.info(), self._informed, self.show_failure)
        return False

    def _estimate(self) -> bool:
        self._timer = 0
        request = self._request()
        self._estimates.renew()
        if request is None or (self._info is not None and not settled(self._info)):
            self._busy(request is not None)
            self._text.set_text(self._where() or strings.SERVER_STARTING)
            return False
        self._busy(True)
        self._estimates.ask(request, self._show_estimate, self._show_refusal)
        return False

    def _show_estimate(self, estimate: Estimate) -> None:
        self._busy(False)
        if self._frames > 1:
            time = forecast(estimate.seconds, self._frames)
        else:
            time = strings.ESTIMATE_UNKNOWN_TIME if estimate.seconds is None else strings.ABOUT.format(time=strings.seconds(estimate.seconds))
        network = strings.NETWORKS.get(estimate.weights.id if estimate.weights else "", "")
        work = max(estimate.work_width, estimate.work_height)
        size = strings.painted_at(work, self._longest) if work else ""
        memory = strings.bytes_(estimate.memory_bytes) if estimate.memory_bytes else ""
        where = " · ".join(part for part in (self._device(estimate.device), network) if part)
        self._text.set_text("\n".join(line for line in (where, " · ".join(part for part in (size, time, memory) if part)) if line))

    def _show_refusal(self, sentence: str) -> None:
        self._busy(False)
        self._text.set_text(sentence)

    def _where(self) -> str:
        info = self._info
        if info is None or not info.devices:
            return ""
        parts = (self._device(info.devices[0].id), strings.NETWORKS.get(info.weights_in_use, info.weights_in_use))
        return " · ".join(part for part in parts if part)

    def _device(self, device: str) -> str:
        known = [each for each in (self._info.devices if self._info else ()) if device in ("", each.id) or device.startswith(f"{each.id}:")]
        if not known:
            return device
        return " ".join(part for part in (known[0].name, f"({known[0].kind})" if known[0].kind else "") if part)  # both come with the device's start

    def _on_retry(self) -> None:
        self._again.hide()
        self._text.set_text(strings.SERVER_STARTING)
        self._busy(True)
        self._background.forget()
        self._retry()

    def _on_install(self) -> None:
        self._install.hide()
        self._bar.show()
        self._bar.set_text(strings.INSTALL_BEGINS)
        install(self._background, self._show_installing, self._on_installed, self._on_install_failed)

    def _show_installing(self, words: str, share: float | None) -> None:
        if share is not None:
            self._bar.set_fraction(share)
        self._bar.set_text(words)

    def _on_installed(self, _info: ServerInfo) -> None:
        self._bar.hide()
        self._text.set_text(strings.INSTALLED)
        self._retry()

    def _on_install_failed(self, sentence: str, _error: BaseException) -> None:
        self._bar.hide()
        self._install.show()
        self._text.set_text(sentence)

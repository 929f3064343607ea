"""Owns what the line "where it will be painted" does when VGG19 can be installed: the widget alone, with a session that is made up."""

# mypy: ignore-errors
# ruff: noqa: E402

import json
import re
import sys
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(next(HERE.glob(".config/GIMP/3.*/plug-ins/restyle"))))

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk
from restyle_client import Estimate, InstallProgress, WeightsInfo
from restyle_client.errors import ServerError
from restyle_client.servers import DeviceInfo, ServerInfo, ServerLimits
from restyle_gimp.ui.server_line import ServerLine

LIMITS = ServerLimits(64_000_000, 1, 1, 16, 64, 10.0, 3600.0, 604800.0, 1)
DEVICE = DeviceInfo("cpu", "Abacus", "cpu", 2**34, 2**33, False, "idle", 512)
MIB = 2**20


STARTING = DeviceInfo("cpu", "", "", 0, 0, False, "starting", 0)


def info(vgg19, device=DEVICE):
    weights = (WeightsInfo("vgg19", vgg19, size=574_673_361), WeightsInfo("vgg16"))
    return ServerInfo("0.1.0", "restyle.v1", "serving", 0.0, (device,), LIMITS, (), weights, "vgg19" if vgg19 else "vgg16", 0, 0, 1)


class Session:
    """Downloads in three steps, or fails at the second."""

    def __init__(self, fails):
        self.fails = fails

    def info(self):
        return info(vgg19=False)

    def estimate(self, _request):
        return Estimate(1, 2, None, 2**20, 512, 384, "cpu", None, None)

    def install_weights(self, weights_id, on_event):
        assert weights_id == "vgg19"
        on_event(InstallProgress(100 * MIB, 548 * MIB, "downloading"))
        if self.fails:
            raise ServerError("The download broke off; try again.")
        on_event(InstallProgress(548 * MIB, 548 * MIB, "converting"))
        return InstallProgress(548 * MIB, 548 * MIB, "installed")


class Background:
    """Answers at once; keeps what was shown on the way."""

    def __init__(self, fails=False):
        self.session, self.bar, self.shown = Session(fails), None, []

    def ask(self, question, answer, failed):
        try:
            value = question(self.session)
        except ServerError as error:
            failed(str(error), error)
        else:
            answer(value)

    def query(self, question, answer, failed):
        self.ask(question, answer, lambda sentence, _error: failed(sentence))

    def tell(self, listener, news):
        listener(news)
        self.shown.append(self.bar.get_text())

    def forget(self):
        pass


def painter(fails=False, request=None):
    background, asked = Background(fails), []
    line = ServerLine(background, 640, lambda: request, lambda: asked.append("again"))
    window = Gtk.Window()
    window.add(line)
    window.show_all()
    background.bar = find(line, Gtk.ProgressBar)[0]
    return line, background, asked


def find(widget, kind):
    found = [widget] if isinstance(widget, kind) else []
    for child in widget.get_children() if isinstance(widget, Gtk.Container) else ():
        found += find(child, kind)
    return found


def texts(line):
    return [label.get_text() for label in find(line, Gtk.Label) if label.get_visible()]


def install_button(line):
    return next(button for button in find(line, Gtk.Button) if "Install" in (button.get_label() or "Install"))


def test_the_button_is_there_only_where_vgg19_is_missing():
    line, _, _ = painter()
    line.show_info(info(vgg19=False))
    assert install_button(line).get_visible()
    assert install_button(line).get_label() == "Install VGG19 (548 MiB)"
    line.show_info(info(vgg19=True))
    assert not install_button(line).get_visible()


def test_installing_shows_its_progress_and_asks_the_server_again():
    line, background, asked = painter()
    line.show_info(info(vgg19=False))
    install_button(line).clicked()
    assert background.shown == ["Downloading 100 MiB of 548 MiB", "Converting"], background.shown
    assert asked == ["again"]
    assert not background.bar.get_visible()


def test_an_installation_that_fails_says_why_and_can_be_tried_again():
    line, background, _ = painter(fails=True)
    line.show_info(info(vgg19=False))
    install_button(line).clicked()
    assert "The download broke off; try again." in texts(line), texts(line)
    assert install_button(line).get_visible()
    assert not background.bar.get_visible()


def test_a_device_that_is_still_starting_is_waited_for_without_empty_words():
    """The first run: the server answers before its device has a name, a kind and a size."""
    line, _, _ = painter(request=object())
    line.show_info(info(vgg19=True, device=STARTING))
    said = set()
    give_up = time.monotonic() + 60
    while not any("512 of 640" in text for text in texts(line)) and time.monotonic() < give_up:
        said |= set(texts(line))
        Gtk.main_iteration_do(False)
        time.sleep(0.01)
    said |= set(texts(line))
    assert any("512 of 640 px" in text and "Abacus (cpu)" in text for text in said), said
    assert not [text for text in said if "()" in text or re.search(r"\b0 (of|px)", text)], said


def main():
    results = {}
    for name, step in list(globals().items()):
        if name.startswith("test_"):
            try:
                step()
                results[name] = ""
            except BaseException:
                results[name] = traceback.format_exc()
    (HERE / "results.json").write_text(json.dumps(results))


if __name__ == "__main__":
    main()

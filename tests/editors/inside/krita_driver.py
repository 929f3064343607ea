"""Owns running a script inside Krita: every test_ function of it, one after the other, each a generator that yields seconds in which Krita's loop turns.

Becomes a plug-in of its own beside Restyle's. Tells name → "" or what went wrong after each function, and ends Krita.
"""

# mypy: ignore-errors

import faulthandler
import json
import os
import sys
import time
import traceback
from pathlib import Path

from krita import Extension, Krita

try:
    from pykrita import qt_major_version  # Krita 5.3 and later

    QT = qt_major_version()
except ImportError:
    QT = 5
if QT == 6:
    from PyQt6.QtCore import QByteArray, QTimer
else:
    from PyQt5.QtCore import QByteArray, QTimer

HOME = Path.home()
WINDOW_MS = 1500  # at the first createActions there is no window yet
SETTLING_MS = 500  # Krita's list of layers crashes when an image is closed less than 100 ms after something in it changed
# An image in no window, open all the time. Whenever an image is closed with fewer than 100 tiles (of 64 × 64 px) left in memory, Krita frees its pools of
# pixels without minding the threads that fill them, and pixels of other images change now and then. Only images as small as a test's leave it so few.
BALLAST = 1024  # px


class Driver(Extension):
    started = False

    def setup(self):
        pass

    def createActions(self, _window):  # noqa: N802
        if not Driver.started and (HOME / "values.json").exists():
            Driver.started = True
            QTimer.singleShot(WINDOW_MS, self.begin)

    def begin(self):
        window = Krita.instance().activeWindow()
        shown = window is not None and window.qwindow().windowHandle() is not None and window.qwindow().windowHandle().isExposed()
        if not shown:  # an image in a window that is not there yet crashes Krita's canvas
            QTimer.singleShot(WINDOW_MS, self.begin)
            return
        QTimer.singleShot(WINDOW_MS, self.load)

    def load(self):
        sys.excepthook = uncaught
        faulthandler.enable((HOME / "crash.txt").open("w", encoding="utf-8"))
        sys.path.insert(0, str(HOME))
        self.values = json.loads((HOME / "values.json").read_text(encoding="utf-8"))
        self.results = {}
        self.ballast = Krita.instance().createDocument(BALLAST, BALLAST, "ballast", "RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc", 72.0)
        self.ballast.topLevelNodes()[0].setPixelData(QByteArray(b"\x7f\x80\x81\xff" * BALLAST**2), 0, 0, BALLAST, BALLAST)
        try:
            script = __import__(self.values["script"])
        except Exception:
            tell({"import": traceback.format_exc()})
            os._exit(1)
        wanted = self.values.get("only")
        self.waiting = [(name, thing) for name, thing in vars(script).items() if name.startswith("test_") and (not wanted or name in wanted)]
        self.next()

    def next(self):
        if not self.waiting:
            tell(self.results)
            os._exit(0)
        self.name, function = self.waiting.pop(0)
        self.begun = time.monotonic()
        try:
            self.steps = function()
        except Exception:
            self.ended(traceback.format_exc())
            return
        self.step()

    def step(self):
        try:
            wait = next(self.steps)
        except StopIteration as end:
            self.ended("", end.value)
        except BaseException:
            self.ended(traceback.format_exc())
        else:
            QTimer.singleShot(int((wait or 0) * 1000), self.step)

    def ended(self, problem, measured=None):
        self.results[self.name] = problem
        if measured is not None:
            self.results[f"measured {self.name}"] = measured
        words = f"{self.name}: {'FAILED' if problem else 'ok'} {time.monotonic() - self.begun:.1f} s\n{problem}"
        sys.stdout.write(words.encode("ascii", "backslashreplace").decode())  # all that Krita's Python takes
        sys.stdout.flush()
        tell(self.results)
        for document in opened():
            document.waitForDone()
        QTimer.singleShot(SETTLING_MS, self.clear)

    def clear(self):
        for document in opened():
            document.waitForDone()
            document.setBatchmode(True)
            document.setModified(False)
            document.close()
        QTimer.singleShot(SETTLING_MS, self.next)


def opened():
    """The images that a script opened and has not closed. Restyle's own, which lends Live its shape, is Restyle's to close."""
    return [document for document in Krita.instance().documents() if document.bounds().width() != BALLAST and not document.fileName().endswith("live.svg")]


def uncaught(kind, value, trace):
    """Krita's own hook opens a modal dialog, and a run without a person would hang there."""
    tell({**DRIVER.results, "uncaught": "".join(traceback.format_exception(kind, value, trace))})
    os._exit(3)


def tell(results):
    partial = HOME / "results.partial"
    partial.write_text(json.dumps(results), encoding="utf-8")
    partial.replace(HOME / "results.json")


DRIVER = Driver(Krita.instance())
Krita.instance().addExtension(DRIVER)

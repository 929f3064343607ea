"""Owns a small Krita: images, layers and selections that keep bytes, one window, and the plug-in's base classes. For tests of the plug-in without Krita."""

from __future__ import annotations

import sys
import types
import uuid
from typing import Any

from fake_qt import QT as QT
from fake_qt import QtCore as QtCore
from fake_qt import QtGui as QtGui
from fake_qt import QtWidgets as QtWidgets
from fake_selection import Selection as Selection

SAMPLES = {"RGBA": 4, "GRAYA": 2, "CMYKA": 5, "LABA": 4, "ODD": 1}
BYTES = {"U8": 1, "U16": 2, "F16": 2, "F32": 4}


class Id:
    def __init__(self) -> None:
        self._text = "{" + str(uuid.uuid4()) + "}"

    def toString(self) -> str:
        return self._text


class Node:
    def __init__(
        self, name: str, kind: str, width: int = 0, height: int = 0, colors: tuple[str, str, str] = ("RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc")
    ) -> None:
        self._name, self._kind, self._id, self._colors = name, kind, Id(), colors
        self._rect = (0, 0, width, height)
        self._data = bytes(width * height * self._pixel)
        self._opacity, self._mode, self._visible, self._locked, self._label = 255, "normal", True, False, 0
        self.parent: Node | None = None
        self.children: list[Node] = []
        self.frames: dict[int, bytes] = {}
        self.document: Document | None = None
        self.home: Document | None = None
        self.writes_in_tree = 0
        self.drawn: list[tuple[float, ...]] = []  # of a vector layer: where its shape said that it looks different
        self.pinned = False
        self.drawn_visible: bool | None = None  # whether it was visible as it came into the tree, when Krita draws the image anew by itself

    @property
    def _pixel(self) -> int:
        return SAMPLES[self._colors[0]] * BYTES[self._colors[1]]

    name = property(lambda self: lambda: self._name)
    type = property(lambda self: lambda: self._kind)
    uniqueId = property(lambda self: lambda: self._id)
    opacity = property(lambda self: lambda: self._opacity)
    blendingMode = property(lambda self: lambda: self._mode)
    visible = property(lambda self: lambda: self._visible)
    locked = property(lambda self: lambda: self._locked)
    colorLabel = property(lambda self: lambda: self._label)
    colorModel = property(lambda self: lambda: self._colors[0])
    colorDepth = property(lambda self: lambda: self._colors[1])
    colorProfile = property(lambda self: lambda: self._colors[2])
    parentNode = property(lambda self: lambda: self.parent)
    childNodes = property(lambda self: lambda: list(self.children))

    def setChildNodes(self, nodes: list[Node]) -> None:
        """No undo step; and those that are children stay so, unless all are taken out before."""
        for each in self.children:
            each.parent = None
        self.children = []
        for each in nodes:
            self.addChildNode(each, None)

    def setCollapsed(self, _collapsed: bool) -> None: ...

    def shapes(self) -> list[Node]:
        return [self]

    def updateAbsolute(self, rect: Any) -> None:
        self.drawn.append((rect.x(), rect.y(), rect.width(), rect.height()))

    def setName(self, name: str) -> None:
        self._name = name

    def setOpacity(self, value: int) -> None:
        self._opacity = value

    def setBlendingMode(self, mode: str) -> None:
        self._mode = mode

    def setVisible(self, visible: bool) -> None:
        self._visible = visible

    def setLocked(self, locked: bool) -> None:
        self._locked = locked

    def setColorLabel(self, label: int) -> None:
        self._label = label

    def setColorSpace(self, model: str, depth: str, profile: str) -> bool:
        """Gives every pixel the right number of bytes, and no more than that."""
        count = len(self._data) // self._pixel
        self._colors = (model, depth, profile)
        self._data = bytes([7]) * (count * self._pixel)
        if self.home is not None:
            self.home.undoable += 1
        return True

    def setSelection(self, selection: Selection) -> None:
        self._selection = selection

    def selection(self) -> Selection:
        return self._selection

    def bounds(self) -> Any:
        return QtCore.QRect(*self._rect)

    def animated(self) -> bool:
        return bool(self.frames)

    def setPinnedToTimeline(self, pinned: bool) -> None:
        self.pinned = pinned

    def hasKeyframeAtTime(self, time: int) -> bool:
        return time in self.frames

    def pixelDataAtTime(self, x: int, y: int, width: int, height: int, time: int) -> Any:
        key = max((each for each in self.frames if each <= time), default=min(self.frames))
        return QtCore.QByteArray(self.frames[key])

    def thumbnail(self, width: int, height: int) -> Any:
        picture = QtGui.QImage(width, height, QtGui.QImage.Format.Format_ARGB32)
        picture.fill(QtCore.Qt.GlobalColor.gray)
        return picture

    def pixelData(self, x: int, y: int, width: int, height: int) -> Any:
        left, top, full, rows = self._rect
        out = bytearray(width * height * self._pixel)
        for row in range(height):
            source_row = y + row - top
            for column in range(width):
                source_column = x + column - left
                if 0 <= source_row < rows and 0 <= source_column < full:
                    place, there = (source_row * full + source_column) * self._pixel, (row * width + column) * self._pixel
                    out[there : there + self._pixel] = self._data[place : place + self._pixel]
        return QtCore.QByteArray(bytes(out))

    def projectionPixelData(self, *rect: int) -> Any:
        """With a mask: half as opaque."""
        data = bytes(self.pixelData(*rect))
        masked = any(child.type() == "transparencymask" for child in self.children)
        return QtCore.QByteArray(bytes(value // 2 if place % 4 == 3 else value for place, value in enumerate(data)) if masked else data)

    def setPixelData(self, data: Any, x: int, y: int, width: int, height: int) -> bool:
        content = bytes(data)
        if len(content) < width * height * self._pixel:
            return False
        if self.parent is not None:
            self.writes_in_tree += 1
        if self.frames and self.document is not None:
            self.frames[self.document.time] = content
            return True
        self._put(content, x, y, width, height)
        return True

    def _put(self, content: bytes, x: int, y: int, width: int, height: int) -> None:
        """Grows to hold what was there and what is new."""
        left, top, full, rows = self._rect if self._data else (x, y, width, height)
        right, bottom = max(left + full, x + width), max(top + rows, y + height)
        left, top = min(left, x), min(top, y)
        whole = bytearray(bytes(self.pixelData(left, top, right - left, bottom - top)))
        for row in range(height):
            there = ((y + row - top) * (right - left) + x - left) * self._pixel
            whole[there : there + width * self._pixel] = content[row * width * self._pixel : (row + 1) * width * self._pixel]
        self._rect, self._data = (left, top, right - left, bottom - top), bytes(whole)

    def addChildNode(self, node: Node, above: Node | None) -> bool:
        if self._locked:
            return False
        self.children.insert(self.children.index(above) + 1 if above in self.children else len(self.children), node)
        node.parent, node.document, node.drawn_visible = self, self.document, node._visible
        return True

    def duplicate(self) -> Node:
        twin = Node(self._name, self._kind, colors=self._colors)
        twin._rect, twin._data, twin.frames = self._rect, self._data, dict(self.frames)
        return twin

    def remove(self) -> None:
        assert self.parent is not None
        self.parent.children.remove(self)
        self.parent = None


class Document:
    def __init__(self, width: int, height: int, colors: tuple[str, str, str] = ("RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc")) -> None:
        self.size, self.colors = (width, height), colors
        self.root = Node("root", "grouplayer", width, height, colors)
        self.root.document = self
        self.active: Node | None = None
        self.selected: Selection | None = None
        self.annotations: dict[str, bytes] = {}
        self.time = 0
        self.moves: list[int] = []  # of the playhead, each a step that undo takes back: where it was
        self.range = (0, 30)  # that is played: all, or what is selected in the timeline
        self.undoable = 0  # conversions of its layers, each a step that undo takes back
        self.file = ""

    def layer(self, name: str, pixel: bytes | None = None, kind: str = "paintlayer", parent: Node | None = None) -> Node:
        """For tests: a layer of one color on top."""
        node = Node(name, kind, *self.size, self.colors)
        if pixel is not None:
            node._data = pixel * (self.size[0] * self.size[1])
        (parent or self.root).addChildNode(node, None)
        self.active = node
        return node

    rootNode = property(lambda self: lambda: self.root)
    activeNode = property(lambda self: lambda: self.active)
    selection = property(lambda self: lambda: self.selected)
    currentTime = property(lambda self: lambda: self.time)
    fileName = property(lambda self: lambda: self.file)
    colorModel = property(lambda self: lambda: self.colors[0])
    colorDepth = property(lambda self: lambda: self.colors[1])
    colorProfile = property(lambda self: lambda: self.colors[2])

    def bounds(self) -> Any:
        return QtCore.QRect(0, 0, *self.size)

    def setActiveNode(self, node: Node) -> None:
        self.active = node

    def createNode(self, name: str, kind: str) -> Node:
        node = Node(name, kind, colors=self.colors)
        node.home = self
        return node

    def createGroupLayer(self, name: str) -> Node:
        return Node(name, "grouplayer", colors=self.colors)

    def xRes(self) -> float:
        return 144.0

    yRes = xRes

    def lock(self) -> None: ...

    def unlock(self) -> None: ...

    def tryBarrierLock(self) -> bool:
        return True

    def setModified(self, _modified: bool) -> None: ...

    def createTransparencyMask(self, name: str) -> Node:
        return Node(name, "transparencymask")

    def refreshProjection(self) -> None: ...

    def waitForDone(self) -> None: ...

    def setBatchmode(self, _quiet: bool) -> None: ...

    def fullClipRangeStartTime(self) -> int:
        return 0

    def fullClipRangeEndTime(self) -> int:
        return 30

    def playBackStartTime(self) -> int:
        return self.range[0]

    def playBackEndTime(self) -> int:
        return self.range[1]

    def setCurrentTime(self, time: int) -> None:
        if time != self.time:
            self.moves.append(self.time)
        self.time = time

    def setAnnotation(self, key: str, _description: str, content: Any) -> None:
        self.annotations[key] = bytes(content)

    def annotation(self, key: str) -> Any:
        return QtCore.QByteArray(self.annotations.get(key, b""))

    def close(self) -> None:
        if self in Krita.documents_open:
            Krita.documents_open.remove(self)


class Window:
    def __init__(self) -> None:
        self.actions: dict[str, Any] = {}

    def createAction(self, name: str, words: str, menu: str) -> Any:
        self.actions[name] = QtGui.QAction(words) if QT == 6 else QtWidgets.QAction(words)
        return self.actions[name]

    def activeView(self) -> None:
        return None


class Krita:
    documents_open: list[Document] = []  # noqa: RUF012 - there is one Krita
    extensions: list[Any] = []  # noqa: RUF012
    factories: list[Any] = []  # noqa: RUF012
    settings: dict[str, str] = {}  # noqa: RUF012
    window = Window()
    _one: Any = None

    @classmethod
    def instance(cls) -> Any:
        cls._one = cls._one or cls()
        return cls._one

    def documents(self) -> list[Document]:
        return list(self.documents_open)

    def activeDocument(self) -> Document | None:
        return self.documents_open[-1] if self.documents_open else None

    def createDocument(self, width: int, height: int, _name: str, model: str, depth: str, profile: str, _resolution: float) -> Document:
        self.settings["imageWidthDef"] = str(width)  # as Krita does
        return Document(width, height, (model, depth, profile))

    def batchmode(self) -> bool:
        return False

    def setBatchmode(self, _quiet: bool) -> None: ...

    def openDocument(self, _path: str) -> Document:
        """A vector drawing."""
        document = Document(16, 16)
        document.layer("Vector Layer", kind="vectorlayer")
        self.documents_open.insert(0, document)
        return document

    def readSetting(self, group: str, name: str, usual: str) -> str:
        return self.settings.get(name, usual) if group == "" else usual

    def writeSetting(self, group: str, name: str, value: str) -> None:
        assert group == ""
        self.settings[name] = value

    def action(self, name: str) -> Any:
        """Undo alone: of the image in front, a turn of the loop later, as Krita does it."""
        assert name == "edit_undo"
        document = self.activeDocument()
        assert document is not None
        action = QtGui.QAction() if QT == 6 else QtWidgets.QAction()
        action.triggered.connect(lambda: QtCore.QTimer.singleShot(0, lambda: setattr(document, "time", document.moves.pop())))
        self.window.actions[name] = action
        return action

    def windows(self) -> list[Window]:
        return []

    def activeWindow(self) -> Window:
        return self.window

    def dockers(self) -> list[Any]:
        return []

    def icon(self, _name: str) -> Any:
        return QtGui.QIcon()

    def addExtension(self, extension: Any) -> None:
        self.extensions.append(extension)

    def addDockWidgetFactory(self, factory: Any) -> None:
        self.factories.append(factory)


class Extension:
    def __init__(self, _parent: Any) -> None: ...


class DockWidgetFactoryBase:
    class DockPosition:
        DockRight = 2

    def __init__(self, name: str, position: int) -> None:
        self.name, self.position = name, position


class InfoObject:
    def setProperty(self, _name: str, _value: Any) -> None: ...


def install() -> None:
    """Makes `import krita` and `import pykrita` find this."""
    module = types.ModuleType("krita")
    for thing in (Krita, Extension, DockWidgetFactoryBase, InfoObject, Selection):
        setattr(module, thing.__name__, thing)
    module.DockWidget = QtWidgets.QDockWidget  # type: ignore[attr-defined]
    if QT == 6:
        told = types.ModuleType("pykrita")
        told.qt_major_version = lambda: 6  # type: ignore[attr-defined]
        sys.modules["pykrita"] = told
    sys.modules["krita"] = module

"""Owns the question for picture files, with a preview beside them: Qt's own window, as those of most desktops show none here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .. import strings
from ..host.api import QtCore, QtGui, QtWidgets
from ..packages import dropping

SIDE = 240  # px of the preview

_folder = [""]  # where the last picture came from


def ask_files(parent: Any) -> list[Path]:
    """Empty when the person changed their mind."""
    dialog = PictureDialog(parent, _folder[0] or QtCore.QStandardPaths.writableLocation(QtCore.QStandardPaths.StandardLocation.PicturesLocation))
    if not dialog.exec():
        return []
    found = [Path(file) for file in dialog.selectedFiles()]
    _folder[0] = str(found[0].parent) if found else ""
    return found


class PictureDialog(QtWidgets.QFileDialog):
    """folder: to begin in."""

    def __init__(self, parent: Any, folder: str) -> None:
        super().__init__(parent, strings.FILE_TITLE, folder, strings.FILE_FILTER)
        self.setOption(QtWidgets.QFileDialog.Option.DontUseNativeDialog, True)
        self.setFileMode(QtWidgets.QFileDialog.FileMode.ExistingFiles)
        self.picture = QtWidgets.QLabel()
        self.picture.setFixedSize(SIDE + 2, SIDE + 2)
        self.picture.setFrameShape(QtWidgets.QFrame.Shape.StyledPanel)
        self.words = QtWidgets.QLabel()
        for label in (self.picture, self.words):
            label.setAlignment(QtCore.Qt.AlignmentFlag.AlignCenter)
        beside = QtWidgets.QVBoxLayout()
        beside.addStretch(1)
        beside.addWidget(self.picture)
        beside.addWidget(self.words)
        beside.addStretch(1)
        grid = self.layout()
        if isinstance(grid, QtWidgets.QGridLayout):
            grid.addLayout(beside, 0, grid.columnCount(), grid.rowCount(), 1)
        self.resize(max(self.width(), 820), max(self.height(), 460))
        self.currentChanged.connect(self.preview)
        self.preview("")

    def preview(self, path: str) -> None:
        """Shows a file, where it is a picture that Qt reads."""
        pixmap, words = QtGui.QPixmap(), ""
        if Path(path).is_file():
            image, size = _read(path)
            words = strings.FILE_SIZE.format(width=size.width(), height=size.height()) if size.isValid() else strings.FILE_NO_PREVIEW
            pixmap = QtGui.QPixmap.fromImage(image)
        self.picture.setPixmap(pixmap)
        self.picture.setAccessibleName(words)
        self.words.setText(words)


def _read(path: str) -> tuple[Any, Any]:
    """The picture, as large as it is shown, and its own size; a null one where there is none."""
    reader = QtGui.QImageReader(path)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    reader.setAutoTransform(True)
    if not size.isValid() or size.width() * size.height() > dropping.LARGEST_PREVIEW:
        return QtGui.QImage(), size
    reader.setScaledSize(size.scaled(SIDE, SIDE, QtCore.Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read(), size

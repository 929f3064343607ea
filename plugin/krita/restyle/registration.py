"""Owns what Krita gets to know: the actions and the docker. Both import the rest when they are first used, so that Krita starts no slower."""

from __future__ import annotations

from typing import Any

from . import strings
from .host.api import krita

DOCKER_ID = "restyle_docker"
SCRIPTS_MENU = "tools/scripts"  # Krita's name of the menu, not a word


class RestyleExtension(krita.Extension):
    """The actions in Tools ▸ Scripts and in the shortcut editor."""

    def setup(self) -> None:
        """Nothing: Krita calls it before there is a window."""

    def createActions(self, window: Any) -> None:  # noqa: N802 - Krita's name
        for name, words, hint, deed in (
            ("restyle_layer", strings.ACTION_AGAIN, strings.ACTION_AGAIN_HINT, self.paint),
            ("restyle_layer_with", strings.ACTION_WITH, strings.ACTION_WITH_HINT, self.choose),
            ("restyle_texture", strings.TEXTURE_ACTION, strings.TEXTURE_HINT, self.texture),
            ("restyle_legible", strings.ACTION_LEGIBLE, strings.ACTION_LEGIBLE_HINT, self.mark),
            ("restyle_cancel", strings.ACTION_CANCEL, strings.ACTION_CANCEL_HINT, self.cancel),
        ):
            action = window.createAction(name, words, SCRIPTS_MENU)
            action.setToolTip(hint)  # restyle.action has them in English
            action.triggered.connect(lambda _checked=False, deed=deed: deed())

    def paint(self) -> None:
        """Paints with the last settings; without any, or when it can't be, the docker comes up and says why."""
        from .host import layers, source
        from .model.controller import controller

        if controller().attempt(lambda: controller().paint(*source.to_paint(layers.active_document()))) is None:
            self.choose()

    def choose(self) -> None:
        for docker in krita.Krita.instance().dockers():
            if docker.objectName() == DOCKER_ID:
                docker.setVisible(True)
                docker.raise_()

    def texture(self) -> None:
        """Asks for a size and paints a new layer in the chosen styles; without any, the docker comes up and says so."""
        from .model.controller import controller
        from .ui.texture import ask

        if controller().attempt(ask) is None:
            self.choose()

    def mark(self) -> None:
        """Gives the layer a mask of its faces and lettering; the docker comes up and says how it went."""
        from .host import layers, source
        from .model.controller import controller
        from .model.legible import mark

        self.choose()
        controller().attempt(lambda: mark(controller(), *source.chosen_in(layers.active_document())))

    def cancel(self) -> None:
        from .host import layers
        from .model.controller import controller

        document = layers.active_document()
        if document is not None:
            controller().cancel(layers.id_of(document))


def make_docker() -> Any:
    from .ui.docker import Docker

    return Docker()


class _Factory(krita.DockWidgetFactoryBase):
    def __init__(self) -> None:
        super().__init__(DOCKER_ID, krita.DockWidgetFactoryBase.DockPosition.DockRight)

    def createDockWidget(self) -> Any:  # noqa: N802 - Krita's name
        return make_docker()


_kept: list[Any] = []  # Krita does not keep them alive


def register() -> None:
    """Tells Krita, once."""
    application = krita.Krita.instance()
    if application is None or _kept:
        return
    extension, factory = RestyleExtension(application), _Factory()
    _kept.extend((extension, factory))
    application.addExtension(extension)
    application.addDockWidgetFactory(factory)

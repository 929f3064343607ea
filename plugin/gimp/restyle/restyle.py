#!/usr/bin/env python3
"""Owns the plug-in's registration: which procedures GIMP gets to know, and where their menu entries stand. Everything else is imported when it runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
from gi.repository import Gimp, GLib, GObject  # noqa: E402

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
if not (HERE / "restyle_client").is_dir():
    sys.path.insert(1, str(HERE.parent.parent))  # run from the source tree

from restyle_editor import catalogue  # noqa: E402

catalogue.speak(GLib.get_language_names())  # GIMP tells its plug-ins its own language by LANGUAGE; before the first word is read

from restyle_gimp import strings  # noqa: E402
from restyle_gimp.host import arguments  # noqa: E402

PROCEDURE, ANIMATION, TEXTURE, LEGIBLE = "plug-in-restyle", "plug-in-restyle-animation", "plug-in-restyle-texture", "plug-in-restyle-legible"
_CHOICES = Gimp.ProcedureSensitivityMask
EVERY_CHOICE = _CHOICES.DRAWABLE | _CHOICES.DRAWABLES | _CHOICES.NO_DRAWABLES  # of layers: an animation is all of them


class Restyle(Gimp.PlugIn):  # type: ignore[misc]
    def do_set_i18n(self, _name: str) -> bool:
        return False

    def do_query_procedures(self) -> list[str]:
        return [PROCEDURE, ANIMATION, TEXTURE, LEGIBLE]

    def do_create_procedure(self, name: str) -> Any:
        if name == TEXTURE:
            return self._texture()
        if name == LEGIBLE:
            return self._legible(name)
        animation = name == ANIMATION
        procedure = Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, animate if animation else run, None)
        procedure.set_image_types("*" if animation else "RGB*, GRAY*")
        procedure.set_sensitivity_mask(EVERY_CHOICE if animation else Gimp.ProcedureSensitivityMask.DRAWABLE)
        procedure.set_menu_label(strings.ANIMATION_LABEL if animation else strings.MENU_LABEL)
        procedure.add_menu_path("<Image>/Filters/Artistic")
        procedure.set_documentation(*((strings.ANIMATION_BLURB, strings.ANIMATION_HELP) if animation else (strings.BLURB, strings.HELP)), name)
        procedure.set_attribution("The Restyle authors", "The Restyle authors, MIT license", "2026")
        arguments.declare(procedure)
        if animation:
            procedure.add_image_return_value("animation", "Animation", "The new image, whose layers are the painted frames", True, arguments.FLAGS)
        return procedure

    def _texture(self) -> Any:
        procedure = Gimp.Procedure.new(self, TEXTURE, Gimp.PDBProcType.PLUGIN, texture, None)  # of no image: it makes one
        procedure.set_menu_label(strings.TEXTURE_LABEL)
        procedure.add_menu_path("<Image>/File/[Create]")
        procedure.set_documentation(strings.TEXTURE_BLURB, strings.TEXTURE_HELP, TEXTURE)
        procedure.set_attribution("The Restyle authors", "The Restyle authors, MIT license", "2026")
        procedure.add_enum_argument("run-mode", "Run mode", "The run mode", Gimp.RunMode, Gimp.RunMode.INTERACTIVE, arguments.FLAGS)
        arguments.declare_size(procedure)
        arguments.declare(procedure)
        procedure.add_image_return_value("texture", "Texture", "The new image", True, arguments.FLAGS)
        return procedure

    def _legible(self, name: str) -> Any:
        procedure = Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, mark, None)
        procedure.set_image_types("RGB*, GRAY*")
        procedure.set_sensitivity_mask(Gimp.ProcedureSensitivityMask.DRAWABLE)
        procedure.set_menu_label(strings.LEGIBLE_LABEL)
        procedure.add_menu_path("<Image>/Filters/Artistic")
        procedure.set_documentation(strings.LEGIBLE_BLURB, strings.LEGIBLE_HELP, name)
        procedure.set_attribution("The Restyle authors", "The Restyle authors, MIT license", "2026")
        return procedure


def run(procedure: Any, run_mode: Any, image: Any, drawables: Any, config: Any, _data: Any) -> Any:
    from restyle_gimp.run import restyle

    return _guarded(procedure, lambda: (restyle(run_mode, image, list(drawables), config), None))


def animate(procedure: Any, run_mode: Any, image: Any, _drawables: Any, config: Any, _data: Any) -> Any:
    from restyle_gimp.run import restyle_animation

    return _guarded(procedure, lambda: restyle_animation(run_mode, image, config))


def texture(procedure: Any, config: Any, _data: Any) -> Any:
    from restyle_gimp.run import restyle_texture

    return _guarded(procedure, lambda: restyle_texture(config.get_property("run-mode"), config))


def mark(procedure: Any, _run_mode: Any, image: Any, drawables: Any, _config: Any, _data: Any) -> Any:
    from restyle_gimp.run import mark_legible

    return _guarded(procedure, lambda: (mark_legible(image, list(drawables)), None))


def _guarded(procedure: Any, deed: Callable[[], tuple[Any, Any | None]]) -> Any:
    """deed: returns a PDBStatusType, and a new image where there is one."""
    from restyle_editor import log
    from restyle_gimp.run import Failure

    log.keep_in(lambda: Path(Gimp.directory()))
    try:
        status, image = deed()
    except Failure as failure:
        log.write(f"refused: {failure}")
        return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, _error(str(failure)))
    except Exception:  # the last wall before the user: the traceback goes to the log, a sentence to the screen
        log.write_traceback()
        return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, _error(strings.UNEXPECTED.format(log=log.path())))
    if image is None:
        return procedure.new_return_values(status, GLib.Error())
    return Gimp.ValueArray.new_from_values([GObject.Value(Gimp.PDBStatusType, status), GObject.Value(Gimp.Image, image)])


def _error(sentence: str) -> GLib.Error:
    return GLib.Error.new_literal(GLib.quark_from_string("restyle"), sentence, 0)


Gimp.main(Restyle.__gtype__, sys.argv)

#!/usr/bin/env python3
"""Owns the plug-in's registration: which procedure GIMP gets to know, and where its menu entry stands. Everything else is imported when it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
from gi.repository import Gimp, GLib  # noqa: E402

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
if not (HERE / "restyle_client").is_dir():
    sys.path.insert(1, str(HERE.parent.parent))  # run from the source tree

from restyle_gimp import strings  # noqa: E402
from restyle_gimp.host import arguments  # noqa: E402

PROCEDURE = "plug-in-restyle"


class Restyle(Gimp.PlugIn):  # type: ignore[misc]
    def do_set_i18n(self, _name: str) -> bool:
        return False

    def do_query_procedures(self) -> list[str]:
        return [PROCEDURE]

    def do_create_procedure(self, name: str) -> Any:
        procedure = Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, run, None)
        procedure.set_image_types("RGB*, GRAY*")
        procedure.set_sensitivity_mask(Gimp.ProcedureSensitivityMask.DRAWABLE)
        procedure.set_menu_label(strings.MENU_LABEL)
        procedure.add_menu_path("<Image>/Filters/Artistic")
        procedure.set_documentation(strings.BLURB, strings.HELP, name)
        procedure.set_attribution("The Restyle authors", "The Restyle authors, MIT license", "2026")
        arguments.declare(procedure)
        return procedure


def run(procedure: Any, run_mode: Any, image: Any, drawables: Any, config: Any, _data: Any) -> Any:
    from restyle_editor import log
    from restyle_gimp.run import Failure, restyle

    log.keep_in(lambda: Path(Gimp.directory()))
    try:
        status = restyle(run_mode, image, list(drawables), config)
    except Failure as failure:
        log.write(f"refused: {failure}")
        return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, _error(str(failure)))
    except Exception:  # the last wall before the user: the traceback goes to the log, a sentence to the screen
        log.write_traceback()
        return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, _error(strings.UNEXPECTED.format(log=log.path())))
    return procedure.new_return_values(status, GLib.Error())


def _error(sentence: str) -> GLib.Error:
    return GLib.Error.new_literal(GLib.quark_from_string("restyle"), sentence, 0)


Gimp.main(Restyle.__gtype__, sys.argv)

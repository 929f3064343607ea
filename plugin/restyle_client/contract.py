"""Owns the way to restyle_contract: the copy that lies beside this package, in a plug-in's package or at the top, so that every class is there once."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from restyle_contract import files, formats, limits, parameters, paths, progress, rectangles, settings
    from restyle_contract.formats import Channels, Depth, PixelFormat, Plane
    from restyle_contract.parameters import Parameters, Settings
    from restyle_contract.progress import Preview, Progress, Report, ScaleReport
    from restyle_contract.settings import RecipeError
else:
    _PLACE = f"{__name__.rpartition('restyle_client')[0]}restyle_contract"  # import_module: an editor may have put both into a package of its own
    files, formats, limits, parameters, paths, progress, rectangles, settings = (
        import_module(f"{_PLACE}.{name}") for name in ("files", "formats", "limits", "parameters", "paths", "progress", "rectangles", "settings")
    )
    Channels, Depth, PixelFormat, Plane = formats.Channels, formats.Depth, formats.PixelFormat, formats.Plane
    Parameters, Settings, RecipeError = parameters.Parameters, parameters.Settings, settings.RecipeError
    Preview, Progress, Report, ScaleReport = progress.Preview, progress.Progress, progress.Report, progress.ScaleReport

__all__ = [
    "Channels",
    "Depth",
    "Parameters",
    "PixelFormat",
    "Plane",
    "Preview",
    "Progress",
    "RecipeError",
    "Report",
    "ScaleReport",
    "Settings",
    "files",
    "formats",
    "limits",
    "parameters",
    "paths",
    "progress",
    "rectangles",
    "settings",
]

"""Owns the way to the packages that travel with the plug-in: the copies inside it, which no other plug-in's can disturb; else the source tree's.

Everything else takes them from here, so that there is one copy of every class. `ranges` is the contract's settings, which this plug-in has some of, too.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import restyle_client as client
    from restyle_client import discovery
    from restyle_contract import limits, parameters
    from restyle_contract import settings as ranges
    from restyle_editor import alpha, lineage, log, presets, recipes, sentences
    from restyle_editor import memory as kept
    from restyle_editor.background import Background as AnyBackground
    from restyle_editor.boxes import Box
    from restyle_editor.failures import Failure, sentence
    from restyle_editor.painting import Painting
    from restyle_editor.progress import Phase
    from restyle_editor.revival import Way
    from restyle_editor.revival import paint as paint_alone
    from restyle_editor.sequence import Course, Sequence, forecast
    from restyle_editor.status import ServerState, ServerStatus, Tile
    from restyle_editor.steps import Steps, at_once
    from restyle_editor.variations import VARIATIONS
else:
    try:
        editor = import_module(".restyle_editor", __package__)
    except ImportError:
        editor = import_module("restyle_editor")

    def module(name):
        return import_module(f"{editor.__name__}.{name}")

    packages = module("packages")
    client, discovery = packages.client, packages.discovery
    limits, parameters, ranges = packages.limits, packages.parameters, packages.settings
    alpha, kept, lineage, log, presets, recipes, sentences = map(module, ("alpha", "memory", "lineage", "log", "presets", "recipes", "sentences"))
    AnyBackground = module("background").Background
    Box = module("boxes").Box
    Failure, sentence = module("failures").Failure, module("failures").sentence
    Painting, Phase = module("painting").Painting, module("progress").Phase
    Way, paint_alone = module("revival").Way, module("revival").paint
    Course, Sequence, forecast = (getattr(module("sequence"), name) for name in ("Course", "Sequence", "forecast"))
    ServerState, ServerStatus, Tile = (getattr(module("status"), name) for name in ("ServerState", "ServerStatus", "Tile"))
    Steps, at_once = module("steps").Steps, module("steps").at_once
    VARIATIONS = module("variations").VARIATIONS

log.keep_in(lambda: discovery.data_dir() / "krita")

__all__ = [
    "VARIATIONS", "AnyBackground", "Box", "Course", "Failure", "Painting", "Phase", "Sequence", "ServerState", "ServerStatus", "Steps", "Tile", "Way",
    "alpha", "at_once", "client", "discovery", "forecast", "kept", "limits", "lineage", "log", "paint_alone", "parameters", "presets", "ranges", "recipes",
    "sentence", "sentences",
]  # fmt: skip

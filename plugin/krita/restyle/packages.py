"""Owns the way to the packages that travel with the plug-in: the copies inside it, which no other plug-in's can disturb; else the source tree's.

Everything else takes them from here, so that there is one copy of every class. `ranges` is the contract's settings, which this plug-in has some of, too.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .host.language import languages

if TYPE_CHECKING:
    import restyle_client as client
    from restyle_client import discovery
    from restyle_contract import limits, parameters
    from restyle_contract import settings as ranges
    from restyle_editor import alpha, catalogue, dropping, gallery, lineage, log, lowering, presets, recipes, sentences, two_layers
    from restyle_editor import memory as kept
    from restyle_editor.background import Background as AnyBackground
    from restyle_editor.boxes import Box
    from restyle_editor.failures import Failure, sentence
    from restyle_editor.gallery import TILES, Narrowing, tags, tags_in
    from restyle_editor.history import SIDE, History, Keeping, Recent
    from restyle_editor.live_canvas import Listening, LiveCanvas
    from restyle_editor.live_preview import LivePreview, aim_of, look_for
    from restyle_editor.live_strips import Strips
    from restyle_editor.painter import Installation, Stage
    from restyle_editor.painting import Painting
    from restyle_editor.progress import Phase
    from restyle_editor.revival import Way
    from restyle_editor.revival import paint as paint_alone
    from restyle_editor.sequence import Course, Sequence, forecast
    from restyle_editor.status import ServerState, ServerStatus, Tile
    from restyle_editor.steps import Steps, at_once
    from restyle_editor.variations import COUNT, Variation, Vary, variations, varied
else:
    try:
        editor = import_module(".restyle_editor", __package__)
    except ImportError:
        editor = import_module("restyle_editor")

    def module(name):
        return import_module(f"{editor.__name__}.{name}")

    catalogue = module("catalogue")
    catalogue.speak(languages())  # before the first word is read

    packages = module("packages")
    client, discovery = packages.client, packages.discovery
    limits, parameters, ranges = packages.limits, packages.parameters, packages.settings
    alpha, kept, lineage, log, presets, recipes, sentences = map(module, ("alpha", "memory", "lineage", "log", "presets", "recipes", "sentences"))
    AnyBackground = module("background").Background
    Box = module("boxes").Box
    two_layers, dropping, gallery, lowering = map(module, ("two_layers", "dropping", "gallery", "lowering"))
    TILES, Narrowing, tags, tags_in = (getattr(gallery, name) for name in ("TILES", "Narrowing", "tags", "tags_in"))
    Failure, sentence = module("failures").Failure, module("failures").sentence
    SIDE, History, Keeping, Recent = (getattr(module("history"), name) for name in ("SIDE", "History", "Keeping", "Recent"))
    Listening, LiveCanvas = (getattr(module("live_canvas"), name) for name in ("Listening", "LiveCanvas"))
    LivePreview, aim_of, look_for = (getattr(module("live_preview"), name) for name in ("LivePreview", "aim_of", "look_for"))
    Strips = module("live_strips").Strips
    Installation, Stage = module("painter").Installation, module("painter").Stage
    Painting, Phase = module("painting").Painting, module("progress").Phase
    Way, paint_alone = module("revival").Way, module("revival").paint
    Course, Sequence, forecast = (getattr(module("sequence"), name) for name in ("Course", "Sequence", "forecast"))
    ServerState, ServerStatus, Tile = (getattr(module("status"), name) for name in ("ServerState", "ServerStatus", "Tile"))
    Steps, at_once = module("steps").Steps, module("steps").at_once
    COUNT, Variation, Vary, variations, varied = (getattr(module("variations"), name) for name in ("COUNT", "Variation", "Vary", "variations", "varied"))

log.keep_in(lambda: discovery.data_dir() / "krita")

__all__ = [
    "COUNT",
    "SIDE",
    "TILES",
    "AnyBackground",
    "Box",
    "Course",
    "Failure",
    "History",
    "Installation",
    "Keeping",
    "Listening",
    "LiveCanvas",
    "LivePreview",
    "Narrowing",
    "Painting",
    "Phase",
    "Recent",
    "Sequence",
    "ServerState",
    "ServerStatus",
    "Stage",
    "Steps",
    "Strips",
    "Tile",
    "Variation",
    "Vary",
    "Way",
    "aim_of",
    "alpha",
    "at_once",
    "catalogue",
    "client",
    "discovery",
    "dropping",
    "forecast",
    "gallery",
    "kept",
    "limits",
    "lineage",
    "log",
    "look_for",
    "lowering",
    "paint_alone",
    "parameters",
    "presets",
    "ranges",
    "recipes",
    "sentence",
    "sentences",
    "tags",
    "tags_in",
    "two_layers",
    "variations",
    "varied",
]  # fmt: skip

"""Owns the words that a person reads in GIMP alone, and which letter of a word its key is; restyle_client/sentences.py has those that Krita says too."""

from __future__ import annotations

from restyle_editor import sentences
from restyle_editor.sentences import *  # noqa: F403 - what every editor says alike


def keyed(words: str, letter: str) -> str:
    """GTK's way to say that Alt and this letter reach a widget: a line before it."""
    before, found, after = words.partition(letter)
    return f"{before}_{found}{after}" if found else words


MENU_LABEL = "_Restyle…"
BLURB = "Paint the layer in the manner of another picture"
HELP = (
    "Paints the chosen layer in the manner of one or several pictures, by neural style transfer on this computer. The result is a new layer above it. "
    "Scripts name the style by style, style-file, style-layer or styles."
)
ANIMATION_LABEL = "Restyle as _animation…"
ANIMATION_BLURB = "Paint an image whose layers are frames in the manner of another picture"
ANIMATION_HELP = (
    "Paints every layer as a frame of an animation, the lowest first, each holding still with the one before. (combine) frames are composed before. The result "
    "is a new image with the layers' names and delays, ready to be exported. Scripts name the style by style, style-file, style-layer or styles."
)
SELECT_NOTHING = "Select ▸ None"

# ---- what went wrong ----
SEE_LOG = "{sentence}\n\n(More in {log})"
SEVERAL_LAYERS = "Restyle paints one layer at a time, and {count} are chosen. Choose one, or merge them first."
IS_CHANNEL = "A channel is chosen, and Restyle paints layers. Choose a layer in the Layers dialog, then start it again."
INDEXED = "Restyle needs real colors and this image has a palette. Use Image ▸ Mode ▸ RGB, then start it again."
FILM_CLOSED = "The new image was closed, so its other frames are not painted. Start Restyle as animation again to paint them."
FLOATING = "There is a floating selection. Anchor it (Layer ▸ Anchor Layer) or make it a layer, then start Restyle again."
LOCKED_VISIBILITY = "The visibility of “{name}” is locked, and that layer has to be hidden under its painting. Unlock it, then start Restyle again."
EMPTY_GROUP = "The group “{name}” is empty. Put a layer into it, or choose another layer."
NO_STYLE_GIVEN = "No style is chosen. Give style, style-file, style-layer or styles."
STYLE_CROP = "The part chosen of the style “{name}” lies outside of it. Choose it again."
NO_MASK = "The layer has no mask, which the style “{style}” is to be confined to. Give it one, or let the style paint everywhere."
GIMP_REFUSED = "GIMP could not {what}. Save your work and start Restyle again; if it stays so, {log} says more."

# ---- the dialog ----
KEY_PAINT = keyed(sentences.PAINT, "R")
KEY_CANCEL = keyed(sentences.CANCEL, "C")
RESET = "Rese_t"
KEY_ADD_FILE = keyed(sentences.ADD_FILE, "f")
KEY_ADD_LAYER = "From a _layer…"
GALLERY_NONE = "The styles are shown once the painter answers; below it says what is wrong."
CHOSEN = "Chosen"
CHOSEN_EMPTY = "Choose a style on the left."
LAYER_MASK = "The layer's mask"
CHANNEL = "Channel: {name}"
KEY_STRENGTH = keyed(sentences.STRENGTH, "r")
STRENGTH_LOW = "picture"
STRENGTH_HIGH = "style"
KEY_QUALITY = keyed(sentences.QUALITY, "Q")
KEY_SIZE = keyed(sentences.SIZE, "W")
IN_PX = "{words} ({size} px)"
KEY_COLOR = keyed(sentences.COLOR, "C")
KEY_MORE = keyed(sentences.MORE, "M")
KEY_COLOR_MIX = keyed(sentences.COLOR_MIX, "x")
KEY_SEED = keyed(sentences.SEED, "d")
KEY_OBJECTIVE = keyed(sentences.OBJECTIVE, "L")
KEY_SMOOTHNESS = keyed(sentences.SMOOTHNESS, "m")
KEY_SYMMETRY = keyed(sentences.SYMMETRY, "o")
KEY_START = keyed(sentences.START, "f")
KEY_WEIGHTS = "_Network"
WEIGHTS_NAMES = {"auto": "Automatic", "vgg19": "VGG19", "vgg16": "VGG16", "file": "The administrator's"}
PRESET_NONE = "None"
PRESET_HINT = "Keep these settings, without the styles, under a name"
PRESET_REMOVE = "Remove this preset"
PRESET_KEEP = "_Save"
ANIMATION_TITLE = "Restyle as animation"
FRAMES_NOTE = "Its {count} frames become a new image, each holding still with the one before."
PAINTED_BEFORE = "This layer was painted by Restyle; its style and settings are chosen."

# ---- choosing a file or a layer as the style ----
FILE_FILTER = "Pictures (PNG, JPEG, TIFF, WebP)"
FILE_OPEN = "_Choose"
FILE_KEEP = "_Keep it in the style library"
LAYER_TITLE = "A layer to paint like"
LAYER_SELECTION = "Only what is _selected there"
LAYER_NONE = "No other layer is open."
LAYER_IN = "{layer}  ({image}, {width} × {height} px)"

# ---- where it will be painted ----
ESTIMATE_UNKNOWN_TIME = "time known after the first run"
PAINTED_AT = "painted at {work} of {full} px"
PAINTED_FULL = "painted at full size"
INSTALL_SIZED = "{install} ({size})"

# ---- while it runs ----
RUNNING_TITLE = "Restyle: {title}"
CLOSE = "_Close"
KEY_STOP_AND_KEEP = keyed(sentences.STOP_AND_KEEP, "S")


def painted_at(work: int, full: int) -> str:
    """The longest side of the work against the layer's."""
    return PAINTED_AT.format(work=work, full=full) if work < full else PAINTED_FULL

"""Owns the words that a person reads in GIMP alone, and which letter of a word its key is; restyle_editor/sentences.py has those that Krita says too."""

from __future__ import annotations

from restyle_editor import catalogue, sentences
from restyle_editor.sentences import *  # noqa: F403 - what every editor says alike

_LAST_LATIN = "\u024f"
_taken: set[str] = set()  # letters that a widget has already


def keyed(words: str, letter: str) -> str:
    """GTK's way to say that Alt and a letter reach a widget: a line before it. letter: the English one.

    In another language it is that one where the words have it, else the first of theirs that is free; scripts without such letters take it behind, in brackets.
    """
    if not any(each.isalpha() and each <= _LAST_LATIN for each in words):
        whole = words.rstrip("…")
        return f"{whole}(_{letter.upper()}){words[len(whole) :]}"
    if letter not in words and catalogue.language():
        small = words.lower()
        free = [each for each in small if each.isalpha() and each not in _taken] or [small[0]]
        letter = words[small.index(letter.lower() if letter.lower() in small else free[0])]
    _taken.add(letter.lower())
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
TEXTURE_LABEL = keyed(sentences.TEXTURE_ACTION, "x")
TEXTURE_BLURB = "Make a new image that is a texture in the manner of another picture"
TEXTURE_HELP = (
    "Paints a new image of a chosen size in the manner of one or several pictures, of nothing else. With seamless it can be laid beside itself, as patterns "
    "are. Scripts name the style by style, style-file, style-layer or styles."
)
LEGIBLE_LABEL = "Channel of _faces and lettering"
LEGIBLE_BLURB = "Make a channel of a layer's faces and lettering"
LEGIBLE_HELP = (
    "Finds the chosen layer's faces and lettering, which keep their lines in paintings as Legibility says, and makes a hidden channel of them: to look at, to "
    "turn into a selection, or to confine a style to."
)
LEGIBLE_CHANNEL = "Faces and lettering"
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
KEY_UPDATE = keyed(sentences.UPDATE, "U")
RESET = "Rese_t"
KEY_EXPLORE = keyed(sentences.EXPLORE, "E")
KEY_RECENT = "Rece_nt…"
KEY_BACK = keyed(sentences.EXPLORE_BACK, "B")
RECENT_TITLE = "Recent paintings"
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
KEY_SEAMLESS = keyed(sentences.SEAMLESS, "e")
KEY_LAYERS = keyed(sentences.LAYERS, "y")
KEY_WIDTH, KEY_HEIGHT = keyed(sentences.WIDTH, "i"), keyed(sentences.HEIGHT, "H")
KEY_WEIGHTS = "_Network"
WEIGHTS_NAMES = {"auto": "Automatic", "vgg19": "VGG19", "vgg16": "VGG16", "file": "The administrator's"}
PRESET_NONE = "None"
PRESET_HINT = "Keep these settings, without the styles, under a name"
PRESET_REMOVE = "Remove this preset"
PRESET_KEEP = "_Save"
ANIMATION_TITLE = "Restyle as animation"
FRAMES_NOTE = "Its {count} frames become a new image, each holding still with the one before."
UPDATE_OTHER_SETTINGS = "{hint}; with other settings, all of it is painted anew."
LAYER_GONE = "The layer is gone from the image, so there is nothing to paint. Choose another one."
UPDATE_RESIZED = "“{name}” or its painting has another size now, so it can't be updated. Paint the layer again."
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

catalogue.translate(globals())


def painted_at(work: int, full: int) -> str:
    """The longest side of the work against the layer's."""
    return PAINTED_AT.format(work=work, full=full) if work < full else PAINTED_FULL

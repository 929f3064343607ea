"""Owns every word that a person reads in GIMP, so that they can be translated in one place; restyle_client/phrases.py has those that Krita says too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from restyle_client.phrases import *  # noqa: F403 - what every editor says alike
from restyle_client.phrases import progress_in

if TYPE_CHECKING:
    from restyle_client import Progress


MENU_LABEL = "_Restyle…"
BLURB = "Paint the layer in the manner of another picture"
HELP = (
    "Paints the chosen layer in the manner of one or several pictures, by neural style transfer on this computer. The result is a new layer above it. "
    "Scripts name the style by style, style-file, style-layer or styles."
)

# ---- what went wrong ----
SEE_LOG = "{sentence}\n\n(More in {log})"
NO_LAYER = "Restyle paints one layer. Choose a layer in the Layers dialog, then start it again."
SEVERAL_LAYERS = "Restyle paints one layer at a time, and {count} are chosen. Choose one, or merge them first."
IS_MASK = "The layer mask is chosen, and Restyle paints layers. Click the layer's own picture in the Layers dialog, then start it again."
IS_CHANNEL = "A channel is chosen, and Restyle paints layers. Choose a layer in the Layers dialog, then start it again."
INDEXED = "Restyle needs real colors and this image has a palette. Use Image ▸ Mode ▸ RGB, then start it again."
FLOATING = "There is a floating selection. Anchor it (Layer ▸ Anchor Layer) or make it a layer, then start Restyle again."
LOCKED = "The layer “{name}” is locked. Unlock it in the Layers dialog, then start Restyle again."
LOCKED_VISIBILITY = (
    "The layer “{name}” has its visibility locked, and it must be hidden under the result. Unlock it in the Layers dialog, then start Restyle again."
)
EMPTY_GROUP = "The group “{name}” is empty. Put a layer into it, or choose another layer."
OFF_CANVAS = "The selection does not touch the layer “{name}”. Select a part of it, or select nothing (Select ▸ None) to paint it whole."
TOO_SMALL = "The part to paint is {width} × {height} px; Restyle needs at least 16 px per side."
TRANSPARENT = "The layer “{name}” is empty: everything in it is transparent. Choose another layer."
NO_STYLE = "No style is chosen. Give style, style-file, style-layer or styles."
STYLE_CROP = "The part chosen of the style “{name}” lies outside of it. Choose it again."
REGION_GONE = "There is no channel “{name}” in this image. Choose another region for the style “{style}”."
NO_MASK = "The layer has no mask. Choose another region for the style “{style}”."
GIMP_REFUSED = "GIMP could not {what}. Save your work and start Restyle again; if it stays so, {log} says more."

# ---- the dialog ----
PAINT = "_Restyle"
CANCEL = "_Cancel"
RESET = "Rese_t"
ADD_FILE = "From a _file…"
ADD_LAYER = "From a _layer…"
REMOVE_STYLE = "Remove from library"
GALLERY_HINT = "Click a style to choose it, Ctrl-click to add another."
GALLERY_EMPTY = "Looking for the style library…"
GALLERY_NONE = "The styles are shown once the painter answers; below it says what is wrong."
CHOSEN = "Chosen"
CHOSEN_EMPTY = "Choose a style on the left."
LAYER_MASK = "The layer's mask"
CHANNEL = "Channel: {name}"
STRENGTH = "St_rength"
STRENGTH_LOW = "picture"
STRENGTH_HIGH = "style"
QUALITY = "_Quality"
QUALITY_HINTS = {
    "draft": "A quick look: about a fifth of the standard time",
    "standard": "A finished painting",
    "fine": "More detail, about three times the standard time",
}
SIZE = "_Work size"
SIZE_AUTOMATIC = "Automatic ({size} px)"
SIZE_FULL = "Full ({size} px)"
COLOR = "_Colors"
COLORS = {"style": "Of the style", "content": "Of the picture", "match": "Style's, matched to the picture"}
MORE = "_More settings"
COLOR_MIX = "Color mi_x"
SEED = "See_d"
OBJECTIVE = "_Likeness"
OBJECTIVES = {"auto": "Automatic", "gram": "Textures (Gram)", "wasserstein": "Wasserstein"}
SMOOTHNESS = "S_moothness"
SYMMETRY = "Mirr_oring"
SYMMETRIES = {"none": "As it is", "flips": "Mirrored too", "flips+rotations": "Mirrored and turned"}
START = "Start f_rom"
STARTS = {"content": "The picture", "noise": "Noise"}
WEIGHTS = "_Network"
WEIGHTS_NAMES = {"auto": "Automatic", "vgg19": "VGG19", "vgg16": "VGG16", "file": "The administrator's"}
USER_PRESETS = "Your presets"
USER_PRESET_NONE = "None"
USER_PRESET_SAVE = "Save…"
USER_PRESET_HINT = "Keep these settings, without the styles, under a name"
USER_PRESET_REMOVE = "Remove this preset"
USER_PRESET_KEEP = "_Save"
AGAIN = "This layer was painted by Restyle; its style and settings are chosen."
AGAIN_SOURCE = "Paint “{name}” again"
AGAIN_RESULT = "Paint this layer"
SELECTION_NOTE = "Only the selection is painted ({width} × {height} px)."

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
INSTALL = "Install VGG19 ({size})"
INSTALL_UNSIZED = "Install VGG19"
INSTALL_HINT = "Downloads the network VGG19 once; “Automatic” takes it from then on"
INSTALLING = "{step} {done} of {total}"
INSTALL_STEPS = {"downloading": "Downloading", "checking": "Checking", "converting": "Converting", "installed": "Installed"}

# ---- while it runs ----
RUNNING_TITLE = "Restyle: {title}"
CLOSE = "_Close"
STOP_AND_KEEP = "_Stop and keep"
PROGRESS = "Scale {scale} of {scales} ({width} × {height} px), step {step} of {steps}"
DOWNLOADING = "Fetching the painting, {percent} %"
PLACING = "Placing the new layer…"

# ---- what became of it ----
HIDDEN = "“{name}” is hidden below the new layer: where it is not opaque or blends, the two would add up."
SOURCE_GONE = "The source layer is gone, so the painting lies on top of the image."


def progress(now: Progress) -> str:
    """Scale, step and time left."""
    return progress_in(PROGRESS, now)


def painted_at(work: int, full: int) -> str:
    """The longest side of the work against the layer's."""
    return PAINTED_AT.format(work=work, full=full) if work < full else PAINTED_FULL

"""Owns every word that a person reads in Krita, so that they can be translated in one place; the client's phrases.py has those that GIMP says too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .client import phrases

if TYPE_CHECKING:
    from restyle_client.phrases import *  # noqa: F403 - what every editor says alike

    from .client import client
else:
    globals().update({name: value for name, value in vars(phrases).items() if not name.startswith("_")})

SCRIPTS_MENU = "tools/scripts"  # Krita's name of the menu, not a word
ACTION_AGAIN = "Restyle Layer"
ACTION_WITH = "Restyle Layer With…"
ACTION_CANCEL = "Cancel Restyle"

# ---- what went wrong ----
NO_DOCUMENT = "Open an image first."
NO_LAYER = "Choose a layer in the Layers docker first."
IS_MASK = "A mask is chosen, and Restyle paints layers. Click the layer itself in the Layers docker."
UNPAINTABLE = "“{name}” is a layer that can't be painted. Choose a paint layer, a group, a clone or a file layer."
LOCKED = "The layer “{name}” is locked. Unlock it in the Layers docker, then try again."
EMPTY = "The layer “{name}” is empty. Paint something on it, or choose another layer."
OUTSIDE = "Nothing of the layer “{name}” lies on the canvas. Move it there, or choose another layer."
SELECTION_OUTSIDE = "The selection does not touch the layer “{name}”. Select a part of it, or select nothing (Select ▸ Deselect) to paint it whole."
TOO_SMALL = "The image is {width} × {height} px; Restyle needs at least 16 px per side."
COLORS_UNKNOWN = "Restyle can't paint in the color space {model} {depth}. Convert the layer (Layer ▸ Convert ▸ Convert Layer Color Space…) to RGB first."
PROFILE_UNREADABLE = "The color profile “{name}” can't be read. Convert the layer (Layer ▸ Convert ▸ Convert Layer Color Space…) to sRGB first."
NO_STYLE = "Click a style in the gallery first."
NO_SELECTION = "Nothing is selected. Select the part of the layer that is to be the style."
NO_CLIPBOARD = "There is no picture in the clipboard. Copy one first."
REGION_GONE = "The region “{region}” of the style “{style}” is no longer in this image. Choose another one."
NOT_ANIMATED = "The layer “{name}” has no frames. Choose an animated layer, or press Restyle to paint it as it is."
PLACING_FAILED = "Krita would not take the painting. Unlock the layer's group, then find the painting under Recent."
NOT_ANOTHER = "This layer is being painted already. Wait for it, or cancel it."
CONTINUE_GONE = "The server no longer has this painting, so it can't be continued. Use Again to paint it anew."

# ---- the gallery ----
GALLERY_HINT = "Click a style to choose it; Ctrl-click adds another"
ADD = "Add"
ADD_HINT = "Paint after a picture of your own"
ADD_FILE = "From a file…"
ADD_LAYER = "From the layer"
ADD_SELECTION = "From the selection"
ADD_CLIPBOARD = "From the clipboard"
REMOVE = "Remove from the library"
FILE_FILTER = "Pictures (*.png *.jpg *.jpeg *.tif *.tiff *.webp)"
CLIPBOARD = "Clipboard"
SELECTION_OF = "{name}, selection"
LOADING_STYLES = "Looking for the styles…"
NO_STYLES_YET = "Open an image, and the styles are shown here."

# ---- controls ----
MASK_NAME = "Selection"
REGION_LAYER = "Layer: {name}"
REGION_LABEL = "Color label: {name}"
LABELS = ("", "blue", "green", "yellow", "orange", "brown", "red", "purple", "gray")
STRENGTH = "Strength"
STRENGTH_HINT = "0 leaves the layer as it is, 50 is balance, 100 lets the style win"
QUALITY = "Quality"
QUALITY_HINT = "A draft takes about a fifth of the standard time, fine about three times as long"
SIZE = "Work size"
SIZE_AUTOMATIC = "Automatic"
SIZE_FULL = "Full"
COLOR = "Colors"
COLORS = {"style": "Of the style", "content": "Of the layer", "match": "Style's, matched"}
MORE = "More"
COLOR_MIX = "Color mix"
SEED = "Seed"
OBJECTIVE = "Likeness"
OBJECTIVES = {"auto": "Automatic", "gram": "Textures", "wasserstein": "Wasserstein"}
SMOOTHNESS = "Smoothness"
SYMMETRY = "Mirroring"
SYMMETRIES = {"none": "As it is", "flips": "Mirrored too", "flips+rotations": "Mirrored, turned"}
START = "Start from"
STARTS = {"content": "The layer", "noise": "Noise"}
PRESETS = "Presets"
PRESETS_MENU = "Choose…"
PRESET_SAVE = "Save as…"
PRESET_DELETE = "Delete “{name}”"

# ---- buttons and tabs ----
PAINT = "Restyle"
PAINT_HINT = "Paint the chosen layer; the result becomes a new layer above it"
FRAMES = "All frames"
FRAMES_HINT = "Paint every frame of an animated layer, onto a new animated layer"
EXPLORE = "Explore"
EXPLORE_HINT = "Six drafts of this layer to choose from"
CANCEL = "Cancel"
KEEP = "Stop and keep"
KEEP_HINT = "Stop painting now and keep what there is"
PREVIEW = "Preview of the painting"
PROGRESS_BAR = "Progress of the painting"
RECENT = "Recent"
RECENT_EMPTY = "Your paintings will be listed here."
AGAIN = "Again"
AGAIN_HINT = "Paint the chosen layer with the settings of this painting"
CONTINUE = "Continue"
CONTINUE_HINT = "Go on from this painting with the settings above"
USE_SETTINGS = "Use its settings"
DELETE = "Delete"
EXPLORE_TITLE = "Click the one to paint in full"
DRAFT = "Draft {number}"
DRAFT_FAILED = "Failed"
EXPLORE_CLOSE = "Back"
EXPLORED = "{strength} %, strokes × {scale:g}, {color}"
INSTALL = "Install VGG19"
INSTALL_SHORT = "VGG19…"
INSTALL_HINT = "Downloads the network VGG19 once ({size}); it paints from then on"
INSTALL_BEGINS = "Looking for VGG19…"
INSTALLING = {"downloading": "Downloading {done} of {total}", "checking": "Checking", "converting": "Converting", "installed": "Installed"}

# ---- the server ----
SERVER_OFF = "The painter starts when an image is open."
SERVER_RESTING = "The painter rests; it starts again with the next painting."
SERVER_READY = "Ready"
READY_FOR_IMAGE = "Ready: open an image"
READY_FOR_STYLE = "Ready: click a style"
SERVER_BUSY = "Busy: {running} painting, {waiting} waiting"
SERVER_DRAINING = "The painter is ending; it starts again with the next painting."

# ---- while it runs ----
PROGRESS = "Scale {scale} of {scales}, step {step} of {steps}"
DOWNLOADING = "Fetching {percent} %"
FRAME = "Frame {done} of {count}"

# ---- what became of it ----
DONE = "“{name}” is painted."
DONE_EARLY = "“{name}” is painted; stopped early."
DONE_FRAMES = "“{name}”: {done} of {count} frames are painted."
CANCELLED = "Cancelled."
HIDDEN = "“{name}” is hidden below it, because the two would add up."
SOURCE_GONE = "The layer it was painted from is gone, so the painting lies on top."


def progress(now: client.Progress) -> str:
    """Scale, step and time left."""
    return phrases.progress_in(PROGRESS, now)

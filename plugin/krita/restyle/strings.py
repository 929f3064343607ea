"""Owns every word that a person reads, so that they can be translated in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .client import client

TITLE = "Restyle"
SCRIPTS_MENU = "tools/scripts"  # Krita's name of the menu, not a word
ACTION_AGAIN = "Restyle Layer"
ACTION_WITH = "Restyle Layer With…"
ACTION_CANCEL = "Cancel Restyle"

# ---- what went wrong ----
UNEXPECTED = "Restyle hit something unforeseen. What happened is written in {log}; please report it with that file."
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
STYLE_FILE = "The style picture {path} can't be read ({reason}). Choose another file."
STYLE_LAYER = "The layer “{name}” that was chosen as the style is no longer open. Choose a style again."
STYLE_SMALL = "“{name}” is {width} × {height} px; a style needs at least 16 px per side."
NO_SELECTION = "Nothing is selected. Select the part of the layer that is to be the style."
NO_CLIPBOARD = "There is no picture in the clipboard. Copy one first."
REGION_GONE = "The region “{region}” of the style “{style}” is no longer in this image. Choose another one."
REGION_EMPTY = "The region of the style “{style}” does not touch what is painted. Choose another one."
NOT_ANIMATED = "The layer “{name}” has no frames. Choose an animated layer, or press Restyle to paint it as it is."
DOCUMENT_GONE = "The image was closed while Restyle painted, so the painting has no place to go."
PLACING_FAILED = "Krita would not take the painting. Unlock the layer's group, then find the painting under Recent."
NOT_ANOTHER = "This layer is being painted already. Wait for it, or cancel it."
CONTINUE_GONE = "The server no longer has this painting, so it can't be continued. Use Again to paint it anew."

# ---- the gallery ----
GALLERY = "Styles"
GALLERY_HINT = "Click a style to choose it; Ctrl-click adds another"
ADD = "Add"
ADD_HINT = "Paint after a picture of your own"
ADD_FILE = "From a file…"
ADD_LAYER = "From the layer"
ADD_SELECTION = "From the selection"
ADD_CLIPBOARD = "From the clipboard"
REMOVE = "Remove from the library"
FILE_TITLE = "A picture to paint like"
FILE_FILTER = "Pictures (*.png *.jpg *.jpeg *.tif *.tiff *.webp)"
CLIPBOARD = "Clipboard"
SELECTION_OF = "{name}, selection"
LOADING_STYLES = "Looking for the styles…"

# ---- controls ----
SHARE = "Share"
STROKES = "Strokes"
REGION = "Where"
MASK_NAME = "Selection"
EVERYWHERE = "Everywhere"
REGION_LAYER = "Layer: {name}"
REGION_LABEL = "Color label: {name}"
LABELS = ("", "blue", "green", "yellow", "orange", "brown", "red", "purple", "gray")
STRENGTH = "Strength"
STRENGTH_HINT = "0 leaves the layer as it is, 50 is balance, 100 lets the style win"
QUALITY = "Quality"
QUALITIES = {"draft": "Draft", "standard": "Standard", "fine": "Fine"}
QUALITY_HINT = "A draft takes about a fifth of the standard time, fine about three times as long"
SIZE = "Work size"
SIZE_HINT = "How large the painting is worked out before it is brought to the layer's own size: larger takes longer and gives finer strokes"
SIZE_AUTOMATIC = "Automatic"
SIZE_FULL = "Full"
SIZE_PX = "{size} px"
COLOR = "Colors"
COLORS = {"style": "Of the style", "content": "Of the layer", "match": "Style's, matched"}
MORE = "More"
COLOR_MIX = "Color mix"
SEED = "Seed"
SEED_NEW = "Another"
SEED_HINT = "Another number gives another painting; the same number gives the same"
OBJECTIVE = "Likeness"
OBJECTIVES = {"auto": "Automatic", "gram": "Textures", "gram+moments": "Textures and tones", "wasserstein": "Wasserstein"}
SMOOTHNESS = "Smoothness"
SYMMETRY = "Mirroring"
SYMMETRIES = {"none": "As it is", "flips": "Mirrored too", "flips+rotations": "Mirrored, turned"}
START = "Start from"
STARTS = {"content": "The layer", "noise": "Noise"}
PRESETS = "Presets"
PRESETS_MENU = "Choose…"
PRESET_SAVE = "Save as…"
PRESET_NAME = "Name of the preset:"
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
EXPLORE_CLOSE = "Back"
EXPLORED = "{strength} %, strokes × {scale:g}, {color}"
RETRY = "Try again"
INSTALL = "Install the better network"
INSTALL_SHORT = "Better…"
INSTALL_HINT = "Downloads VGG19's ImageNet weights once ({size}); paintings get clearly better with them"
INSTALLING = {"downloading": "Downloading {done} of {total}", "checking": "Checking", "converting": "Converting", "installed": "Installed"}
INSTALLED = "The better network is installed."

# ---- the server ----
SERVER_OFF = "The painter is not running."
SERVER_STARTING = "Starting the painter…"
SERVER_READY = "Ready"
SERVER_BUSY = "Busy: {running} painting, {waiting} waiting"
SERVER_DRAINING = "The painter is ending; it starts again with the next painting."
NETWORKS = {"compact": "compact network", "imagenet": "ImageNet network", "file": "the administrator's network"}
ABOUT = "about {time}"

# ---- while it runs ----
CONNECTING = "Looking for the painter…"
UPLOADING = "Sending {percent} %"
QUEUED = "Waiting: {position} in the queue"
QUEUED_NEXT = "Waiting: next in the queue"
PREPARING = "Preparing…"
PROGRESS = "Scale {scale} of {scales}, step {step} of {steps}"
PROGRESS_ETA = "{left} left"
FINISHING = "Stopping; keeping what there is…"
CANCELLING = "Cancelling…"
DOWNLOADING = "Fetching {percent} %"
FRAME = "Frame {done} of {count}"

# ---- what became of it ----
LAYER_NAME = "{source} — {style}"
DONE = "“{name}” is painted."
DONE_EARLY = "“{name}” is painted; stopped early."
DONE_FRAMES = "“{name}”: {done} of {count} frames are painted."
CANCELLED = "Cancelled."
HIDDEN = "“{name}” is hidden below it, because the two would add up."
SOURCE_GONE = "The layer it was painted from is gone, so the painting lies on top."


def seconds(amount: float) -> str:
    """A span of time for people: "12 s", "3 min", "1 h 20 min"."""
    whole = max(1, round(amount))
    if whole < 100:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def bytes_(amount: int) -> str:
    """An amount of memory for people: "548 MiB", "1.4 GiB"."""
    return f"{amount / 2**30:.1f} GiB" if amount >= 2**30 else f"{max(1, round(amount / 2**20))} MiB"


def queued(position: int) -> str:
    return QUEUED.format(position=position) if position > 1 else QUEUED_NEXT


def progress(now: client.Progress) -> str:
    """Scale, step and time left."""
    text = PROGRESS.format(scale=now.scale, scales=now.scales, step=now.step, steps=now.steps)
    return text if now.eta_seconds is None else f"{text} · {PROGRESS_ETA.format(left=seconds(now.eta_seconds))}"

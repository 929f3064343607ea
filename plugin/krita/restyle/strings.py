"""Owns the words that a person reads in Krita alone; restyle_editor/sentences.py has those that GIMP says too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .packages import sentences

if TYPE_CHECKING:
    from restyle_editor.sentences import *  # noqa: F403 - what every editor says alike
else:
    globals().update({name: value for name, value in vars(sentences).items() if not name.startswith("_")})

SCRIPTS_MENU = "tools/scripts"  # Krita's name of the menu, not a word
ACTION_AGAIN = "Restyle Layer"
ACTION_WITH = "Restyle Layer With…"
ACTION_CANCEL = "Cancel Restyle"
SELECT_NOTHING = "Select ▸ Deselect"

# ---- what went wrong ----
NO_DOCUMENT = "Open an image first."
UNPAINTABLE = "“{name}” is a layer that can't be painted. Choose a paint layer, a group, a clone or a file layer."
OUTSIDE = "Nothing of the layer “{name}” lies on the canvas. Move it there, or choose another layer."
COLORS_UNKNOWN = "Restyle can't paint in the color space {model} {depth}. Convert the layer (Layer ▸ Convert ▸ Convert Layer Color Space…) to RGB first."
PROFILE_UNREADABLE = "The color profile “{name}” can't be read. Convert the layer (Layer ▸ Convert ▸ Convert Layer Color Space…) to sRGB first."
NO_SELECTION = "Nothing is selected. Select the part of the layer that is to be the style."
NO_CLIPBOARD = "There is no picture in the clipboard. Copy one first."
FILM_GONE = "The new layer is gone from the image, so its other frames are not painted. Undo what took it away, or press All frames again."
NOT_ANIMATED = "The layer “{name}” has no frames. Choose an animated layer, or press Restyle to paint it as it is."
PLACING_FAILED = "Krita would not take the painting. Unlock the layer's group, then choose the painting under Recent and press Place."
NOT_ANOTHER = "This layer is being painted already. Wait for it, or cancel it."
CONTINUE_GONE = "The painter no longer has this painting, so it can't be continued. Use Again to paint it anew."
PLACE_GONE = "The painter no longer has this painting, so there is nothing to place. Use Again to paint it anew."

# ---- the gallery ----
ADD = "Add"
ADD_HINT = "Paint after a picture of your own"
ADD_ACTIVE = "From the layer"
ADD_SELECTION = "From the selection"
ADD_CLIPBOARD = "From the clipboard"
FILE_FILTER = "Pictures (*.png *.jpg *.jpeg *.tif *.tiff *.webp)"
CLIPBOARD = "Clipboard"
SELECTION_OF = "{name}, selection"
SELECTION_LIMITS = "What is selected is the style, and limits what is painted, too. To paint a layer whole, select nothing ({menu})."
NO_STYLES_YET = "Open an image, and the styles are shown here."

# ---- controls ----
MASK_NAME = "Selection"
REGION_LAYER = "Layer: {name}"
REGION_LABEL = "Color label: {name}"
LABELS = ("", "blue", "green", "yellow", "orange", "brown", "red", "purple", "gray")
STRENGTH_HINT = "0 leaves the layer as it is, 50 is balance, 100 lets the style win"
PRESETS_MENU = "Choose…"
PRESET_DELETE = "Delete “{name}”"

# ---- buttons and tabs ----
PAINT_HINT = "Paint the chosen layer, or what a painted one was painted from; the result becomes a new layer above it"
PAINT_THIS_HINT = "Paint the chosen layer itself, though it is a painting"
FRAMES = "All frames"
FRAMES_SAID = "{frames} ({forecast})"
FRAMES_HINT = "Paint every frame of an animated layer, or those selected in the timeline, onto a new animated layer; each holds still with the one before"
EXPLORE = "Explore"
EXPLORE_HINT = "Six drafts of this layer to choose from"
KEEP_HINT = "Stop painting now and keep what there is"
PREVIEW = "Preview of the painting"
PROGRESS_BAR = "Progress of the painting"
RECENT = "Recent"
RECENT_EMPTY = "Your paintings will be listed here."
AGAIN = "Again"
AGAIN_HINT = "Paint the chosen layer with the settings of this painting"
CONTINUE = "Continue"
CONTINUE_HINT = "Go on from this painting with the settings above"
PLACE = "Place"
PLACE_HINT = "Put this painting into the image as a new layer, where it was painted"
USE_SETTINGS = "Use its settings"
DELETE = "Delete"
EXPLORE_TITLE = "Click the one to paint in full"
DRAFT = "Draft {number}"
DRAFT_FAILED = "Failed"
EXPLORE_CLOSE = "Back"
EXPLORED = "{strength} %, strokes × {scale:g}, {color}"
INSTALL_SHORT = "VGG19…"

# ---- the server ----
READY_FOR_IMAGE = "Ready: open an image"
READY_FOR_STYLE = "Ready: click a style"

# ---- what became of it ----
DONE = "“{name}” is painted."
DONE_EARLY = "“{name}” is painted; stopped early."
PLACED = "“{name}” is placed."
CANCELLED = "Cancelled."

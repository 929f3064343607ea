"""Owns the words that a person reads in Krita alone; restyle_editor/sentences.py has those that GIMP says too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .packages import catalogue, sentences

if TYPE_CHECKING:
    from restyle_editor.sentences import *  # noqa: F403 - what every editor says alike
else:
    globals().update({name: value for name, value in vars(sentences).items() if not name.startswith("_")})

ACTION_AGAIN = "Restyle Layer"
ACTION_AGAIN_HINT = "Paint the layer with the last settings of Restyle"
ACTION_WITH = "Restyle Layer With…"
ACTION_WITH_HINT = "Show Restyle's docker, to choose a style and settings"
ACTION_CANCEL = "Cancel Restyle"
ACTION_CANCEL_HINT = "Give up the paintings of this image that are under way"
TEXTURE_HINT = "Paint a new layer in Restyle's chosen styles alone, of a size of its own"
TEXTURE_IN = "A new layer, painted in the manner of {styles} and of nothing else."
ACTION_LEGIBLE = "Faces and Lettering as Mask"
ACTION_LEGIBLE_HINT = "Give the layer a hidden mask of its faces and lettering"
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
MASK_FAILED = "Krita would not take the mask. Unlock the layer, then try again."
MASK_HOMELESS = "The layer is gone from the image, so its mask has no place to go."
NOT_ANOTHER = "This layer is being painted already. Wait for it, or cancel it."

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
LEGIBLE_AS_MASK = "As mask"
LEGIBLE_HINT = "How far faces and lettering keep their lines; 0 is off"
LEGIBLE_AS_MASK_HINT = "Give the chosen layer a hidden mask of its faces and lettering, to look at or to change"
READING = "Looking for faces and lettering in “{name}”…"
MARKED = "“{name}” has the mask “{mask}” now. It is hidden: show it, or turn it into a selection."
LEGIBLE_MASK = "Faces and lettering"
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
KEEP_HINT = "Stop painting now and keep what there is"
PREVIEW = "Preview of the painting"
PROGRESS_BAR = "Progress of the painting"
AGAIN = "Again"
AFTERWARDS = "Lower it"
AFTERWARDS_BACK = "Click to see the styles again"
INSTALL_SHORT = "VGG19…"

# ---- live ----
LIVE = "Live"
LIVE_HINT = "A layer above the chosen one follows it, painted, while you draw; Keep makes it a layer like any other"
LIVE_LAYER = "{style} · live"
LIVE_MARKER = "Drawn anew"
LIVE_ON = "Live: “{name}” is followed"
LIVE_KEEP = "Keep"
LIVE_KEEP_HINT = "Keep what is shown as a new layer: one undo step"
LIVE_FULL = "Paint in full"
LIVE_FULL_HINT = "Paint the layer as it is now with all care; what is shown goes"
LIVE_KEPT = "“{name}” is kept."
LIVE_NO_LOOK = "The style “{name}” has no look, which Live needs. Choose another style."
LIVE_ONE_STYLE = "Live paints in one style, and several are chosen. Click one of them."
LIVE_COLORS = "Live can't follow “{name}”: its colors are not its image's, or neither RGB nor gray. Convert the layer first, or press Restyle."
LIVE_GONE = "The layer that Live showed, or the one it followed, is gone; press Live to begin again."
LIVE_HIDDEN = "Live rests while its layer is hidden; show it again to go on."
LIVE_UNLOCKED = "Live rests while its layer is unlocked, so that it paints over nothing of yours; lock it again to go on, or press Keep."
LIVE_ELSEWHERE = "Live rests while another image is in front."

# ---- the server ----
READY_FOR_IMAGE = "Ready: open an image"
READY_FOR_STYLE = "Ready: click a style"

# ---- what became of it ----
DONE = "“{name}” is painted."
DONE_EARLY = "“{name}” is painted; stopped early."
CANCELLED = "Cancelled."

catalogue.translate(globals())


def on_button(words: str) -> str:
    """A name as Qt's buttons and menus show it: to them, a single & says that a letter is a key."""
    return words.replace("&", "&&")

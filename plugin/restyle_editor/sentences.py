"""Owns the words for people that every editor says alike: one thing has one name and one sentence, in GIMP and in Krita.

Each editor's own strings.py has the rest, which is about that editor's own menus and windows, and names these too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .packages import parameters

if TYPE_CHECKING:
    from .packages import client

TITLE = "Restyle"
PAINT = "Restyle"
CANCEL = "Cancel"
RETRY = "Try again"

# ---- what went wrong ----
UNEXPECTED = "Restyle hit something unforeseen. What happened is written in {log}; please report it with that file."
NO_LAYER = "No layer is chosen. Choose the layer to paint, then try again."
IS_MASK = "A mask is chosen, and Restyle paints layers. Click the layer's own picture in the list of layers, then try again."
LOCKED = "The layer “{name}” is locked. Unlock it in the list of layers, then try again."
EMPTY = "The layer “{name}” is empty: everything in it is transparent. Choose another layer."
SELECTION_OUTSIDE = "The selection does not touch the layer “{name}”. Select a part of it, or select nothing ({menu}) to paint it whole."
TOO_SMALL = "The part to paint is {width} × {height} px; Restyle needs at least 16 px per side."
NO_STYLE = "No style is chosen. Choose one, then try again."
STYLE_FILE = "The style picture {path} can't be read ({reason}). Choose another file."
STYLE_LAYER = "The layer “{name}” that was chosen as the style is no longer open. Choose a style again."
STYLE_SMALL = "The style “{name}” is {width} × {height} px there; a style needs at least 16 px per side."
REGION_GONE = "The region “{region}” of the style “{style}” is no longer in this image. Choose another region for it."
REGION_EMPTY = "The region of the style “{style}” does not touch what is painted. Choose another region for it."
ONE_FRAME = "“{name}” has one frame, and an animation has two or more. Paint it with {restyle} instead."
EMPTY_FRAMES = "Every frame of “{name}” is empty: everything in them is transparent. Choose another animation."
IMAGE_GONE = "The image was closed while Restyle painted, so the painting has no place to go."

# ---- choosing ----
GALLERY = "Styles"
GALLERY_HINT = "Click a style to choose it; Ctrl-click adds another."
LOADING_STYLES = "Looking for the styles…"
ADD_FILE = "From a file…"
REMOVE_STYLE = "Remove from the library"
FILE_TITLE = "A picture to paint like"
SHARE = "Share"
STROKES = "Strokes"
REGION = "Where"
EVERYWHERE = "Everywhere"
STRENGTH = parameters.NUMBERS["strength"].title
QUALITY = "Quality"
QUALITIES = {"draft": "Draft", "standard": "Standard", "fine": "Fine"}
QUALITY_HINTS = {
    "draft": "A quick look: about a fifth of the standard time",
    "standard": "A finished painting",
    "fine": "More detail, about three times the standard time",
}
SIZE = "Work size"
SIZE_HINT = "How large the painting is worked out before it is brought to the layer's own size: larger takes longer and gives finer strokes"
SIZE_PX = "{size} px"
SIZE_AUTOMATIC = "Automatic"
SIZE_FULL = "Full"
COLOR = "Colors"
COLORS = {"style": "Of the style", "content": "Of the picture", "match": "Style's, matched"}
COLOR_MIX = parameters.NUMBERS["color_mix"].title
SEED = parameters.NUMBERS["seed"].title
SEED_HINT = "Another number gives another painting; the same number gives the same"
SEED_NEW = "Another"
OBJECTIVE = "Likeness"
OBJECTIVES = {"auto": "Automatic", "gram": "Textures", "wasserstein": "Wasserstein"}
SMOOTHNESS = parameters.NUMBERS["tv"].title
SYMMETRY = "Mirroring"
SYMMETRIES = {"none": "As it is", "flips": "Mirrored too", "flips+rotations": "Mirrored, turned"}
START = "Start from"
STARTS = {"content": "The picture", "noise": "Noise"}
MORE = "More"
PRESETS = "Your presets"
PRESET_SAVE = "Save…"
PRESET_NAME = "Name of the preset:"
SELECTION_NOTE = "Only the selection is painted ({width} × {height} px)."
PAINT_THIS = "Paint this layer"
PAINT_AGAIN = "Paint “{name}” again"

# ---- the server ----
SERVER_OFF = "The painter starts when an image is open."
SERVER_RESTING = "The painter rests; it starts again with the next painting."
SERVER_READY = "Ready"
SERVER_BUSY = "Busy: {running} painting, {waiting} waiting"
SERVER_DRAINING = "The painter is ending; it starts again with the next painting."
SERVER_STARTING = "Starting the painter…"
SERVER_RESTARTING = "The painter went away; starting it again…"
ABOUT = "about {time}"
NETWORKS = {"vgg19": "VGG19", "vgg16": "VGG16", "file": "the administrator's network"}
INSTALL = "Install VGG19"
INSTALL_HINT = "Downloads the network VGG19 once ({size}); it paints from then on"
INSTALL_BEGINS = "Looking for VGG19…"
INSTALLING = {"downloading": "Downloading {done} of {total}", "checking": "Checking", "converting": "Converting", "installed": "Installed"}
INSTALLED = "VGG19 is installed."

# ---- while it runs ----
CONNECTING = "Looking for the painter…"
UPLOADING = "Sending {percent} %"
QUEUED = "Waiting: place {position} in the queue"
QUEUED_NEXT = "Waiting: next in the queue"
PREPARING = "Preparing…"
PROGRESS = "Scale {scale} of {scales} ({width} × {height} px), step {step} of {steps}"
PROGRESS_ETA = "{left} left"
DOWNLOADING = "Fetching {percent} %"
FRAME = "Frame {number} of {count}"
FRAME_COUNT = "{count} frames"
STOP_AND_KEEP = "Stop and keep"
PLACING = "Placing the painting…"
FINISHING = "Stopping; keeping what there is…"
CANCELLING = "Cancelling…"
LAYER_NAME = "{source} — {style}"
OF_A_LAYER = "a layer"

# ---- what became of it ----
DONE_FRAMES = "“{name}”: {done} of {count} frames are painted."
HIDDEN = "“{name}” is hidden below the painting: where it is not opaque or blends, the two would add up."
EARLIER_HIDDEN = "Earlier paintings of “{name}” are hidden."
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
    """Scale, its size, step and time left."""
    return progress_in(PROGRESS, now)


def progress_in(words: str, now: client.Progress) -> str:
    """Words with the scale, its size and the step put in, and the time left."""
    text = words.format(scale=now.scale, scales=now.scales, width=now.width, height=now.height, step=now.step, steps=now.steps)
    return text if now.eta_seconds is None else f"{text} · {PROGRESS_ETA.format(left=seconds(now.eta_seconds))}"


def installing(step: str, done: int, total: int) -> str:
    """How far the download of VGG19 is, in bytes; total: 0 when not known yet."""
    return INSTALLING.get(step, step).format(done=bytes_(done), total=bytes_(total)) if total else INSTALL_BEGINS


def layer_name(source: str, style: str) -> str:
    """The new layer's. A style of the source's own name is most often the only layer of another image, and its name says nothing."""
    return LAYER_NAME.format(source=source, style=OF_A_LAYER if style == source else style)


def origin(name: str, style: str) -> str:
    """What a painted layer was painted from, by that layer's own name and its style; a name that a person gave it stays as it is."""
    for ending in (style, OF_A_LAYER):
        name = name.removesuffix(LAYER_NAME.format(source="", style=ending)) or name
    return name

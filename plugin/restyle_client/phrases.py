"""Owns the words for people that every editor says alike. Each editor's own strings.py has the rest, and names these too."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .jobs import Progress

TITLE = "Restyle"
RETRY = "Try again"

# ---- what went wrong ----
UNEXPECTED = "Restyle hit something unforeseen. What happened is written in {log}; please report it with that file."
STYLE_FILE = "The style picture {path} can't be read ({reason}). Choose another file."
STYLE_LAYER = "The layer “{name}” that was chosen as the style is no longer open. Choose a style again."
STYLE_SMALL = "The style “{name}” is {width} × {height} px there; a style needs at least 16 px per side."
REGION_EMPTY = "The region of the style “{style}” does not touch what is painted. Choose another region for it."
IMAGE_GONE = "The image was closed while Restyle painted, so the painting has no place to go."

# ---- choosing ----
GALLERY = "Styles"
FILE_TITLE = "A picture to paint like"
SHARE = "Share"
STROKES = "Strokes"
REGION = "Where"
EVERYWHERE = "Everywhere"
QUALITIES = {"draft": "Draft", "standard": "Standard", "fine": "Fine"}
SIZE_HINT = "How large the painting is worked out before it is brought to the layer's own size: larger takes longer and gives finer strokes"
SIZE_PX = "{size} px"
SEED_HINT = "Another number gives another painting; the same number gives the same"
SEED_NEW = "Another"
PRESET_NAME = "Name of the preset:"

# ---- the server ----
SERVER_STARTING = "Starting the painter…"
ABOUT = "about {time}"
NETWORKS = {"vgg19": "VGG19", "vgg16": "VGG16", "file": "the administrator's network"}
INSTALLED = "VGG19 is installed."

# ---- while it runs ----
CONNECTING = "Looking for the painter…"
UPLOADING = "Sending {percent} %"
QUEUED = "Waiting: place {position} in the queue"
QUEUED_NEXT = "Waiting: next in the queue"
PREPARING = "Preparing…"
PROGRESS_ETA = "{left} left"
FINISHING = "Stopping; keeping what there is…"
CANCELLING = "Cancelling…"
LAYER_NAME = "{source} — {style}"


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


def progress_in(words: str, now: Progress) -> str:
    """An editor's words with the scale, its size and the step put in, and the time left."""
    text = words.format(scale=now.scale, scales=now.scales, width=now.width, height=now.height, step=now.step, steps=now.steps)
    return text if now.eta_seconds is None else f"{text} · {PROGRESS_ETA.format(left=seconds(now.eta_seconds))}"

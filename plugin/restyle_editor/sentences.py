"""Owns the words for people that every editor says alike: one thing has one name and one sentence, in GIMP and in Krita.

Each editor's own strings.py has the rest, which is about that editor's own menus and windows, and names these too. Every string in capitals is a sentence for
people and is translated; what is written here is English, and the key of the catalogues.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from . import catalogue
from .catalogue import Counted
from .packages import limits, parameters

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
SEAMLESS_SELECTION = "A seamless painting is of the whole layer. Select nothing ({menu}), or set Seamless to No."
NOTHING_READ = "No faces and no lettering were found in “{name}”."
STYLE_FILE = "The style picture {path} can't be read ({reason}). Choose another file."
STYLE_LARGE = "“{name}” has {size}; a style's picture may have {most}. Save it smaller, then try again."
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
FILE_NO_PREVIEW = "No preview"
FILE_SIZE = "{width} × {height} px"
SEARCH = "Search"
SEARCH_HINT = "Search the styles by name, tag or credit"
FAVORITE = "Favorite"
FAVORITES_HINT = "Show your favorites alone; the star on a style makes it one"
TAGS = "Tags"
TAGS_HINT = "Show the styles with one tag"
TAGS_ALL = "All tags"
TAG_COUNTED = "{tag} ({count})"
TAGGED = "Tags: {tags}"
TAGS_EDIT = "Tags…"
TAGS_OF = "Tags of “{name}”"
TAGS_ASKED = "With commas between; none: those of the library"
TAGS_WRONG = "A style has at most {most} tags, of up to {longest} letters each. Give it fewer, or shorter ones."
TASTE_UNKEPT = "Favorites and tags can't be written to {folder}, and hold until the editor ends. Make room there, or allow writing."
TILES = "Tile size"
TILE_SIZES = {"small": "Small", "medium": "Medium", "large": "Large"}
NO_MATCH = "No style is like that. Clear the search, the tag and the star to see all."
DROPPED = "Dropped picture"
DROP_NONE = "What was dropped is no picture. Drop a picture file, or a picture of a web page."
DROP_OTHER = "“{name}” is no picture that Restyle reads. Drop a PNG, JPEG, TIFF or WebP file."
DROP_ADDRESS = "Only the address of a picture was dropped, and Restyle fetches nothing from the web. Save the picture, then drop the file."
DROP_MANY = "{count} files at once are too many; {most} are the most. Take fewer, or add the folder with “restyle styles add”."
DROP_LARGE = "These pictures have more than {most} together. Take fewer at once."
SHARE = "Share"
STROKES = "Strokes"
STROKES_AUTOMATIC = "automatic"
STROKES_CHOSEN = "automatic: {scale}"
STROKES_HINT = "Size of the strokes. The lowest value is automatic: what suits the picture and the style"
STROKES_STEP = 0.05
AUTOMATIC_STROKES = 0.2  # of a number, which stands for automatic: a step below the smallest size
REGION = "Where"
EVERYWHERE = "Everywhere"
NUMBERS = {name: each.title for name, each in parameters.NUMBERS.items() if each.title}
STRENGTH = NUMBERS["strength"]
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
COLOR_MIX = NUMBERS["color_mix"]
SEED = NUMBERS["seed"]
SEED_HINT = "Another number gives another painting; the same number gives the same"
SEED_NEW = "Another"
OBJECTIVE = "Likeness"
OBJECTIVES = {"auto": "Automatic", "gram": "Textures", "wasserstein": "Wasserstein"}
SMOOTHNESS = NUMBERS["tv"]
SYMMETRY = "Mirroring"
SYMMETRIES = {"none": "As it is", "flips": "Mirrored too", "flips+rotations": "Mirrored, turned"}
START = "Start from"
STARTS = {"content": "The picture", "noise": "Noise"}
SEAMLESS = "Seamless"
SEAMLESS_WAYS = {"none": "No", "x": "Left and right", "y": "Top and bottom", "both": "On all sides"}
SEAMLESS_HINT = "Sides go on at the opposite ones, so that it can be laid beside itself; a picture's own seam stays"
LAYERS = "Layers"
LAYERS_WAYS = {"one": "One", "two": "Two: colors and strokes"}
LAYERS_HINT = "As two layers in a group, colors and strokes: hide one to see only the other on your picture; together they are the painting"
OF_COLORS, OF_STROKES = "{style} colors", "{style} strokes"
TEXTURE = "Texture"
TEXTURE_ACTION, TEXTURE_TITLE = "Texture from Style…", "Texture from Style"
WIDTH, HEIGHT = "Width", "Height"
PATTERN_LIMIT = "A pattern (.pat) has {most} px per side at the most; larger, this can be an image only."
MORE = "More"
PRESETS = "Your presets"
PRESET_SAVE = "Save…"
PRESET_NAME = "Name of the preset:"
SELECTION_NOTE = "Only the selection is painted ({width} × {height} px)."
PAINT_THIS = "Paint this layer"
PAINT_AGAIN = "Paint “{name}” again"
UPDATE = "Update"
UPDATE_HINT = "Paint only what has changed in the layer since, with the settings that its painting has. All else stays as it is"
UPDATE_NONE = "This layer has no painting to update. Paint it first."
UPDATE_SOURCE_GONE = "The layer that this painting was made of is gone, so there is nothing to update it from."
UPDATE_UNKNOWN = "It is not known any more how this painting was made, so it can't be updated. Paint the layer again."
UPDATE_TWO = "A painting in two layers can't be updated. Paint the layer again."
UPDATE_UNCHANGED = "Nothing has changed in “{name}” since its painting, so it stays as it is."

# ---- exploring ----
EXPLORE = "Explore"
EXPLORE_HINT = "Six drafts of this layer to choose from"
EXPLORE_TITLE = "Click the one to paint in full"
EXPLORE_BACK = "Back"
EXPLORE_VARY = "What the drafts differ in"
VARIES = {"style": "Style", "strength": STRENGTH, "strokes": STROKES}
EXPLORED = "Strength {strength}, strokes {strokes}"
EXPLORED_STRENGTH = "Strength {strength}"
EXPLORED_STROKES = "Strokes {strokes}"
EXPLORED_SIZE = "× {scale}"
DRAFT = "Draft {number}"
DRAFT_FAILED = "Failed"

# ---- the history ----
RECENT = "Recent"
RECENT_EMPTY = "Your paintings will be listed here."
RECENT_KEPT = "The painter keeps it until {moment}."
RECENT_GONE = "The painter no longer has this painting. Use its settings to paint it anew."
RECENT_FACTS = "Strength {strength} · {quality}"
USE_SETTINGS = "Use its settings"
USE_SETTINGS_HINT = "Choose the style and the settings of this painting"
CONTINUE = "Continue"
CONTINUE_HINT = "Go on from this painting with the settings that are chosen now"
CONTINUE_GONE = "The painter no longer has this painting, so it can't be continued. Use its settings to paint it anew."
LOWER_HINT = "Lower the painting's strength without painting it again: to the left nearer to your picture. It ends where it was painted; for more, paint anew"
LOWERED = "{strength} of {painted}"
LOWER_SHOWS = "As it would be about at strength {strength}"
PLACE = "Place"
PLACE_HINT = "Put this painting into the image as a new layer, where it was painted"
PLACE_GONE = "The painter no longer has this painting, so there is nothing to place. Use its settings to paint it anew."
PLACED = "“{name}” is placed."
COMPARE = "Compare"
COMPARE_HINT = "Drag to see the layer on the left and its painting on the right"
COMPARE_NONE = "There is no picture of this painting to compare."
DELETE = "Delete"
DELETE_HINT = "Take this painting out of the list, and off the painter"
TODAY = "today, {time}"
DATE = "{day} {month} {year}, {time}"
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"

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

# ---- installing the painter, where the plug-in came alone ----
PAINTER_TITLE = "The painter is not installed yet"
PAINTER_LOOKING = "Looking what installing the painter takes…"
PAINTER_NOT_LOOKED = "Cancelled, and nothing was installed. Press {again} to go on."
PAINTER_COST = (
    "Install puts it into {folder}, with PyTorch and all else that it needs: up to {download} to download, {disk} on the disk. Undo takes it away again."
)
GIGABYTES = "{amount} GB"
PAINTER_INSTALL = "Install"
PAINTER_WORKING = "Installing the painter into {folder}…"
PAINTER_DONE = "The painter is installed in {folder}."
PAINTER_GO_ON = "Go on"
PAINTER_UNDO = "Undo"
PAINTER_UNDO_HINT = "Remove what Install made, and nothing else"
PAINTER_LOG = "Log"
PAINTER_LOG_HINT = "Open what was written down while it was installed: {log}"
PAINTER_PROGRESS = "Progress of the installation"
PAINTER_CANCELLED = "Cancelled. What was downloaded is kept for the next time; nothing else is left."
PAINTER_REMOVING = "Removing the painter…"
PAINTER_REMOVED = "The painter is removed."
PAINTER_BROKE_OFF = "The installation broke off ({reason}). If that happens again, install the painter by hand, as Restyle's documents say."
PAINTER_NO_WHEEL = "This plug-in came without the painter. Put the file restyle-VERSION-py3-none-any.whl of its release into {folder}, then press {again}."
PAINTER_PROBLEMS = {
    "NoRoom": "There is not enough room on the disk of {folder}. Free some, then press {again}.",
    "Unfetched": "What the painter needs could not be fetched. Check the network, then press {again}: it goes on with what it has. The log says more.",
}
PYTHON_NONE = "Installing the painter takes Python {oldest} or newer, or uv, and neither was found. Get uv from {page}, then press {again}."
PYTHON_OLD = "Installing the painter takes Python {oldest} or newer, and this computer has {found}. Get uv from {page}, then press {again}."
PYTHON_BARE = (
    "This computer's Python lacks its module venv. On Debian and Ubuntu, run “sudo apt install python3-venv”; elsewhere get uv from {page}. Then press {again}."
)

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
FRAME_COUNT = Counted("count", "{count} frame", "{count} frames")
STOP_AND_KEEP = "Stop and keep"
PLACING = "Placing the painting…"
FINISHING = "Stopping; keeping what there is…"
CANCELLING = "Cancelling…"
LAYER_NAME = "{style} · {source}"
OF_A_LAYER = "a layer"
_of_a_layer = OF_A_LAYER  # in English, the key of all languages

# ---- live ----
LIVE_WAITS = "The painter is gone; it is looked for, and what is shown follows again when it is back."
LIVE_PREVIEW = "Preview"
LIVE_PREVIEW_HINT = "What this style's look makes of your layer, at once: the painting itself is made for this one picture, and richer"

# ---- what became of it ----
DONE_FRAMES = Counted("done", "“{name}”: {done} of {count} frames is painted.", "“{name}”: {done} of {count} frames are painted.")
HIDDEN = "“{name}” is hidden below the painting: where it is not opaque or blends, the two would add up."
EARLIER_HIDDEN = "Earlier paintings of “{name}” are hidden."
SOURCE_GONE = "The layer it was painted from is gone, so the painting lies on top."

# ---- amounts ----
DECIMAL_POINT = "."
SECONDS = "{seconds} s"
MINUTES = "{minutes} min"
HOURS = "{hours} h {minutes} min"

# ---- what the painter, or the way to it, says: by the client's errors and by the reasons of failures. In English its own words are shown, which say more ----
ERRORS = {
    "ServerNotFound": "No painter answers. Start it with “restyle serve”, or run Restyle's installer again.",
    "ServerStartFailed": "The painter was started and did not come up. Run Restyle's installer again.",
    "ServerGone": "The painter went away while it worked. Try again; if it stays so, try at a smaller work size.",
    "Unauthenticated": "The painter does not accept this editor. Start the painter again, or check its certificates where it is on another machine.",
    "VersionMismatch": "The painter and this plug-in are of different versions. Run Restyle's installer again.",
    "TooLarge": "The painting does not fit into the painter's memory. Choose a smaller work size.",
    "WeightsMissing": "The network that was asked for is not installed. Choose another one, or install it.",
    "NotFound": "The painter no longer has what was asked for. Choose again.",
    "ResultExpired": "The painter no longer has this painting. Paint it again.",
    "NotAllowed": "This painter does not permit that. Ask whoever set it up.",
    "QueueFull": "The painter's queue is full. Wait a moment, then try again.",
    "JobCancelled": "The painting was cancelled.",
    "ServerError": "The painter made a mistake; its log says more. Try again.",
}
TOO_LARGE = "That is too large for the painter's memory: {size} px is the longest side that fits. Choose a smaller work size."
FAILED = {
    "OUT_OF_MEMORY": "The painter ran out of memory. Choose a smaller work size, or close other programs.",
    "WORKER_CRASHED": "The painter broke down while it painted. Try again; if it stays so, try at a smaller work size.",
    "WORKER_HUNG": "The painter stood still and was ended. Try again; if it stays so, try at a smaller work size.",
    "DISK_FULL": "The painter can't write to its disk. Make room there, or make its folder writable, then paint again.",
    "ENGINE_DOWN": "The painter is there, but what paints does not start; its log says why. Run Restyle's installer again.",
    "SERVER_STOPPED": "The painter was ended while it painted. Paint it again.",
    "SERVER_RESTARTED": "The painter was started anew while it painted. Paint it again.",
}
SETTING_WRONG = "{words}."
PRESET_NAME_WRONG = "\"{name}\" can't be a preset's name; use up to {longest} letters, digits, spaces and dashes"
PRESET_NAME_TAKEN = '"{name}" is one of Restyle\'s own plans; choose another name'
PRESET_UNWRITTEN = 'the preset "{name}" can\'t be written to {folder} ({reason})'
PRESET_MISSING = 'there is no preset "{name}" in {folder}'
PRESET_UNREMOVED = "{path} can't be removed ({reason})"
PRESET_UNREAD = "{path} can't be read ({reason})"

catalogue.translate(globals())


def seconds(amount: float) -> str:
    """A span of time for people: "12 s", "3 min", "1 h 20 min"."""
    whole = max(1, round(amount))
    if whole < 100:
        return SECONDS.format(seconds=whole)
    minutes = round(whole / 60)
    return MINUTES.format(minutes=minutes) if minutes < 60 else HOURS.format(hours=minutes // 60, minutes=minutes % 60)


def moment(instant: float) -> str:
    """An instant for people, by the clock here: "today, 14:05", "3 Nov 2026, 14:05"."""
    then, now = time.localtime(instant), time.localtime()
    clock = time.strftime("%H:%M", then)
    if then[:3] == now[:3]:
        return TODAY.format(time=clock)
    return DATE.format(day=then.tm_mday, month=MONTHS.split()[then.tm_mon - 1], year=then.tm_year, time=clock)


def decimal(number: str) -> str:
    """A number with a decimal point, as the language writes it."""
    return number.replace(".", DECIMAL_POINT)


def readable(name: str) -> str:
    """A file's name as far as it can be shown and sent: systems take names that are no text, and marks that nobody sees."""
    return "".join(letter for letter in " ".join(name.encode("utf-8", "replace").decode().split()) if letter.isprintable())


def pattern_note(width: int, height: int) -> str:
    """What to know of a texture's width and height in px before it is painted; empty: nothing."""
    return PATTERN_LIMIT.format(most=_grouped(limits.LARGEST_PATTERN)) if max(width, height) > limits.LARGEST_PATTERN else ""


def _grouped(number: int) -> str:
    """A large whole number: where a comma stands before decimals, it can't part thousands too."""
    return f"{number:,}".replace(",", "\u00a0" if DECIMAL_POINT == "," else ",")


def strokes(scale: float | None) -> str:
    """The size of a style's strokes in the middle of a sentence; None: automatic."""
    return STROKES_AUTOMATIC if scale is None else EXPLORED_SIZE.format(scale=decimal(f"{scale:g}"))


def automatic_strokes(chosen: float | None) -> str:
    """What the control of the strokes says while it is automatic. chosen: the last time; None: not yet."""
    return STROKES_AUTOMATIC if chosen is None else STROKES_CHOSEN.format(scale=decimal(f"{chosen:g}"))


def painted_with(strength: float, preset: str) -> str:
    """Strength and quality of a painting."""
    return RECENT_FACTS.format(strength=round(strength), quality=QUALITIES.get(preset, preset))


def lowered(strength: float, painted: float) -> str:
    """A strength, and the one that it was painted at and can't exceed."""
    return LOWERED.format(strength=round(strength), painted=round(painted))


def bytes_(amount: int) -> str:
    """An amount of memory for people: "548 MiB", "1.4 GiB"."""
    return decimal(f"{amount / 2**30:.1f} GiB") if amount >= 2**30 else f"{max(1, round(amount / 2**20))} MiB"


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
    for beginning in (style, *catalogue.in_all(_of_a_layer)):
        name = name.removeprefix(LAYER_NAME.format(source="", style=beginning)) or name
    return name

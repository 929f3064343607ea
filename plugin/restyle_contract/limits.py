"""Owns the limits that all sides of the service keep to; what an administrator may set is the server's own."""

from __future__ import annotations

SMALLEST_SIDE = 16  # px of a picture, a style or a crop: relu5_1 sits behind four poolings, so that 16 px leave it one position
LARGEST_SIDE = 65_535  # px: more than any editor's canvas; the server's limit on pixels is tighter
MAX_TEXTURE = 64_000_000  # px of a texture: as many as a server takes of any plane, unless its administrator says otherwise
LARGEST_PATTERN = 10_000  # px of a side of a .pat file: GIMP reads no larger ones
LARGEST_SEED = 2**32 - 1  # the wire's uint32
MAX_STYLES = 8  # per job
MAX_MASKS = 8  # per job, of both uses
MAX_PREVIOUS = 4  # paintings that one may hold still with
MAX_TEXT = 128  # characters of labels, titles and ids
MAX_TAGS = 32  # of one style
MAX_TAG = 48  # characters
MAX_EVALUATIONS = 10_000
MAX_TV = 1000.0  # in parts of the tuned default
MAX_STYLE_WEIGHT = 1e6  # of styles and of layers: more than any ratio that could be seen
STYLE_SCALES = (0.25, 4.0)  # size of a style's strokes
MAX_ICC_BYTES = 4 << 20  # real profiles end at 2–3 MiB
MAX_STYLE_BYTES = 64 << 20  # of one picture in the library
MAX_LOOK_BYTES = 2_000_000  # of a look's file: its network has some 0.75 million numbers of 16 bits at most
MAX_PREVIEW = 512  # px, longest side
MAX_PHOTOGRAPHS = 64  # that a look is learned on
LEARN_STEPS = 1200  # of learning a look, unless others are asked for: some five minutes on two cores
MAX_LEARN_STEPS = 100_000
MAX_LEARN_SIDE = 2048  # px that a look is learned at: as large as a standard painting

"""Owns the way of a texture: its styles found, ordered, painted, written, and told about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import restyle_client as client
from restyle_contract.limits import MAX_TEXT
from restyle_imaging.io import files

from . import one_picture
from .destinations import is_stream
from .paint_options import Manner, PaintOptions


def run(size: tuple[int, int], output: Path, options: PaintOptions, manner: Manner) -> None:
    """Paints a texture of a width and height and tells about it; Ctrl-C cancels it on the server."""

    def begin() -> one_picture.Work:
        files.check_size(manner.suffix if is_stream(output) else output.suffix, *size)
        return work

    def work(session: client.Session, restyle: one_picture.Restyle) -> dict[str, Any]:
        styles = tuple(style.use for style in one_picture.choose(session, options))
        label = " + ".join(str(spec) for spec in options.specs)[:MAX_TEXT]
        result = restyle(client.texture_request(*size, styles, options.parameters(), label=label))
        return one_picture.about(result.job, None, output, one_picture.save(result, output, None, overwrite=manner.overwrite))

    one_picture.carry(begin, manner)

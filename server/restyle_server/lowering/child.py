"""Owns the process that lowers paintings: the front end, which answers everybody, never decodes pixels. Imports no torch.

`python -m restyle_server.lowering.child` takes orders from its input and answers them on its output, one at a time, each as its length in four bytes, then
msgpack; it ends with its input.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import zlib
from pathlib import Path
from typing import BinaryIO

from restyle_contract.files import replacing
from restyle_imaging.errors import ImagingError
from restyle_imaging.planes.formats import Plane
from restyle_imaging.planes.lowering import Painted, lowered, seen

from ..records.lowering import LENGTH_BYTES, Lowered, LoweringOrder, packed, unpacked
from ..records.order import PlaneFile
from ..records.progress import Preview

LINUX_SCORE = Path("/proc/self/oom_score_adj")
WRITE_BYTES = 8 << 20  # per write and checksum
GONE = "The painter no longer has all that this painting was made of, so its strength can't be changed any more; paint it again at another strength."
MEMORY = "There is not enough memory to change this painting's strength; close other programs, or paint it again at another strength."
DISK = "The server can't write the painting at another strength ({reason}); make room on its disk and try again."


class _Gone(Exception):
    """A file is not there any more, or not whole."""


class _Damaged(Exception):
    """The painting is not what was painted."""


def main() -> None:
    """Until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; only the front end decides when this ends
    with contextlib.suppress(OSError):
        LINUX_SCORE.write_text("1000", "ascii")  # when memory runs out, this ends, and no painting, nor the front end
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library says is no answer
    while (order := _next(sys.stdin.buffer)) is not None:
        answers.write(packed(done(order)))
        answers.flush()


def done(order: LoweringOrder) -> Lowered:
    """What came of an order."""
    try:
        return _done(order)
    except _Gone:
        return Lowered(refused=GONE)
    except _Damaged:
        return Lowered(damaged=True)
    except ImagingError as error:
        return Lowered(refused=error.message)
    except MemoryError:
        return Lowered(refused=MEMORY)
    except OSError as error:
        return Lowered(refused=DISK.format(reason=error.strerror or errno.errorcode.get(error.errno or 0, "unknown")))


def _done(order: LoweringOrder) -> Lowered:
    painted = Painted(order.painted, (order.work_width, order.work_height), (order.down, order.across))
    content, painting = _plane(order.content), _plane(order.painting)
    if zlib.crc32(painting.data) != order.crc32:
        raise _Damaged
    if order.out is None:
        return Lowered(preview=Preview(*seen(content, painting, painted, order.wanted, order.preview_size)))
    plane = lowered(content, painting, painted, order.wanted)
    view, crc = memoryview(plane.data).cast("B"), 0
    with replacing(order.out, lasting=False) as part, part.open("wb") as file:
        for start in range(0, len(view), WRITE_BYTES):
            crc = zlib.crc32(view[start : start + WRITE_BYTES], crc)
            file.write(view[start : start + WRITE_BYTES])
    return Lowered(len(view), crc)


def _plane(file: PlaneFile) -> Plane:
    try:
        data = file.path.read_bytes()
    except OSError as error:
        raise _Gone from error
    if len(data) != file.width * file.height * file.format.pixel_bytes:
        raise _Gone
    return Plane(file.format, file.width, file.height, data, file.icc)


def _next(stream: BinaryIO) -> LoweringOrder | None:
    length = stream.read(LENGTH_BYTES)
    if len(length) < LENGTH_BYTES:
        return None
    return unpacked(stream.read(int.from_bytes(length, "big")), LoweringOrder)


if __name__ == "__main__":
    main()

"""Owns decoding a style's picture in a process of its own, bounded in memory and time: the front end, which answers everybody, never decodes what was sent.

`python -m restyle_server.styles.checking FILE NAME` writes what was found as one JSON object.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

from .errors import StyleRejected
from .pictures import Checked, check

DECODE_BYTES = 2 << 30  # bytes that decoding may take: 64 megapixels of 16 bits with alpha, three times over, and room
DECODE_SECONDS = 60.0  # the largest picture takes ten on a slow machine
CALM = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TIFFFILE_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}  # each thread reserves memory that counts


def check_in_child(file: Path, name: str) -> Checked:
    """As pictures.check, of a file, in a process of its own. Blocks for a second or more: call it from a thread. StyleRejected."""
    command = [sys.executable, "-P", "-m", __name__, str(file), name]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **CALM},
            timeout=DECODE_SECONDS,
            check=False,
        )
        words = json.loads(done.stdout) if done.returncode == 0 else {}
    except subprocess.TimeoutExpired:
        raise StyleRejected("picture", f"{name} takes more than {DECODE_SECONDS:.0f} seconds to decode; scale it down, or save it as a plain PNG.") from None
    except OSError as error:
        raise StyleRejected("picture", f"Restyle's Python could not be started ({error.strerror or error}) to decode the picture; try again.") from error
    if "refused" in words:
        raise StyleRejected("picture", words["refused"])
    if not words:  # killed by a bound, or by a decoder's own fault
        raise StyleRejected("picture", f"{name} can't be decoded: it is damaged, or needs too much memory. Scale it down, or save it as a plain PNG.")
    return Checked(words["extension"], words["width"], words["height"], base64.b64decode(words["thumbnail"]))


def main(file: str, name: str) -> None:
    """In the process of its own."""
    _bound_memory()
    try:
        found = check(Path(file), name)
    except StyleRejected as error:
        told: dict[str, object] = {"refused": error.message}
    except MemoryError:
        told = {"refused": f"{name} needs too much memory to decode; scale it down."}
    else:
        thumbnail = base64.b64encode(found.thumbnail).decode("ascii")
        told = {"extension": found.extension, "width": found.width, "height": found.height, "thumbnail": thumbnail}
    json.dump(told, sys.stdout)


def _bound_memory() -> None:
    """Beyond what the libraries themselves have mapped. Where the system knows no such bound, the time and the pixels are the bounds."""
    if sys.platform != "linux":
        return
    import resource

    import imagecodecs  # noqa: F401 - both before the measuring
    import tifffile  # noqa: F401

    mapped = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + DECODE_BYTES, mapped + DECODE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (round(DECODE_SECONDS), round(DECODE_SECONDS)))


if __name__ == "__main__":
    main(*sys.argv[1:3])

"""Owns what install/demo.py shows, and runs inside the environment: a preview and a painting through the real server, by the command line, and the sheet of it.

The server is one of its own, with its state in a temporary folder: whatever runs elsewhere on the machine is left alone, and this one is ended at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .running import attend

PICTURE = "restyled.png"
SHEET = "restyled-sheet.png"
PHOTO = "chelsea.png"  # comes with scikit-image: a cat, in the public domain
STYLE = "night"  # of the library
LOG = "restyle-demo.log"
PREVIEW_SIZE = 192  # px of its longest side: 13 s of one core, the server's start and the command included; it is written at the photo's size
HEIGHT = 640  # px of every picture of the sheet: three of them still fit a screen
WIDEST = 1280  # px: a panorama is fitted into this width instead
LONGEST_END = 20.0  # s for a server to end; it takes one or two
CANCELLED = 130  # exit status after Ctrl-C
RESTYLE = (sys.executable, "-P", "-c", "from restyle_cli.main import main; main()")


def main() -> int:
    """Exit status of `restyle image`, or 1 when the sheet can't be made."""
    given = _arguments()
    photo = Path(given.photo) if given.photo else packaged_photo()
    with own_server() as variables:
        style = given.style or STYLE
        if status := _preview(photo, style, given, variables):
            return _failed(status, variables)
        options = ["--preset", given.preset] + (["--size", str(given.size)] if given.size is not None else [])
        sys.stdout.write(f"Painting {photo.name} in the manner of {style}.\n")
        sys.stdout.flush()
        status = attend([*RESTYLE, "image", *options, "--style", style, "--overwrite", "-o", PICTURE, "--", str(photo)], variables)
        if status:
            return _failed(status, variables)
        os.environ.update(variables)  # for the client below
        return _sheet(photo, style)


def _preview(photo: Path, style: str, given: argparse.Namespace, variables: dict[str, str]) -> int:
    """Something to look at soon, in the place of the painting, which replaces it; nothing where the painting itself is small or a draft. An exit status."""
    if given.preset == "draft" or (given.size is not None and given.size <= PREVIEW_SIZE):
        return 0
    command = [*RESTYLE, "image", "--preset", "draft", "--size", str(PREVIEW_SIZE), "--style", style, "--overwrite", "-o", PICTURE, "--", str(photo)]
    status = attend(command, variables)
    if status == 0:
        sys.stdout.write(f"{PICTURE} is a small preview; the painting follows.\n")
        sys.stdout.flush()
    return status


def _failed(status: int, variables: dict[str, str]) -> int:
    if status != CANCELLED:
        keep_log(Path(variables["RESTYLE_STATE_DIR"]))
    return status


def packaged_photo() -> Path:
    """The photo that comes with scikit-image, found without importing it: that takes seconds."""
    import importlib.util

    found = importlib.util.find_spec("skimage")
    photo = Path(found.origin).parent / "data" / PHOTO if found and found.origin else None
    if photo is None or not photo.is_file():
        sys.exit("The photo that comes along is missing; name one: python3 install/demo.py PHOTO")
    return photo


@contextmanager
def own_server() -> Iterator[dict[str, str]]:
    """Variables under which the command line and the client start a server of this very checkout; it is ended afterwards.

    The launcher keeps an installed Restyle of another version from answering, while weights and styles remain the user's.
    """
    from restyle_server.admin.folders import data_dir

    with tempfile.TemporaryDirectory(prefix="restyle-demo-", ignore_cleanup_errors=True) as folder:
        state, data = Path(folder) / "state", Path(folder) / "data"
        state.mkdir(mode=0o700)
        data.mkdir(mode=0o700)
        command = [sys.executable, "-P", "-m", "restyle_server", "--data-dir", str(data_dir()), "--state-dir", str(state)]
        (data / "launcher.json").write_text(json.dumps({"command": command, "state_dir": str(state), "version": "demo"}), "utf-8")
        variables = {**os.environ, "RESTYLE_STATE_DIR": str(state), "RESTYLE_DATA_DIR": str(data)}
        try:
            yield variables
        finally:
            _end_server(state, variables)


def _end_server(state: Path, variables: dict[str, str]) -> None:
    """Ends the server, if one was started, and waits until it is gone: its state folder goes next."""
    import psutil

    try:
        server = psutil.Process(int(json.loads((state / "server.json").read_text("utf-8"))["pid"]))
    except (OSError, ValueError, KeyError, psutil.Error):
        return
    subprocess.run([*RESTYLE, "stop", "--grace", "0"], env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    try:
        server.wait(LONGEST_END)
    except psutil.TimeoutExpired:
        for process in [*server.children(recursive=True), server]:
            with suppress(psutil.Error):
                process.kill()


def keep_log(state: Path) -> None:
    """Puts the server's log, which vanishes with its state, where the pictures would have been; nothing where it tells of no error of its own."""
    logs = [path.read_text("utf-8", errors="replace") for path in (state / "start.log", *sorted((state / "logs").glob("*.log"))) if path.is_file()]
    said = "\n".join(log for log in logs if log.strip())
    if " ERROR " in said or "Traceback" in said:
        Path(LOG).write_text(said, "utf-8")
        sys.stderr.write(f"The server's log is in {LOG}.\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="demo.py")
    parser.add_argument("photo", nargs="?")
    parser.add_argument("style", nargs="?")
    parser.add_argument("--size", type=int)
    parser.add_argument("--preset", default="standard")
    return parser.parse_args()


def _sheet(photo: Path, style: str) -> int:
    import restyle_client
    from restyle_cli.runs import style_specs
    from restyle_contract.files import replacing
    from restyle_imaging.errors import PictureError
    from restyle_imaging.sheets import Panel, row

    spec = style_specs.parse(style)
    with restyle_client.connect(start=False) as session:
        job = session.list()[0]
        if spec.name:
            known = session.style(spec.name, picture=True)
            picture, title = known.picture or b"", known.title
        else:
            picture, title = Path(str(spec.file)).read_bytes(), Path(str(spec.file)).name
    try:
        panels = (Panel("Photo", photo.name, photo), Panel("Style", title, picture), Panel("Result", described(job), Path(PICTURE)))
        made = row(panels, HEIGHT, WIDEST)
        with replacing(Path(SHEET)) as new:
            made.save(new, "PNG")
    except (OSError, PictureError) as error:
        sys.stderr.write(f"{PICTURE} is painted, but {SHEET} can't be written: {error}\n")
        return 1
    sys.stdout.write(f"Wrote {PICTURE}, and {SHEET} to compare.\n")
    return 0


def described(job: object) -> str:
    """A caption's second line: with which weights, and at what size."""
    weights, result = getattr(job, "weights", None), getattr(job, "result", None)
    parts = [f"{weights.id} weights"] if weights else []
    if result and getattr(result, "work_width", 0):
        parts.append(f"painted at {max(result.work_width, result.work_height)} of {max(result.width, result.height)} px")
    return ", ".join(parts)


if __name__ == "__main__":
    sys.exit(main())

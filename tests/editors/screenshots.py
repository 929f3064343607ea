"""Owns the documents' pictures of the editors: `python tests/editors/screenshots.py` makes them anew, of real editors with the real server.

docs/gimp-dialog.webp and docs/krita-docker.webp. In the Debian roots of the editors' tests, which it makes where there are none; needs root, on Linux.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from editors import conftest, roots, servers  # noqa: E402
from editors.krita_home import KritaHome  # noqa: E402
from editors.studio import Studio  # noqa: E402
from PIL import Image  # noqa: E402

SUITE = "sid"  # the newest editors
SECONDS = 600  # for one editor: a first start, a small painting, a picture
QUALITY = 82  # of WebP: letters stay clean, and a picture is some 60 KB


def photograph(path: Path) -> Path:
    """600 × 400 px: a cup of coffee, in the public domain, that comes with scikit-image."""
    from skimage import data

    Image.fromarray(data.coffee()).save(path)  # type: ignore[no-untyped-call]
    return path


def gimp_dialog(root: roots.Root, served: servers.Served, folder: Path) -> Path:
    home = Path(tempfile.mkdtemp(dir=folder))
    shutil.copytree(conftest.profile(root, folder), home / ".config")
    studio = Studio(root, home, home / ".config" / "GIMP" / conftest.GIMP_VERSIONS[root.suite], served.state)
    conftest.install(studio)
    photograph(home / "coffee.png")
    studio.walk("gimp_portrait", "gimp -s coffee.png", SECONDS)
    return home / "gimp-dialog.png"


def krita_docker(root: roots.Root, served: servers.Served, folder: Path) -> Path:
    place = KritaHome(root, Path(tempfile.mkdtemp(dir=folder)), served.state)
    place.install()
    photograph(place.home / "coffee.png")
    results = place.run("krita_portrait", SECONDS)
    if problems := [problem for problem in results.values() if isinstance(problem, str) and problem]:
        raise SystemExit("\n".join(problems))
    return place.home / "krita-docker.png"


PICTURES: dict[str, Callable[[roots.Root, servers.Served, Path], Path]] = {"gimp-dialog": gimp_dialog, "krita-docker": krita_docker}


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the documents' pictures of the editors anew.")
    parser.add_argument("pictures", nargs="*", metavar="PICTURE", help=f"of {', '.join(PICTURES)}; default: all")
    parser.add_argument("--suite", default=SUITE, choices=roots.SUITES, help="the Debian root whose editors are shown; default: %(default)s")
    parser.add_argument("--to", type=Path, default=ROOT / "docs", metavar="FOLDER", help="default: docs")
    given = parser.parse_args()
    root = roots.root(given.suite)
    with tempfile.TemporaryDirectory(prefix="restyle-screenshots-", dir="/tmp") as folder, servers.serving(Path(folder) / "server") as served:
        for name in given.pictures or PICTURES:
            with Image.open(PICTURES[name](root, served, Path(folder))) as picture:
                picture.convert("RGB").save(given.to / f"{name}.webp", quality=QUALITY, method=6)
            sys.stdout.write(f"{given.to / f'{name}.webp'}: {picture.width} × {picture.height} px\n")


if __name__ == "__main__":
    main()

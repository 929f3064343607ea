"""Owns the pictures that the documented script is tried on, and a look at what it made of them. Runs inside GIMP."""

# mypy: ignore-errors

import os

import bench

FROM, TO = bench.HERE / "drawings", bench.HERE / "painted"


def main():
    FROM.mkdir(exist_ok=True)
    for name in ("one", "two"):
        image, _ = bench.image_of(width=64, height=48)
        bench.save(image, FROM / f"{name}.xcf")
        image.delete()
    os.environ.update(RESTYLE_FROM=str(FROM), RESTYLE_TO=str(TO))
    exec((bench.HERE / "restyle_folder.py").read_text(encoding="utf-8"), {"__name__": "__main__"})  # noqa: S102
    found = {path.name: [layer.get_name() for layer in bench.load(path).get_layers()] for path in sorted(TO.glob("*.xcf"))}
    bench.tell({"found": found})

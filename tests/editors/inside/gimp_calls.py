"""Owns plain calls of the plug-in, one after the other, as values.json lists them; each one's outcome is told at once. Runs inside GIMP."""

# mypy: ignore-errors

import bench


def main():
    given = bench.values()
    image, layer = bench.image_of(width=given.get("width", 64), height=given.get("height", 48))
    outcomes = []
    for arguments in given["calls"]:
        status, sentence = bench.restyle(image, layer, **arguments)
        outcomes.append(
            {"ok": int(status) == int(bench.Gimp.PDBStatusType.SUCCESS), "sentence": sentence, "layers": [each.get_name() for each in image.get_layers()]}
        )
        bench.tell({"outcomes": outcomes})

"""Owns the reports of finished jobs, as files: a JSON with everything that is known of how a picture was painted, and a picture of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import restyle_client as client
from PIL import Image
from restyle_imaging.planes.canvas import open_plane
from restyle_imaging.planes.preview import rgba8
from restyle_imaging.sheets import Heading

from ..terminal.failures import Failure
from ..terminal.output import as_json, named, plain, seconds_for_people
from . import destinations

CONTENT_SIDE = 640  # px, longest side of the content in the picture


@dataclass(frozen=True, slots=True)
class Files:
    """A report's files. legible: where faces and lettering were kept, if there are any."""

    data: Path
    picture: Path
    legible: Path

    @property
    def complete(self) -> bool:
        return self.data.exists() and self.picture.exists()


def files(folder: Path, output: Path) -> Files:
    """The report's files for an output: beside each other, and never the output itself."""
    return Files(*(folder / f"{output.stem}-{name}" for name in ("report.json", "report.png", "legible.png")))


def write(
    place: Files,
    report: client.Report,
    result: client.Result,
    content: client.Plane,
    told: Mapping[str, Any],
    styles: list[dict[str, Any]],
    overwrite: bool = False,
) -> None:
    """told: what is told about the finished picture anyway. styles: those of the job, in JSON's types. Failure when the files can't be written."""
    job = result.job
    queued, total = _times(job)
    spans = _spans(queued, report, total)
    try:
        with destinations.replacing(place.data, overwrite) as draft:
            draft.write_text(as_json(_record(report, job, told, styles, spans), indent=1) + "\n", "utf-8")
        with destinations.replacing(place.picture, overwrite) as draft:
            _picture(report, content, told, styles, queued, total).save(draft, "PNG")
        if (read := report.legible) is not None:
            with destinations.replacing(place.legible, overwrite) as draft:
                Image.frombytes("RGBA", (read.width, read.height), bytes(read.rgba)).convert("L").save(draft, "PNG")
    except Failure as failure:
        raise Failure(f"{named(told['output'])} is painted, but its report is not written: {failure}") from failure
    except OSError as error:
        raise Failure(f"{told['output']} is painted, but its report can't be written to {place.data.parent} ({error.strerror or error}).") from error


def _record(report: client.Report, job: client.Job, told: Mapping[str, Any], styles: list[dict[str, Any]], spans: dict[str, Any]) -> dict[str, Any]:
    scales = [{key: value for key, value in plain(scale).items() if key != "picture"} for scale in report.scales]
    steps = [{key: value for key, value in plain(step).items() if key not in ("fraction", "eta_seconds", "scales", "steps")} for step in report.steps]
    return plain({**told, "styles": styles, "weights": job.weights, "seconds": spans, "scales": scales, "steps": steps})  # type: ignore[no-any-return]


def _times(job: client.Job) -> tuple[float, float]:
    """Seconds in the queue, and from the start to the end."""
    started, ended = job.started or job.created, job.ended or job.created
    return max(0.0, started - job.created), max(0.0, ended - started)


def _spans(queued: float, report: client.Report, total: float) -> dict[str, Any]:
    from ..sheets.report_sheet import spans

    found = spans(queued, report, total)
    times: dict[str, Any] = {span.name.replace("-", "_"): round(span.seconds, 3) for span in found if not span.name.startswith("scale ")}
    return {**times, "scales": [round(scale.seconds, 3) for scale in report.scales], "total": round(queued + total, 3)}


def _picture(report: client.Report, content: client.Plane, told: Mapping[str, Any], styles: list[dict[str, Any]], queued: float, total: float) -> Image.Image:
    from ..sheets.report_sheet import drawn, spans
    from .planes import from_client

    canvas = open_plane(from_client(content))
    width, height, rgba = rgba8(canvas.rgb, canvas.alpha, CONTENT_SIDE)
    return drawn(_heading(told, styles, total), Image.frombytes("RGBA", (width, height), rgba), report, spans(queued, report, total))


def _heading(told: Mapping[str, Any], styles: list[dict[str, Any]], total: float) -> Heading:
    parameters: client.Parameters = told["parameters"]
    names = " + ".join(style["style"] for style in styles)
    chosen = [f"{parameters.preset}, strength {parameters.strength:g}" if parameters.strength is not None else f"{parameters.preset}"]
    chosen += [f"{parameters.objective}, {parameters.optimizer}", f"{told['painted']} in {seconds_for_people(total)}", f"weights {told['weights']}"]
    name = named(Path(told["content"] or told["output"]).name)
    return Heading(f"{name} in the manner of {names}", (" · ".join(chosen), str(told["device"])))

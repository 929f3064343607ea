"""Owns what a render farm is given for a film: the tasks that paint its parts, and the one that joins them, in the farm's own words."""

from __future__ import annotations

import getpass
import json
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

MOST_TASKS = 1000  # of one film: Slurm's arrays have 1001 unless somebody allowed more, Open Job Description's lists 1024
NAME_LETTERS = 100  # of a job's name


@dataclass(frozen=True, slots=True)
class FilmJob:
    """film: the film's file, absolute. ranges: of frames as people count them, of one task each. cuts: of the command, beside those of the file."""

    film: Path
    ranges: tuple[tuple[int, int], ...]
    cuts: tuple[int, ...]

    @property
    def name(self) -> str:
        """Of letters that every farm takes."""
        return re.sub(r"[^A-Za-z0-9._-]+", "-", f"restyle-{self.film.stem}")[:NAME_LETTERS]

    @property
    def words(self) -> tuple[str, ...]:
        """Of each of the ranges."""
        return tuple(f"{first}-{last}" for first, last in self.ranges)

    def command(self, film: str, *more: str) -> list[str]:
        """Of a task."""
        return ["restyle", "film", film, *(["--cut", ",".join(map(str, self.cuts))] if self.cuts else []), *more]


def openjd(job: FilmJob, file: Path) -> str:
    """A template of Open Job Description, version 2023-09, in JSON. Each session has a painter of its own, which ends with it. file: the template's, absolute;
    a film's file that lies with it or below is the parameter's default, as no other may be."""
    film, place = "{{Param.Film}}", "{{Session.WorkingDirectory}}/painter"
    paint = {
        "name": "Paint",
        "stepEnvironments": [
            {
                "name": "Painter",
                "variables": {"RESTYLE_STATE_DIR": place},
                "script": {"actions": {"onExit": {"command": "restyle", "args": ["stop"]}}},
            }
        ],
        "parameterSpace": {"taskParameterDefinitions": [{"name": "Range", "type": "STRING", "range": list(job.words)}]},
        "script": _action(job.command(film, "--range", "{{Task.Param.Range}}")),
    }
    join = {"name": "Join", "dependencies": [{"dependsOn": "Paint"}], "script": _action(job.command(film, "--join"))}
    default = {"default": job.film.relative_to(file.parent).as_posix()} if lies_below(job.film, file) else {}
    told = {
        "specificationVersion": "jobtemplate-2023-09",
        "name": job.name,
        "parameterDefinitions": [{"name": "Film", "type": "PATH", "objectType": "FILE", "dataFlow": "IN", **default, "description": "The film's file."}],
        "steps": [paint, join],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def lies_below(film: Path, file: Path) -> bool:
    """Whether the film's file is found from the template's folder."""
    return film.is_relative_to(file.parent)


def _action(command: Sequence[str]) -> Mapping[str, Any]:
    return {"actions": {"onRun": {"command": command[0], "args": list(command[1:])}}}


SCRIPT = """\
#!/bin/bash
{head}set -eu
film={film}
ranges=({ranges})

if [ "${{1:-}}" = join ]; then
    exec {join}
fi
{submit}range=${{ranges[{index}]}}
if [ -z "${{RESTYLE_STATE_DIR:-}}" ]; then  # a painter of this task's own: a home folder may be shared by many machines
    RESTYLE_STATE_DIR=$(mktemp -d)
    export RESTYLE_STATE_DIR
    trap 'restyle stop >/dev/null 2>&1 || true; rm -rf "$RESTYLE_STATE_DIR"' EXIT
fi
{paint}
"""

SLURM_HEAD = """\
#SBATCH --job-name={name}
#SBATCH --array=0-{last}
# Paints a film in parts and joins them: bash {file}
# Options of sbatch, such as --partition=gpu --gres=gpu:1, may follow; they are those of the painting.
"""

SLURM_SUBMIT = """\
if [ -z "${SLURM_ARRAY_TASK_ID:-}" ]; then
    painting=$(sbatch --parsable "$@" "$0")
    exec sbatch --dependency="afterok:${painting%%;*}" --array=0 "$0" join
fi
"""


def slurm(job: FilmJob, file: Path) -> str:
    """A script for sbatch, which submits itself when it is run by hand: the parts as an array, and the joining after all of them."""
    return _script(job, SLURM_HEAD.format(name=job.name, last=len(job.ranges) - 1, file=shlex.quote(file.name)), SLURM_SUBMIT, "SLURM_ARRAY_TASK_ID")


def _script(job: FilmJob, head: str, submit: str, index: str) -> str:
    film, ranges = shlex.quote(str(job.film)), " ".join(job.words)
    join, paint = (_shell(job, *more) for more in (("--join",), ("--range", "$range")))
    return SCRIPT.format(head=head, film=film, ranges=ranges, join=join, submit=submit, index=index, paint=paint)


def _shell(job: FilmJob, *more: str) -> str:
    return " ".join(f'"{word}"' if word.startswith("$") else word for word in job.command("$film", *more))


def opencue_script(job: FilmJob) -> str:
    """A script whose first word is the number of a part, from 0, or "join"."""
    return _script(job, "# Paints a part of a film, by its number from 0, or joins them: what OpenCue's job calls.\n", "", "$1")


DOCTYPE = '<!DOCTYPE spec PUBLIC "SPI Cue Specification Language" "http://localhost:8080/spcue/dtd/cjsl-1.12.dtd">'


def opencue(job: FilmJob, script: Path) -> str:
    """A job's specification for Cuebot. script: of opencue_script, absolute. Show, shot and user are the environment's, as OpenCue's own tools take them."""
    spec = ElementTree.Element("spec")
    for name, value in (("show", os.environ.get("SHOW", "testing")), ("shot", os.environ.get("SHOT", job.name)), ("user", getpass.getuser())):
        ElementTree.SubElement(spec, name).text = value
    layers = ElementTree.SubElement(ElementTree.SubElement(spec, "job", name=job.name), "layers")
    for name, kind, word, frames in (("paint", "Render", "#IFRAME#", f"0-{len(job.ranges) - 1}"), ("join", "Util", "join", "0")):
        layer = ElementTree.SubElement(layers, "layer", name=name, type=kind)
        for part, text in (("cmd", f"/bin/bash {shlex.quote(str(script))} {word}"), ("range", frames), ("chunk", "1")):
            ElementTree.SubElement(layer, part).text = text
    depend = ElementTree.SubElement(ElementTree.SubElement(spec, "depends"), "depend", type="LAYER_ON_LAYER", anyframe="false")
    for part, text in (("depjob", job.name), ("deplayer", "join"), ("onjob", job.name), ("onlayer", "paint")):
        ElementTree.SubElement(depend, part).text = text
    ElementTree.indent(spec)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{DOCTYPE}\n{ElementTree.tostring(spec, encoding="unicode")}\n'

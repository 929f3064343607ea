"""Owns what the options of `restyle image` ask for, the same for every content."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .style_specs import StyleSpec

if TYPE_CHECKING:
    import restyle_client as client
    from restyle_imaging.io.ocio import Ocio


@dataclass(frozen=True, slots=True)
class Manner:
    """How results are written and told. suffix: of those that have no name of their own. overwrite: other files than Restyle's own, too. reports: the folder
    for reports, if they are wanted. layers: also as two, beside the result. ocio: in which colour space the contents are, and the results."""

    suffix: str
    overwrite: bool
    reports: Path | None
    json: bool
    layers: bool = False
    ocio: Ocio | None = None


@dataclass(frozen=True, slots=True)
class PaintOptions:
    """None: the default. Units and ranges as in restyle_client.Parameters. plan: a preset's settings, by name; what is given beside it wins."""

    specs: tuple[StyleSpec, ...]
    scale: float | None = None
    preset: str = "standard"
    size: int | None = None
    strength: float | None = None
    legibility: float | None = None
    color: str | None = None
    evaluations: int | None = None
    seed: int | None = None
    weights: str = "auto"
    device: str | None = None
    memory_limit: int | None = None
    seamless: str | None = None
    plan: Mapping[str, Any] = field(default_factory=dict)

    def parameters(self) -> client.Parameters:
        from restyle_editor import recipes

        names = ("preset", "size", "strength", "legibility", "color", "evaluations", "seed", "weights", "device", "memory_limit", "seamless")
        given = {name: getattr(self, name) for name in names}
        return recipes.parameters_of({**self.plan, **{name: value for name, value in given.items() if value is not None}})

    @property
    def start(self) -> client.Start | None:
        """None: the server's default."""
        from restyle_editor import recipes

        return recipes.start(self.plan)

    @property
    def symmetry(self) -> str | None:
        """Which mirror images of the styles count; None: the server's default."""
        return self.plan.get("symmetry")

    def choices(self) -> dict[str, Any]:
        """Everything but the styles, for comparing with an earlier run."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name not in ("specs", "scale", "memory_limit")}

"""Owns what the options of `restyle image` ask for, the same for every content."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .style_specs import StyleSpec

if TYPE_CHECKING:
    import restyle_client as client


@dataclass(frozen=True, slots=True)
class Wish:
    """None: the default. Units and ranges as in restyle_client.Parameters."""

    specs: tuple[StyleSpec, ...]
    scale: float | None = None
    preset: str = "standard"
    size: int | None = None
    strength: float | None = None
    color: str | None = None
    evaluations: int | None = None
    seed: int | None = None
    weights: str = "auto"
    device: str | None = None

    def parameters(self) -> client.Parameters:
        import restyle_client as client

        return client.Parameters(
            preset=self.preset,
            size=self.size,
            strength=self.strength,
            color=self.color,
            evaluations=self.evaluations,
            seed=self.seed,
            weights=self.weights,
            device=self.device,
        )

    def choices(self) -> dict[str, Any]:
        """Everything but the styles, for comparing with an earlier run."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name not in ("specs", "scale")}

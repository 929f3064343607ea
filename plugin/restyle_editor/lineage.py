"""Owns which paintings come from which layer: paintings are painted, too."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def paintings_of(sources: Mapping[K, K], layer: K) -> list[K]:
    """All that was painted from a layer, and from its paintings, those nearest to it first. sources: what each painting was painted from."""
    found: dict[K, None] = {}
    wanted = {layer}
    while more := [each for each, source in sources.items() if source in wanted and each not in found and each != layer]:
        found.update(dict.fromkeys(more))
        wanted = set(more)
    return list(found)

"""Owns how a job is named by a person: by its id, or the beginning of it."""

from __future__ import annotations

import restyle_client as client

from ..terminal.failures import Failure

SHORTEST_PREFIX = 4  # characters of an id: fewer would too often name two jobs


def find(session: client.Session, text: str) -> client.Job:
    """The job of an id or of the beginning of one. Failure when no job or more than one has it."""
    try:
        return session.get(text)
    except (client.NotFound, client.InvalidRequest):
        found = [job for job in session.list() if job.id.startswith(text)] if len(text) >= SHORTEST_PREFIX else []
    if len(found) == 1:
        return found[0]
    if found:
        raise Failure(f"{len(found)} jobs begin with {text}; give more of the id.")
    raise Failure(f"There is no job {text}; see restyle jobs list.")

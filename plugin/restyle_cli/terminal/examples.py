"""Owns how examples stand in a command's help: a paragraph of their own at the end, unwrapped."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

Command = TypeVar("Command", bound=Callable[..., Any])


def examples(*lines: str) -> Callable[[Command], Command]:
    """Adds example lines, at most 76 columns each, to the docstring that becomes the command's help. Stands below the command's registration."""

    def added(command: Command) -> Command:
        # \b keeps typer from wrapping the paragraph anew
        command.__doc__ = inspect.cleandoc(command.__doc__ or "") + "\n\n\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
        return command

    return added

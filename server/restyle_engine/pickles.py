"""Owns how a file of PyTorch's own, which may run programs when it is opened, is told from safetensors by its first bytes. Imports nothing."""

from __future__ import annotations

SEEN = 9  # bytes that are looked at


def is_pickle(start: bytes) -> bool:
    """Whether a file that begins so is a zip archive or a bare pickle, as PyTorch writes them. Safetensors begin with the length of a header in 8 bytes, whose
    low ones may be a pickle's and whose high ones are 0, and the brace of the header."""
    return (start[:2] == b"PK" or start[:1] == b"\x80") and (start[8:SEEN] != b"{" or any(start[4:8]))

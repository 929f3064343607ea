"""Owns what is kept on disk from one process to the next: tensors by key, as safetensors, in a folder of bounded size. Costly to make, cheap to read, never
missed: whatever goes wrong on the disk, it is made again."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
import zlib
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

KEPT_BYTES = 256 << 20  # in all: a hundred styles at one size; the least recently used go first
LARGEST_BYTES = 64 << 20  # of one file: more was not written here
STALE_SECONDS = 3600.0  # an unfinished file this old belongs to no living process
ENDING = ".safetensors"
PART = ".part"


class Store:
    """Sets of tensors. Processes may share a folder: files appear and disappear whole. folder: made when first needed; None: nothing is kept. fixed: it is only
    read."""

    def __init__(self, folder: Path | None = None, kept_bytes: int = KEPT_BYTES, *, fixed: bool = False) -> None:
        self._folder = folder
        self._fixed = fixed
        self._kept_bytes = kept_bytes

    def get(self, key: str) -> dict[str, Tensor] | None:
        """The tensors of a key, on the CPU; None when they aren't there, or not as they were written."""
        if self._folder is None:
            return None
        path = self._path(self._folder, key)
        try:
            if path.stat().st_size > LARGEST_BYTES:
                return None
            with safe_open(path, framework="pt") as file:
                words = file.metadata() or {}
                if words.get("key") != key:
                    return None
                found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
        except (OSError, SafetensorError, ValueError, KeyError, RuntimeError):
            return None
        if words.get("crc32") != _checksum(found):
            return None
        if not self._fixed:
            with contextlib.suppress(OSError):
                os.utime(path)  # the time of its last use
        return found

    def put(self, key: str, tensors: Mapping[str, Tensor]) -> None:
        """Keeps the tensors of a key, for this user's eyes only, in place of older ones."""
        if self._folder is None or self._fixed:
            return
        plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        part = None
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(PART, dir=self._folder)  # mode 0600
            os.close(handle)
            part = Path(name)
            save_file(plain, part, {"key": key, "crc32": _checksum(plain)})
            part.chmod(0o600)
            part.replace(self._path(self._folder, key))
        except (OSError, SafetensorError):
            if part is not None:
                with contextlib.suppress(OSError):
                    part.unlink(missing_ok=True)
        self._trim(self._folder)

    def _path(self, folder: Path, key: str) -> Path:
        return folder / f"{hashlib.sha256(key.encode()).hexdigest()}{ENDING}"

    def _trim(self, folder: Path) -> None:
        """Lets the least recently used go until the rest fits."""
        with contextlib.suppress(OSError):
            files = [(entry.stat(), Path(entry.path)) for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False)]
            now = time.time()
            for about, path in files:
                if path.suffix == PART and now - about.st_mtime > STALE_SECONDS:
                    path.unlink(missing_ok=True)
            kept = sorted(((about, path) for about, path in files if path.suffix == ENDING), key=lambda one: one[0].st_mtime_ns)
            total = sum(about.st_size for about, _ in kept)
            for about, path in kept:
                if total <= self._kept_bytes:
                    return
                path.unlink(missing_ok=True)
                total -= about.st_size


def _checksum(tensors: Mapping[str, Tensor]) -> str:
    crc = 0
    for name in sorted(tensors):
        plain = tensors[name].flatten().view(torch.uint8).numpy().data if tensors[name].numel() else b""  # numpy has no bf16
        crc = zlib.crc32(plain, zlib.crc32(name.encode(), crc))
    return f"{crc:08x}"

"""Owns a small mirror of VGG19 on loopback, and a server that takes them from there: `python mirror.py URL SIZE SHA256 OPTIONS…`.

The file is vgg16 under torchvision's names, with noise for the layers that it lacks. All but its size and its hash is the real way: fetching,
checking, converting, and painting with what came of it.
"""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from restyle_engine.network.topology import VGG19
from restyle_server.__main__ import main as serve
from restyle_server.weights import Expected, install_vgg19
from restyle_server.weights.catalogue import SHIPPED
from restyle_server.weights.torchvision_vgg19 import features

PAUSE_SECONDS = 0.02  # per MiB of 76: what a docker says of a download is there long enough to be read


@contextmanager
def mirror() -> Iterator[tuple[str, ...]]:
    """The arguments of a Python that serves with the mirror. It refuses the first who asks: 404."""
    from weights.file_server import serving

    content = weights()
    with serving(content) as web:
        web.refusals, web.pause = [404], PAUSE_SECONDS
        yield str(Path(__file__)), web.url, str(len(content)), hashlib.sha256(content).hexdigest()


def weights() -> bytes:
    """VGG19's convolutions as torchvision keeps them: 80 MB, no classifier."""
    import torch
    from safetensors.torch import load_file

    known, tensors = load_file(SHIPPED), {}
    for feature, convolution in zip(features(), VGG19.convolutions, strict=True):
        for name, shape in convolution.shapes.items():
            noise = torch.randn(shape, generator=torch.Generator().manual_seed(0)) * (2 / (9 * convolution.inputs)) ** 0.5
            tensors[f"features.{feature}.{name.rpartition('.')[2]}"] = known[name].float() if name in known else noise
    file = io.BytesIO()
    torch.save(tensors, file)
    return file.getvalue()


if __name__ == "__main__":
    url, size, sha256, *options = sys.argv[1:]
    install_vgg19.__kwdefaults__ = {**(install_vgg19.__kwdefaults__ or {}), "expected": Expected(int(size), sha256)}
    sys.exit(serve(options, lambda config: replace(config, vgg19_url=url)))

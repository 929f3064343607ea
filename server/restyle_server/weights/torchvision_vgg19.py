"""Owns what torchvision says about its VGG19 (VGG19_Weights.IMAGENET1K_V1): the file's address, and where its convolutions lie.

Torchvision imports torch, so `address` and `features` are for child processes; `python -m restyle_server.weights.torchvision_vgg19` prints the address.
"""

from __future__ import annotations

import sys

from .child import output_of


def ask_address() -> str:
    """The address, asked for in a process of its own: takes seconds. InstallFailed."""
    return output_of("torchvision_vgg19").strip()


def address() -> str:
    """Where torchvision has the file from; its name ends with the beginning of its SHA-256."""
    from torchvision.models import VGG19_Weights

    return str(VGG19_Weights.IMAGENET1K_V1.url)


def features() -> tuple[int, ...]:
    """Each convolution's index in `features`, which counts ReLUs and poolings too, shallow to deep."""
    import torch
    from torchvision.models import vgg19

    with torch.device("meta"):  # its shape alone: the 144 million numbers would take half a gigabyte
        network = vgg19(weights=None)
    return tuple(index for index, layer in enumerate(network.features) if isinstance(layer, torch.nn.Conv2d))


if __name__ == "__main__":
    sys.stdout.write(address() + "\n")

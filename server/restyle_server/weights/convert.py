"""Owns turning torchvision's VGG19 file into safetensors, in a process of its own: python -m restyle_server.weights.convert SOURCE TARGET.

SOURCE's hash has been checked by whoever starts this: nothing else here opens a pickle. The child alone imports torch. Exit status 0, or 1 with one
sentence on stderr.
"""

from __future__ import annotations

import sys
from pathlib import Path

from restyle_engine.network.topology import VGG19

from .child import output_of
from .torchvision_vgg19 import features


def convert_in_child(source: Path, target: Path) -> None:
    """Writes the convolutions of the .pth file `source` to `target` as safetensors, float32. InstallFailed when that can't be done."""
    output_of("convert", source, target)


def convert(source: Path, target: Path) -> None:
    """Trims to the sixteen convolutions, renames features.N to convB_K. ValueError or TypeError, with a sentence, when it isn't VGG19."""
    import pickle

    import torch
    from safetensors.torch import save_file

    try:
        tensors = torch.load(source, map_location="cpu", weights_only=True, mmap=True)  # mmap: the classifier's 495 MB are never read
    except pickle.UnpicklingError as error:
        raise ValueError("The file holds more than numbers, so it was not opened; download torchvision's VGG19 again.") from error
    if not isinstance(tensors, dict):
        raise TypeError("The file holds no table of tensors; download torchvision's VGG19 again.")
    kept = {}
    for convolution, feature in zip(VGG19.convolutions, features(), strict=True):
        for name, shape in convolution.shapes.items():
            key = f"features.{feature}.{name.rpartition('.')[2]}"
            tensor = tensors.get(key)
            if not isinstance(tensor, torch.Tensor) or tuple(tensor.shape) != shape:
                raise ValueError(f"The file has no {key} of the shape of VGG19; download torchvision's VGG19 again.")
            kept[name] = tensor.detach().to(torch.float32).contiguous()
    save_file(kept, target, {"format": "vgg19 conv+relu to conv5_4, RGB 0-1, ImageNet mean and std", "source": "torchvision VGG19 IMAGENET1K_V1"})


def main() -> int:
    """Entry point of the child."""
    try:
        convert(Path(sys.argv[1]), Path(sys.argv[2]))
    except Exception as error:  # the parent shows the last line; a traceback would hide the sentence
        sys.stderr.write(" ".join(str(error).split())[:400] + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

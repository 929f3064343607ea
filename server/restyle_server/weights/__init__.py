"""Owns VGG19's weights: which there are, which a job gets, and how the ImageNet ones come onto this machine. Imports no torch.

Public: catalogue, choose, Weights (catalogue); install_imagenet, IMAGENET_URL, Progress (install); the tree of errors (errors).
"""

from __future__ import annotations

from .catalogue import Weights, catalogue, choose, lacking
from .errors import InstallFailed, WeightsError, WeightsInvalid, WeightsMissing, WeightsUnknown
from .install import IMAGENET, IMAGENET_URL, Expected, Progress, install_imagenet

__all__ = [
    "IMAGENET",
    "IMAGENET_URL",
    "Expected",
    "InstallFailed",
    "Progress",
    "Weights",
    "WeightsError",
    "WeightsInvalid",
    "WeightsMissing",
    "WeightsUnknown",
    "catalogue",
    "choose",
    "install_imagenet",
    "lacking",
]

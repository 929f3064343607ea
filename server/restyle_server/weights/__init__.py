"""Owns the networks' weights: which there are, which a job gets, and how VGG19 comes onto this machine. Imports no torch.

Public: catalogue, choose, Weights (catalogue); install_vgg19, Progress (install); the tree of errors (errors).
"""

from __future__ import annotations

from .catalogue import Weights, catalogue, choose, lacking
from .errors import InstallFailed, WeightsError, WeightsInvalid, WeightsMissing, WeightsUnknown
from .install import PUBLISHED, Expected, Progress, install_vgg19

__all__ = [
    "PUBLISHED",
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
    "install_vgg19",
    "lacking",
]

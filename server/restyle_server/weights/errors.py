"""Owns the errors about weights. Each one's text is a sentence for people, with what to do next.

WeightsError
├── WeightsUnknown   the id names no weights; for a caller: INVALID_ARGUMENT
├── WeightsMissing   the id is known, but these weights are not on this machine: FAILED_PRECONDITION, reason WEIGHTS_MISSING
├── WeightsInvalid   a file holds the convolutions of neither VGG16 nor VGG19; the sentence says what is wrong with it
└── InstallFailed    no network, a wrong hash, a full disk …; what was there before is untouched
"""

from __future__ import annotations


class WeightsError(Exception):
    """Something about weights; see the module's tree."""

    @property
    def sentence(self) -> str:
        """What happened and what to do next."""
        return str(self)


class WeightsUnknown(WeightsError):
    """The id names no weights."""


class WeightsMissing(WeightsError):
    """These weights are not on this machine."""


class WeightsInvalid(WeightsError):
    """The file is not what it should be."""


class InstallFailed(WeightsError):
    """The weights could not be installed."""

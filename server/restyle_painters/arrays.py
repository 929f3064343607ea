"""Owns the array types that the pictures' code speaks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]  # float32 where it is large; numpy widens small ones as it likes
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]

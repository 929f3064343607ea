"""Owns what the engine's tests share."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Small pictures gain nothing from threads, and tests run beside each other."""
    torch.set_num_threads(1)

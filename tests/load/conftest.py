"""Owns the servers of these tests: real ones with the fake engine, in this process (serving) or in their own (launchpad)."""

from launched import launchpad
from places import serving

__all__ = ["launchpad", "serving"]

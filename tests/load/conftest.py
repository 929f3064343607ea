"""Owns the servers of these tests: real ones, on the loopback, with the fake engine in a real worker process."""

from places import serving

__all__ = ["serving"]

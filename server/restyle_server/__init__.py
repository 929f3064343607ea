"""Owns nothing but the version: the local inference server of Restyle. Importing it imports no torch."""

__version__ = "0.1.0"

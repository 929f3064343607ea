"""Owns the measuring of the engine beside the textbook's implementation: `restyle bench`."""

"""Films and sequences of frames in and out. This file imports nothing."""

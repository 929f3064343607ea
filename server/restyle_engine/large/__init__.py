"""What size and memory ask of a painting: the size of the work, and tiles. This file imports nothing."""

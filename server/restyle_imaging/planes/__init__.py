"""A layer's plane: its formats and samples, the canvas that the engine paints on, and previews. This file imports nothing."""

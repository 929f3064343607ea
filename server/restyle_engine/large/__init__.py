"""What size and memory ask of a painting: the size of the work, tiles, and the details that go from scale to scale. This file imports nothing."""

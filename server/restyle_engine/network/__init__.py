"""The network that sees: VGG's convolutions, their levels, and the border that they look over. This file imports nothing."""

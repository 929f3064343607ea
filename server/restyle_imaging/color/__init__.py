"""Colour: sRGB, ICC profiles and their curves, tones outside 0–1, and what people see. This file imports nothing."""

"""Owns how the compact weights are made: VGG19 trained as a classifier of small photographs, its batch norm folded away (weights/compact.md is their card)."""

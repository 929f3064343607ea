"""Owns the looks that live painting paints with: those that came with Restyle lie here, the user's own in the data folder."""

"""How frames hold still: flow between contents, what of it can be trusted, and the painting before brought to where its things are now. This file imports
nothing."""

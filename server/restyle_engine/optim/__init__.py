"""How a painting gets better: the plan of its scales, L-BFGS and Adam. This file imports nothing."""

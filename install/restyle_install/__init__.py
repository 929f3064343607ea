"""Installs Restyle: environment, weights, plug-ins into editors, and back out again."""

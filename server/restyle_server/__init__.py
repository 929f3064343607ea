"""The local inference server: takes jobs, gives them to the workers of its devices, keeps their results. Importing it imports no torch."""

__version__ = "0.1.0"

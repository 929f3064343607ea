"""The docker and what is in it."""

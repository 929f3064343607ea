"""Owns the third-party packages of the client, under a private name: see README.md."""

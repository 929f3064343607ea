"""Paintings at another strength than they were painted at: the process that makes them, and the front end's way to it."""

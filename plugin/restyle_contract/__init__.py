"""What the client, the editors, the command line and the server agree on: parameters, settings, formats, limits and progress. Pure Python ≥ 3.10."""

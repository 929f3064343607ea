"""What clients and the server agree on: parameters, settings, formats, limits and progress. Pure Python ≥ 3.10."""

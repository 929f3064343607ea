"""Owns the generated messages and stubs of restyle.v1 for grpcio; made by protos/generate.py."""

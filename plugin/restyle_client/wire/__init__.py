"""Owns the generated messages and stubs of restyle.v1 for grpclib; made by protos/generate.py."""

"""Pixels in and out: formats, colour, alpha, resizing, files. Knows no gRPC and no torch."""

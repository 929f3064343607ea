"""Other sizes: kernels, antialiased resizing, guided filters, and what lies under transparency. This file imports nothing."""

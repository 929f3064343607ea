"""The optimiser of pictures: a task in, a picture out. Knows no gRPC and no jobs; this file imports nothing, so that the front end stays free of torch."""

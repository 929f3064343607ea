"""The optimiser of pictures: VGG19 features, Gram statistics, pyramid. Knows no gRPC; this file imports nothing, so that the front end stays free of torch."""

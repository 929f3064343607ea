"""What the front end and its workers both keep and pass on, frozen: orders, progress, results, reports, checkpoints. This file imports nothing."""

"""The devices: a slot for each, who paints on which, and how fast they are. Only workers import torch. This file imports nothing."""

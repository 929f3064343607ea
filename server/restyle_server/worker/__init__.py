"""The process that owns a device: takes orders over a pipe, runs an engine, reports. This file imports nothing."""

"""The gRPC face: every call, who may make it, and the way in and out between messages and records. This file imports nothing."""

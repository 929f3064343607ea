"""Owns the way between the client's own types and protobuf messages; nothing else in the client but the transport sees a message."""

"""Owns the client's version, equal to that of the server it comes with, the API it speaks, and how patient it is by default."""

VERSION = "0.1.0"
API = "restyle.v1"
START_SECONDS = 60.0  # for a server to come up: a cold disk and a slow machine; a warm start takes under 3 s
RECONNECT_SECONDS = 10.0  # the server's own lease on a job without watchers: later there is nothing left to come back to

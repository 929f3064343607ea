#!/bin/sh
# Installs Restyle on Linux and macOS; the same options as install.py.
exec python3 "$(dirname "$0")/install.py" "$@"

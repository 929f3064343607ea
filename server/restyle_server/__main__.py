"""Owns `python -m restyle_server`: the same options as `restyle serve`, for launchers."""

from __future__ import annotations

import sys

if __name__ == "__main__" and not sys.flags.safe_path and sys.path[:1] in ([""], [__import__("os").getcwd()]):
    del sys.path[0]  # `python -m` looks for modules where it was started first; whoever may write there is not to be imported

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from . import __version__
from .admin.config import Config, ConfigError, load
from .server import serve


def main(arguments: Sequence[str] | None = None, adjust: Callable[[Config], Config] = lambda config: config) -> int:
    """Serves; returns the exit status. adjust: for those who start a server with parts of their own."""
    parser = argparse.ArgumentParser(prog="restyle_server", description="The local server of Restyle.")
    parser.add_argument("--host", help="address of this machine to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (any free one)")
    parser.add_argument("--device", help='device ids with commas, such as "cuda:0,cuda:1" (auto: the best there is)')
    parser.add_argument("--state-dir", type=Path, help="folder of server.json, jobs and logs (RESTYLE_STATE_DIR)")
    parser.add_argument("--data-dir", type=Path, help="folder of weights and styles (RESTYLE_DATA_DIR)")
    parser.add_argument("--weights-file", type=Path, help="safetensors file of VGG16's or VGG19's convolutions, offered as the weights called file")
    parser.add_argument("--flow-weights", type=Path, help="file of torchvision's RAFT, by which films are followed instead of OpenCV's search")
    parser.add_argument("--tls-cert", type=Path, help="the server's certificate, PEM: with the next two, other machines may be served")
    parser.add_argument("--tls-key", type=Path, help="its key, PEM")
    parser.add_argument("--tls-client-ca", type=Path, help="the authority whose certificates may call, PEM")
    parser.add_argument("--ray", help='"start", "start@ADDRESS" or a cluster\'s address: paint on more machines than one')
    parser.add_argument("--ray-token", type=Path, help="file of the cluster's token (cluster.token in the state folder)")
    parser.add_argument("--config", type=Path, help="settings file (server.toml in the data folder)")
    parser.add_argument("--log-level", help="DEBUG, INFO, WARNING or ERROR (INFO)")
    parser.add_argument("--version", action="version", version=f"Restyle {__version__}")
    given = vars(parser.parse_args(arguments))
    try:
        config = load(file=given.pop("config"), **given)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return serve(adjust(config))


if __name__ == "__main__":
    sys.exit(main())

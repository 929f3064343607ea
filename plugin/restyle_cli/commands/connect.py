"""Owns `restyle connect|disconnect`: which server this user's editors and commands turn to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from restyle_contract.paths import at_home

from ..terminal.examples import examples
from ..terminal.failures import Failure
from ..terminal.output import Json, emit, line, plain


@examples("restyle connect painter.studio:50051 --ca studio-ca.pem --cert anna.pem --key anna-key.pem")
def connect(
    address: Annotated[str, typer.Argument(metavar="HOST:PORT", help="Where the server listens.", show_default=False)],
    ca: Annotated[Path, typer.Option(metavar="FILE", help="The authority that signed the server's certificate (PEM).", show_default=False)],
    cert: Annotated[Path, typer.Option(metavar="FILE", help="Your certificate (PEM).", show_default=False)],
    key: Annotated[Path, typer.Option(metavar="FILE", help="Its key (PEM, without a password).", show_default=False)],
    json: Json = False,
) -> None:
    """Use a server on another machine, from now on and in every editor. The certificates are copied."""
    import restyle_client as client
    from restyle_client import discovery, remote

    certificates = discovery.Certificates(*(at_home(path).absolute() for path in (ca, cert, key)))
    with client.connect(start=False, address=address, ca=certificates.ca, cert=certificates.cert, key=certificates.key) as session:
        info = session.info()
    try:
        endpoint = remote.remember(discovery.state_dir(), address, certificates)
    except OSError as error:
        raise Failure(f"{error.filename or discovery.state_dir()}: {error.strerror}; make it readable and try again.") from error
    if json:
        emit({"address": endpoint.address, **plain(info)})
        return
    devices = ", ".join(device.name for device in info.devices)
    line(f"connected: Restyle {info.version} at {endpoint.address}, painting on {devices}")
    line("editors and commands use it from now on; restyle disconnect goes back to this machine")


@examples("restyle disconnect")
def disconnect(json: Json = False) -> None:
    """Use this machine's own server again. The copies of the certificates are removed."""
    from restyle_client import discovery, remote

    known = remote.forget(discovery.state_dir())
    if json:
        emit({"disconnected": known})
    else:
        line("editors and commands use this machine's own server again" if known else "no other server was in use")

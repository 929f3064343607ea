"""Owns the encrypted connection to a server on another machine: certificates on both sides, and what to say when they don't fit.

Python's ssl is loaded only when it is needed: some editors bring a Python without it.
"""

from __future__ import annotations

from typing import Any

from .discovery import Certificates
from .errors import RestyleError, Unauthenticated


def secure(files: Certificates) -> Any:
    """An ssl.SSLContext that proves who this client is and checks that the server is who it says. Unauthenticated when a file can't be used."""
    try:
        import ssl
    except ImportError as error:
        raise Unauthenticated("This Python has no ssl, which a server on another machine needs; use one on this machine.") from error
    try:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(files.ca))
        context.load_cert_chain(files.cert, files.key, password=lambda: "")
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise Unauthenticated(
            f"The certificates {files.ca}, {files.cert} and {files.key} can't be used ({reason}); give PEM files: the server's authority, "
            "your certificate, and its key without a password."
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2"])
    return context


def refused_certificate(error: BaseException, address: str) -> RestyleError | None:
    """What to say when the two sides don't trust each other; None when it is about something else."""
    import ssl

    if isinstance(error, ssl.SSLCertVerificationError):
        return Unauthenticated(f"The authority of --ca does not vouch for the server at {address} ({error.verify_message}); check --ca and the address.")
    if isinstance(error, ssl.SSLError):
        return Unauthenticated(f"The server at {address} refuses the connection ({error.reason}); check --cert and --key, and that it serves other machines.")
    return None

"""Owns who a caller is: the local user, who knows the token, or the holder of a certificate that the administrator's authority has signed."""

from __future__ import annotations

import hashlib
import hmac
import ssl
from collections.abc import Mapping
from typing import Any

from grpc import aio

from ..refusals import Denied, Unauthenticated

Context = aio.ServicerContext[Any, Any]

LOCAL = ""  # the owner of what came over the loopback: the user who runs the server


def owner_of(context: Context) -> str:
    """Whose jobs a caller sees: LOCAL, or the SHA-256 of the certificate that the connection was made with."""
    certificate = _certificate(context)
    return hashlib.sha256(certificate).hexdigest() if certificate else LOCAL


def check_caller(context: Context, metadata: Mapping[str, str | bytes], token: str) -> None:
    """Unauthenticated, unless the caller has a certificate, which the connection itself has checked, or comes over the loopback with the token."""
    if _certificate(context):
        return
    given = metadata.get("authorization", b"")
    given = given.encode() if isinstance(given, str) else given
    if not hmac.compare_digest(given, b"Bearer " + token.encode()):
        raise Unauthenticated("This call has no valid token; read it afresh from server.json in the state folder.")


def check_local(context: Context, what: str) -> None:
    """Denied to callers from elsewhere. what: such as "A style of the library is removed"."""
    if owner_of(context) != LOCAL:
        raise Denied(f"{what} on the server's own machine; ask who looks after it.")


def _certificate(context: Context) -> bytes:
    """The caller's certificate, DER; empty without one. Only a listener that demands and checks certificates fills this in."""
    found = list((context.auth_context() or {}).get("x509_pem_cert", ()))
    return ssl.PEM_cert_to_DER_cert(found[0].decode("ascii")) if found else b""

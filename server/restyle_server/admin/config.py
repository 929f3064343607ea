"""Owns what the administrator may choose: folders, address, devices, weights, limits; from server.toml and from flags, which win."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
from restyle_contract.paths import at_home

from ..limits import Limits
from . import folders

ENGINE = "restyle_server.worker.neural_engine:engine"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
FILE = "server.toml"
TLS_FILES = ("cert", "key", "client_ca")

KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text in quotes",
    "array": "a list of texts in quotes",
    "object": "a table, begun by its name in [ ]",
}
UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*?)`(?: - at `\$\.(?P<table>.*)`)?")  # as msgspec says it
UNFIT = re.compile(r"Expected `(?P<kind>\w+).*?`(?P<least> >= 0(?:\.0)?)?(?:, got `.*?`)? - at `\$\.(?P<name>.*)`")


class ConfigError(Exception):
    """A setting that can't be used; the text is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files: the server's certificate (with its chain) and key, and the authority whose certificates may call."""

    cert: Path
    key: Path
    client_ca: Path


@dataclass(frozen=True, slots=True)
class Config:
    """A server's settings. With tls, host and port are those for other machines, and the user's own programs get a port of their own on the loopback.
    port 0: any free one; devices: ids, or "auto" for the best that there is."""

    state_dir: Path
    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 0
    tls: Tls | None = None  # the only way to be reached from other machines
    devices: tuple[str, ...] = ("auto",)
    weights_file: Path | None = None
    flow_weights: Path | None = None  # of RAFT, by which films are followed instead of OpenCV's search
    shared_styles: Path | None = None  # a folder of styles for everybody, never written to; in server.toml relative to that file
    vgg19_url: str = ""  # empty: torchvision's own address
    log_level: str = "INFO"
    limits: Limits = field(default_factory=Limits)
    engine_factory: str = ENGINE
    ray: str = ""  # more machines than one: "start", "start@ADDRESS", or where a cluster's head is; each has these devices
    ray_token: Path | None = None  # the cluster's secret; else it lies in the state folder


class TlsTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table [tls] of server.toml; its files are relative to it."""

    cert: str = ""
    key: str = ""
    client_ca: str = ""


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What server.toml may say; None: it doesn't."""

    host: str | None = None
    port: int | None = None
    devices: tuple[str, ...] | None = None
    weights_file: str | None = None
    flow_weights: str | None = None
    shared_styles: str | None = None
    vgg19_url: str | None = None
    log_level: str | None = None
    ray: str | None = None
    ray_token: str | None = None
    limits: Limits = Limits()
    tls: TlsTable = TlsTable()


TABLES: dict[str, type[msgspec.Struct]] = {"limits": Limits, "tls": TlsTable}


def load(
    *,
    file: Path | None = None,
    state_dir: Path | None = None,
    data_dir: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    device: str | None = None,
    weights_file: Path | None = None,
    flow_weights: Path | None = None,
    log_level: str | None = None,
    ray: str | None = None,
    ray_token: Path | None = None,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    tls_client_ca: Path | None = None,
) -> Config:
    """The settings: flags, then `file` (default: server.toml in the data folder, when there is one), then the defaults. ConfigError.

    device: ids, separated by commas.
    """
    state, data = _folder(state_dir, folders.state_dir, "state"), _folder(data_dir, folders.data_dir, "data")
    config = _from_file(Config(state, data), file or data / FILE, required=file is not None)
    flags = {
        "host": host,
        "port": port,
        "devices": None if device is None else tuple(part.strip() for part in device.split(",") if part.strip()),
        "weights_file": weights_file,
        "flow_weights": flow_weights,
        "log_level": log_level and log_level.upper(),
        "ray": ray,
        "ray_token": ray_token,
        "tls": _tls(config.tls, {"cert": tls_cert, "key": tls_key, "client_ca": tls_client_ca}),
    }
    return checked(replace(config, **{name: value for name, value in flags.items() if value is not None}))  # type: ignore[arg-type]


def checked(config: Config) -> Config:
    """The same settings. ConfigError when one of them can't be used."""
    if config.tls is None and not is_loopback(config.host):
        raise ConfigError(
            f"Without certificates Restyle listens on this machine only, and {config.host} is another address; use 127.0.0.1, or give "
            "--tls-cert, --tls-key and --tls-client-ca."
        )
    for path in (config.tls.cert, config.tls.key, config.tls.client_ca) if config.tls else ():
        if not path.is_file():
            raise ConfigError(f"The file {path} for TLS does not exist; name PEM files of the server's certificate, its key, and the clients' authority.")
    if not 0 <= config.port <= 65_535:
        raise ConfigError(f"A port is a number from 0 to 65535, and {config.port} is none.")
    if not config.devices:
        raise ConfigError("Name at least one device, such as cpu, or leave the choice to auto.")
    if len(set(config.devices)) < len(config.devices):
        raise ConfigError("A device is named twice; each gets one worker.")
    if config.log_level not in LEVELS:
        raise ConfigError(f"The log level is one of {', '.join(LEVELS)}.")
    if config.weights_file is not None and not config.weights_file.is_file():
        raise ConfigError(f"The weights file {config.weights_file} does not exist; name a safetensors file of VGG16's or VGG19's convolutions.")
    if config.flow_weights is not None and not config.flow_weights.is_file():
        raise ConfigError(f"The flow weights {config.flow_weights} do not exist; name a file of torchvision's RAFT, or leave them out: films need none.")
    return config


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _folder(given: Path | None, default: Any, what: str) -> Path:
    try:
        if given is None:
            found: Path = default()
            return found
        given = at_home(given).absolute()
        folders.made_private(given, folders.WRITING if what == "data" else folders.OTHERS)
    except OSError as error:
        where = error.filename or given
        raise ConfigError(
            f"The {what} folder {where} can't be used ({error.strerror}); choose another with --{what}-dir or RESTYLE_{what.upper()}_DIR."
        ) from error
    return given


def _from_file(config: Config, path: Path, *, required: bool) -> Config:
    try:
        said = msgspec.toml.decode(path.read_bytes(), type=Said)
    except FileNotFoundError:
        if required:
            raise ConfigError(f"The settings file {path} does not exist.") from None
        return config
    except msgspec.ValidationError as error:
        raise _wrong(path, str(error)) from error
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The settings file {path} can't be read: {error}") from error
    words = {name: getattr(said, name) for name in ("host", "port", "devices", "vgg19_url", "log_level", "ray")}
    words |= {
        "weights_file": at_home(said.weights_file) if said.weights_file else None,
        "flow_weights": at_home(said.flow_weights) if said.flow_weights else None,
        "shared_styles": path.absolute().parent / at_home(said.shared_styles) if said.shared_styles else None,
        "ray_token": path.absolute().parent / at_home(said.ray_token) if said.ray_token else None,
        "tls": _tls(None, {name: path.parent / at_home(value) for name in TLS_FILES if (value := getattr(said.tls, name))}),
    }
    return replace(config, limits=said.limits, **{name: value for name, value in words.items() if value is not None})


def _wrong(path: Path, error: str) -> ConfigError:
    """What msgspec found, for people: which setting it is, and what it has to be."""
    if found := UNKNOWN.fullmatch(error):
        name, table = found["name"], found["table"]
        inside = f" in the table [{table}]" if table else ""
        known = TABLES[table].__struct_fields__ if table else [each for each in Said.__struct_fields__ if each not in TABLES]
        more = "" if table else f" and the tables {' and '.join(f'[{each}]' for each in TABLES)}"
        return ConfigError(f"{path}: there is no setting {name!r}{inside}; there are {', '.join(known)}{more}.")
    if found := UNFIT.fullmatch(error):
        least = ", 0 or more" if found["least"] else ""
        return ConfigError(f"{path}: {found['name']} is {KINDS.get(found['kind'], found['kind'])}{least}; correct it, or take it out.")
    return ConfigError(f"{path}: {error}.")


def _tls(before: Tls | None, words: Mapping[str, Path | None]) -> Tls | None:
    """The files, those of `words` first. ConfigError when only some of the three are named."""
    found = {name: words.get(name) or getattr(before, name, None) for name in TLS_FILES}
    if not any(found.values()):
        return None
    if not all(found.values()):
        missing = ", ".join(name for name, value in found.items() if not value)
        raise ConfigError(f"TLS needs the server's certificate (cert), its key (key) and the clients' authority (client_ca); {missing} is missing.")
    return Tls(**found)  # type: ignore[arg-type]

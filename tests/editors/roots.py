"""Owns the Debian roots that hold real editors: made once by debootstrap into a cache folder, stamped, made again when their recipe or their age says so.

A root is a plain folder. Everything mounted for making one is mounted in a namespace of its own, so that nothing stays mounted whatever happens; a root with
something mounted below is never deleted. `python tests/editors/roots.py [SUITE …]` makes them ahead of a test run.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SUITES = ("trixie", "sid")  # GIMP 3.0 and Krita 5.2; GIMP 3.2 and Krita 5.3
BASES = {"experimental": "sid"}  # made of a copy of another root: sid with Krita 6, on Qt 6
GIMP = ("gimp", "gir1.2-gimp-3.0", "python3-gi", "python3-gi-cairo")
KRITA = ("krita", "python3-pyqt5", "libgl1-mesa-dri")
SCREEN = ("xvfb", "xauth", "openbox", "dbus-x11", "at-spi2-core", "python3-pyatspi", "imagemagick", "xdotool", "fonts-dejavu-core", "adwaita-icon-theme")
PACKAGES = (*GIMP, *KRITA, *SCREEN)
OPTIONAL = ("python3-pyqt6",)  # PyQt6 proves the Krita plug-in's second half; a root without it still serves

RECIPE = "1"  # raise when the steps below change
OLDEST_SECONDS = {"trixie": 120 * 86_400, "sid": 30 * 86_400, "experimental": 30 * 86_400}  # a stable suite changes by point releases, sid by the day
SMALLEST_FREE_BYTES = 6 << 30  # one root with both editors is 2 to 3 GiB, and apt's archives lie beside it meanwhile
MINUTES = 30  # for one root on a slow mirror; then the attempt counts as failed

DPKG_CONF = """force-unsafe-io
path-exclude /usr/share/doc/*
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/gimp/*/help/*
"""

MAKE = r"""
set -eu
suite=$1 root=$2 mirror=$3 packages=$4 optional=$5
mkdir -p "$root"
debootstrap --variant=minbase "$suite" "$root" $mirror
cp "$root.apt.conf" "$root/etc/apt/apt.conf.d/90host"
cp "$root.dpkg.cfg" "$root/etc/dpkg/dpkg.cfg.d/90tests"
cp -L /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || :
cp -L /etc/hosts "$root/etc/hosts" 2>/dev/null || :
mkdir -p "$root/usr/sbin"
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"  # no service is started inside
chmod +x "$root/usr/sbin/policy-rc.d"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
inside() { chroot "$root" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"; }
inside apt-get -q update
inside apt-get -q -y --no-install-recommends install $packages
for extra in $optional; do inside apt-get -q -y --no-install-recommends install "$extra" || echo "without $extra"; done
inside apt-get clean
rm -rf "$root"/var/lib/apt/lists/*
mkdir -p "$root/restyle"
inside dpkg-query -W -f '${Package} ${Version}\n' > "$root.packages"
"""

RENEW = r"""
set -eu
base=$1 root=$2 suite=$3
cp -a "$base" "$root"
cp -L /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || :
sed "s/ [^ ]* main/ $suite main/" "$root/etc/apt/sources.list" > "$root/etc/apt/sources.list.d/$suite.list"
printf 'Package: krita krita-data\nPin: release a=%s\nPin-Priority: 990\n' "$suite" > "$root/etc/apt/preferences.d/$suite"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
inside() { chroot "$root" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"; }
inside apt-get -q update
inside apt-get -q -y --no-install-recommends install krita python3-pyqt6 qt6-svg-plugins  # the last: Krita's icons
inside apt-get clean
rm -rf "$root"/var/lib/apt/lists/*
inside dpkg-query -W -f '${Package} ${Version}\n' > "$root.packages"
"""


class RootUnavailable(Exception):
    """This machine can't have that root now; the sentence says why and what would help."""


class MachineUnfit(RootUnavailable):
    """No root at all can be made or entered here."""


@dataclass(frozen=True)
class Root:
    """A finished root. packages: name → version of what is installed in it."""

    suite: str
    path: Path
    packages: dict[str, str]


def cache_folder() -> Path:
    """Where roots live between runs: RESTYLE_TEST_CACHE, or ~/.cache/restyle-tests."""
    return Path(os.environ.get("RESTYLE_TEST_CACHE") or Path.home() / ".cache" / "restyle-tests").expanduser().absolute()


def root(suite: str) -> Root:
    """The root of `suite`, made now when there is none or a stale one. Waits while another process makes it. RootUnavailable."""
    _check_machine()
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / f"{suite}.lock"):
        found = _finished(cache, suite)
        if found and not _stale(found):
            return found
        try:
            return _make(cache, suite)
        except RootUnavailable:
            if found:  # an old root beats none: a mirror may be broken for a day
                return found
            raise


def mounted_below(folder: Path) -> list[str]:
    """Mount points at or under `folder` in this process's namespace."""
    top = str(folder.resolve())
    points = [line.split()[4].encode().decode("unicode_escape") for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()]
    return [point for point in points if point == top or point.startswith(top + "/")]


def remove(folder: Path) -> None:
    """Deletes a root's folder. RootUnavailable, with nothing deleted, when something is mounted in it: deleting through a bind mount would delete the host."""
    if not folder.exists():
        return
    if points := mounted_below(folder):
        raise RootUnavailable(f"{points[0]} is still mounted; unmount it, then delete {folder}")
    subprocess.run(["rm", "-rf", "--one-file-system", str(folder)], check=True)


def _check_machine() -> None:
    if sys.platform != "linux":
        raise MachineUnfit("real editors are tested in Debian roots, which need Linux")
    if os.geteuid() != 0:
        raise MachineUnfit("real editors are tested in Debian roots, which need root: run the tests with sudo, or in CI")
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        raise MachineUnfit("this machine forbids mount namespaces (unshare -m), which the Debian roots need")


def _installed_debootstrap() -> bool:
    if not shutil.which("apt-get"):
        return False
    for command in (["apt-get", "-q", "update"], ["apt-get", "-q", "-y", "--no-install-recommends", "install", "debootstrap"]):
        subprocess.run(command, capture_output=True, check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    return shutil.which("debootstrap") is not None


def _digest(suite: str = "") -> str:
    newer = (RENEW,) if suite in BASES else ()
    return hashlib.sha256("\n".join((RECIPE, MAKE, DPKG_CONF, *PACKAGES, *OPTIONAL, *newer)).encode()).hexdigest()[:16]


def _stamp(cache: Path, suite: str) -> Path:
    return cache / f"{suite}.json"


def _finished(cache: Path, suite: str) -> Root | None:
    try:
        stamp = json.loads(_stamp(cache, suite).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Root(suite, cache / suite, stamp["packages"]) if (cache / suite / "usr").is_dir() else None


def _stale(found: Root) -> bool:
    stamp = json.loads(_stamp(found.path.parent, found.suite).read_text(encoding="utf-8"))
    return bool(stamp["recipe"] != _digest(found.suite) or time.time() - stamp["made"] > OLDEST_SECONDS[found.suite])


def _make(cache: Path, suite: str) -> Root:
    base = root(BASES[suite]).path if suite in BASES else None
    with _locked(cache / "debootstrap.lock"):  # two roots may be wanted at once, and apt-get works for one
        if not shutil.which("debootstrap") and not _installed_debootstrap():
            raise MachineUnfit("debootstrap is missing and apt-get could not install it: install debootstrap, then run the tests again")
    if (free := shutil.disk_usage(cache).free) < SMALLEST_FREE_BYTES:
        raise RootUnavailable(f"{cache} has {free >> 30} GiB free; a root needs {SMALLEST_FREE_BYTES >> 30}: free some, or set RESTYLE_TEST_CACHE")
    building = cache / f"{suite}.building"
    remove(building)
    Path(f"{building}.apt.conf").write_text(_apt_conf(), encoding="utf-8")
    Path(f"{building}.dpkg.cfg").write_text(DPKG_CONF, encoding="utf-8")
    log = cache / f"{suite}.log"
    command = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "sh", "-c"]
    if base is not None:
        command += [RENEW, "renew", str(base), str(building), suite]
    else:
        command += [MAKE, "make", suite, str(building), _mirror(), " ".join(PACKAGES), " ".join(OPTIONAL)]
    with log.open("wb") as output:
        try:
            done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=MINUTES * 60, check=False)
        except subprocess.TimeoutExpired:
            raise RootUnavailable(f"making the {suite} root took more than {MINUTES} minutes; see {log}") from None
    if done.returncode:
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise RootUnavailable(f"the {suite} root could not be made ({' '.join(last)}); see {log}")
    packages = dict(line.split(" ", 1) for line in Path(f"{building}.packages").read_text(encoding="utf-8").splitlines())
    _stamp(cache, suite).unlink(missing_ok=True)
    remove(cache / suite)
    building.rename(cache / suite)
    partial = cache / f"{suite}.json.partial"
    partial.write_text(json.dumps({"recipe": _digest(suite), "made": time.time(), "packages": packages}, indent=1), encoding="utf-8")
    partial.replace(_stamp(cache, suite))
    return Root(suite, cache / suite, packages)


def _mirror() -> str:
    """The Debian mirror that the host's own apt uses; empty, for debootstrap's own default, on another distribution."""
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)", "Created-By: Packages"], capture_output=True, text=True, check=False
    ).stdout
    for line in listing.splitlines():
        origin, label, address = line.split("|", 2)
        if (origin, label) == ("Debian", "Debian"):
            return address
    return ""


def _apt_conf() -> str:
    """How the host's apt reaches its mirror (proxies and the like), and what a frozen mirror needs: Release files there count as expired."""
    dump = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, text=True, check=False).stdout
    kept = [line for line in dump.splitlines() if line.startswith(("Acquire::http", "Acquire::https", "Acquire::Check", "Acquire::Retries"))]
    return "\n".join([*kept, 'Acquire::Check-Valid-Until "false";', 'APT::Install-Recommends "false";', 'Acquire::Languages "none";', ""])


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the Debian roots that the editors' tests run in.")
    parser.add_argument("suites", nargs="*", default=SUITES, metavar="SUITE", help=f"of {', '.join((*SUITES, *BASES))}; default: {', '.join(SUITES)}")
    status = 0
    for suite in parser.parse_args().suites:
        begun = time.monotonic()
        try:
            made = root(suite)
        except RootUnavailable as reason:
            sys.stderr.write(f"{suite}: {reason}\n")
            status = 1
            continue
        versions = ", ".join(f"{name} {made.packages[name]}" for name in ("gimp", "krita"))
        sys.stdout.write(f"{suite}: {made.path} ({versions}) after {time.monotonic() - begun:.0f} s\n")
    return status


if __name__ == "__main__":
    sys.exit(main())

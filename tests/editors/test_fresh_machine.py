"""Owns the promise of the whole: a fresh Debian with Python and an editor gets from nothing to a stylised layer by the README's commands, and back to nothing.

The Debian root's own packages stay as they are: what is installed in it goes into a layer above, which is thrown away. Packages come through a cache that is
kept between runs, by whatever way the host's pip is set up to reach them.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from editors import roots
from editors.studio import INSIDE

SUITE = "trixie"  # Debian stable, which people have
pytestmark = [
    pytest.mark.editors,
    pytest.mark.slow,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(SUITE not in (os.environ.get("RESTYLE_TEST_SUITES") or SUITE), reason=f"is done beside the other tests in {SUITE}"),
]

ROOT = Path(__file__).resolve().parents[2]
HOME = "/home/painter"
PAINTER = 1000  # an ordinary user: what needs root would be noticed
SECONDS = 1200  # most of it for unpacking PyTorch; about 200 on an idle machine
FREE_BYTES = 14 << 30  # what PyTorch with CUDA takes while it is unpacked, and its packages in the cache
CERTIFICATES = "/etc/host-certificates.crt"  # inside: those that the host's pip trusts, where no package of Debian puts its own

# $1 root, $2 scratch, $3 the host's side of the home, $4 packages' cache, $5 the repository; HOST paths that are seen at the same place inside; --; a script
ENTER = r"""
set -eu
root=$1 scratch=$2 home=$3 cache=$4 repository=$5; shift 5
mkdir -p "$scratch/upper" "$scratch/work" "$scratch/merged" "$home/.cache/pip" "$home/restyle"
mount -t overlay overlay -o "lowerdir=$root,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/merged"
root=$scratch/merged
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
cp "$scratch/pip.conf" "$root/etc/pip.conf"
[ ! -e "$scratch/certificates" ] || cp "$scratch/certificates" "$root/etc/host-certificates.crt"
echo "painter:x:1000:1000::/home/painter:/bin/sh" >> "$root/etc/passwd"
mkdir -p "$root/home/painter"
mount --bind "$home" "$root/home/painter"
mount --bind "$cache" "$root/home/painter/.cache/pip"
mount --bind "$repository" "$root/home/painter/restyle"
mount -o remount,bind,ro "$root/home/painter/restyle"
while [ "$1" != -- ]; do
  mkdir -p "$root$(dirname "$1")"
  if [ -d "$1" ]; then mkdir -p "$root$1"; else touch "$root$1"; fi
  mount --bind "$1" "$root$1"
  shift
done
shift
set +e
chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive /bin/sh -eux -c "$1"
exit $?
"""
AS_PAINTER = "setpriv --reuid 1000 --regid 1000 --clear-groups env HOME=/home/painter PATH=/usr/bin:/bin OMP_NUM_THREADS=1"
GIMP = "gimp-console -i -d -f --quit --batch-interpreter=python-fu-eval -b"


@dataclass(frozen=True)
class Machine:
    """scratch: of the layer above the root. home: the host's side of /home/painter."""

    root: roots.Root
    scratch: Path
    home: Path
    cache: Path

    def do(self, *steps: str) -> str:
        """Runs lines of a shell as root inside; what they said. Every one must succeed; whatever they started ends with them."""
        shared = [str(path) for path in _package_places()]
        line = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=SIGKILL", "sh", "-c", ENTER, "fresh"]
        line += [str(self.root.path), str(self.scratch), str(self.home), str(self.cache), str(ROOT), *shared, "--", "\n".join(steps)]
        with subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True) as process:
            try:
                said = process.communicate(timeout=SECONDS)[0]
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                said = process.communicate()[0] + f"\nnot done within {SECONDS} s"
        if "unknown filesystem type 'overlay'" in said:
            pytest.skip("NOT DONE: this machine has no overlayfs")
        assert process.returncode == 0, said[-6000:]
        return said


@pytest.fixture
def machine() -> Iterator[Machine]:
    """A Debian with GIMP, a user who has just been made, and nothing else of ours."""
    try:
        root = roots.root(SUITE)
    except roots.MachineUnfit as reason:
        pytest.skip(f"NOT DONE: {reason}")
    except roots.RootUnavailable as reason:
        pytest.fail(str(reason), pytrace=False)
    if (free := shutil.disk_usage(roots.cache_folder()).free) < FREE_BYTES:
        pytest.skip(f"NOT DONE: a fresh machine needs {FREE_BYTES >> 30} GiB of disk, and {free >> 30} are free")
    cache = roots.cache_folder() / "pip"
    cache.mkdir(exist_ok=True)
    _hand_over(cache)
    with tempfile.TemporaryDirectory(prefix="restyle-fresh-", dir=roots.cache_folder(), ignore_cleanup_errors=True) as folder:
        scratch, home = Path(folder) / "root", Path(folder) / "home"
        scratch.mkdir()
        home.mkdir()
        settings = _pip_settings()
        if "cert" in settings:
            shutil.copy(settings["cert"], scratch / "certificates")
            settings["cert"] = CERTIFICATES
        (scratch / "pip.conf").write_text("[global]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items()), encoding="utf-8")
        for script in ("bench.py", "fresh_machine.py"):
            shutil.copy(INSIDE / script, home)
        for made in (".cache/pip", "restyle"):
            (home / made).mkdir(parents=True)
        _hand_over(home)
        yield Machine(root, scratch, home, cache)
        roots.remove(Path(folder))


def test_from_nothing_to_a_painted_layer_and_back_to_nothing_by_the_readmes_commands(machine: Machine) -> None:
    install, uninstall = _commands("python3 install/install.py")
    paint = f"{GIMP} {shlex.quote(f'import sys; sys.path.insert(0, {HOME!r}); import fresh_machine; fresh_machine.main()')}"
    said = machine.do(
        f"apt-get -q update && {_prerequisite()}",
        f"cd {HOME}",
        f"{AS_PAINTER} {GIMP} pass",  # "Start GIMP once, so that it has a profile"
        f"cd {HOME}/restyle",
        f"{AS_PAINTER} {install}",
        f"cd {HOME}",
        f"{AS_PAINTER} {paint}",
        f"{AS_PAINTER} .local/bin/restyle status --json > status.json",
        f"cd {HOME}/restyle",
        f"{AS_PAINTER} {uninstall}",
        "! grep -al restyle_serve[r] /proc/[0-9]*/cmdline",  # nobody is left behind; the brackets keep this very line from being found
    )
    results = json.loads((machine.home / "results.json").read_text(encoding="utf-8"))
    assert results["layers"] == ["woodcut · photo", "photo"], said[-3000:]
    assert results["changed"] > 0.3, "the new layer looks like the old one"
    assert json.loads((machine.home / "status.json").read_text(encoding="utf-8"))["running"], "the plug-in had started the installed server"
    left = [path for path in _files(machine.home) if "restyle" in path.lower() and not path.startswith("restyle/")]
    assert [path for path in left if not re.match(r"\.local/state/restyle/jobs", path)] == [], "only results stay"


def _commands(program: str) -> list[str]:
    """The README's own, in order: the one that installs, and the one that takes everything out again."""
    readme = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith(program)]


def _prerequisite() -> str:
    """What the README has people install first."""
    found = re.search(r"`sudo (apt install [\w -]+)`", (ROOT / "README.md").read_text("utf-8"))
    assert found is not None
    return found[1].replace("apt install", "apt-get -q -y --no-install-recommends install")


def _pip_settings() -> dict[str, str]:
    """How the host's pip reaches its packages."""
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False).stdout
    found: dict[str, str] = {}
    for line in listed.splitlines():
        match = re.fullmatch(r"(global|install|:env:)\.([\w-]+)='(.*)'", line.strip())
        if match and match[2] in ("index-url", "extra-index-url", "find-links", "cert", "trusted-host", "proxy", "timeout", "default-timeout"):
            found[match[2]] = match[3].replace("\\n", " ")
    return found


def _package_places() -> list[Path]:
    """Folders of the host that those settings name."""
    words = [word.removeprefix("file://") for name, value in _pip_settings().items() if name != "cert" for word in value.split()]
    named = [Path(word) for word in words if word.startswith("/") and Path(word).exists()]
    folders = [path.parent if path.name == "simple" else path for path in named]  # an index on the disk lies beside its files
    return list(dict.fromkeys(folders))


def _hand_over(folder: Path) -> None:
    subprocess.run(["chown", "-R", f"{PAINTER}:{PAINTER}", str(folder)], check=True)


def _files(folder: Path) -> list[str]:
    return [str(Path(place, name).relative_to(folder)) for place, _folders, names in os.walk(folder) for name in names if ".cache/pip" not in place]

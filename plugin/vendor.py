"""Owns the one command that makes restyle_client/_vendor: `python plugin/vendor.py`, in the development environment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "plugin" / "restyle_client" / "_vendor"
NAMESPACE = "restyle_client._vendor"


def relative_imports(text: str, depth: int) -> str:
    """The text of a module that lies `depth` packages below _vendor, with absolute imports from the private namespace made relative."""
    dots = "." * (depth + 1)
    text = re.sub(rf"^(\s*)from {re.escape(NAMESPACE)}\.(\S+) import ", rf"\1from {dots}\2 import ", text, flags=re.MULTILINE)
    text = re.sub(rf"^(\s*)from {re.escape(NAMESPACE)} import ", rf"\1from {dots} import ", text, flags=re.MULTILINE)
    return re.sub(rf"^(\s*)import {re.escape(NAMESPACE)}\.(\S+)\.(\w+) as ", rf"\1from {dots}\2 import \3 as ", text, flags=re.MULTILINE)


def main() -> int:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}  # vendoring calls `pip`
    subprocess.run([sys.executable, "-m", "vendoring", "sync"], cwd=ROOT, env=environment, check=True)
    for module in sorted(VENDOR.rglob("*.py")):
        text = module.read_text(encoding="utf-8")
        changed = relative_imports(text, len(module.relative_to(VENDOR).parent.parts))
        if NAMESPACE in changed:
            raise SystemExit(f"{module.relative_to(ROOT)} still names {NAMESPACE}; add a substitution to [tool.vendoring] in pyproject.toml")
        module.write_text(changed, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

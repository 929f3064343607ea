"""Owns what `restyle doctor --device` runs in a process of its own, which a broken driver may take along: the device compared with the processor, as JSON.

python -m restyle_server.worker.device_check DEVICE
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from restyle_engine.agreement import agreement
from restyle_engine.device import device_ids

from ..weights.catalogue import choose


def main() -> None:
    device = sys.argv[1]
    if device not in device_ids():
        told: dict[str, object] = {"devices": device_ids()}
    else:
        found = agreement(device, choose("vgg16", Path()).path)
        told = {**asdict(found), "sound": found.sound}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()

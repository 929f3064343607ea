"""What the simulated studio promises: devices that paint all the time, a person who does not wait for a folder, and every job once."""

from __future__ import annotations

from pathlib import Path

import pytest
from performance.scale import plot, table
from performance.simulated import SCALES, Figures, simulated
from restyle_server.devices.slots import DeviceSlot


@pytest.mark.parametrize(("devices", "jobs"), [(1, 12), (8, 64)])
def test_devices_paint_all_the_time_and_a_person_goes_before_the_folder(tmp_path: Path, devices: int, jobs: int) -> None:
    seconds = 200.0  # beside which the front end's own time is nothing, however slow the machine is
    found = simulated(tmp_path, devices, jobs, seconds=seconds, waiting=16, every=70.0, signs=False)
    assert found.share > 0.95
    assert found.twice == 0
    assert found.longest is not None
    assert found.longest <= seconds / SCALES + 1, "a folder's painting rests after its scale"
    assert found.journal > 0


def test_a_job_that_comes_or_ends_is_no_reason_to_look_at_every_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks, devices, jobs = 0, 100, 300

    def serves(slot: DeviceSlot) -> bool:
        nonlocal looks
        looks += 1
        return slot.ready and not slot.hung and not slot.leaving

    monkeypatch.setattr(DeviceSlot, "serves", property(serves))
    simulated(tmp_path, devices, jobs, seconds=200.0, waiting=2 * devices, every=0.0, signs=False)
    assert looks < devices * jobs  # each job comes, begins and ends


def test_the_table_and_the_plot_show_every_case() -> None:
    found = [Figures(devices, 10, 1.0, 0.99, 0.01, 0.001, 0.5, None, 1 << 20, 1 << 20, 0) for devices in (1, 10)]
    assert [row.split(" | ")[0] for row in table(found).splitlines()[2:]] == ["| 1", "| 10"]
    assert plot(found).count("<polyline") == 2

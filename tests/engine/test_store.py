"""What is kept on disk between processes: whole or not at all, only what was written here, and never more than the folder may hold."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import restyle_engine
import torch
from house.arrows import between_modules, imports, modules
from restyle_engine import store
from restyle_engine.network import calibration
from restyle_engine.network.vgg import Filters, channels, load
from restyle_engine.objective.moments import Moments
from restyle_engine.objective.targets import KEPT_POSITIONS, MEASURING, Key, TargetCache
from restyle_engine.parameters import Pooling, Symmetry
from restyle_engine.store import Store
from restyle_server.weights.catalogue import SHIPPED
from safetensors.torch import save_file

CPU = torch.device("cpu")


def tensors(seed: int = 0) -> dict[str, torch.Tensor]:
    return {"a": torch.randn(5, 5, generator=torch.Generator().manual_seed(seed)), "b": torch.tensor(2.5, dtype=torch.float64)}


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def same(a: dict[str, torch.Tensor] | None, b: dict[str, torch.Tensor]) -> bool:
    return a is not None and a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_another_process_finds_the_very_bits(tmp_path: Path) -> None:
    Store(tmp_path / "kept").put("one", tensors())
    assert same(Store(tmp_path / "kept").get("one"), tensors())
    assert Store(tmp_path / "kept").get("two") is None


def test_nobody_else_can_read_it_and_nothing_unfinished_is_left(tmp_path: Path) -> None:
    Store(tmp_path / "kept").put("one", tensors())
    (path,) = files(tmp_path / "kept")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700


def test_a_fixed_folder_is_only_read(tmp_path: Path) -> None:
    Store(tmp_path).put("one", tensors())
    os.utime(files(tmp_path)[0], (1, 1))
    fixed = Store(tmp_path, fixed=True)
    fixed.put("two", tensors())
    assert same(fixed.get("one"), tensors())
    assert [path.stat().st_mtime for path in files(tmp_path)] == [1]


def test_without_a_folder_nothing_is_kept() -> None:
    Store().put("one", tensors())
    assert Store().get("one") is None


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text", "directory"])
def test_a_damaged_file_counts_as_none_and_is_written_anew(tmp_path: Path, damage: str) -> None:
    kept = Store(tmp_path)
    kept.put("one", tensors())
    (path,) = files(tmp_path)
    data = bytearray(path.read_bytes())
    data[-3] ^= 64
    if damage == "directory":
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes({"cut": data[: len(data) // 2], "flipped": data, "empty": bytearray(), "text": bytearray(b"not this")}[damage])
    assert kept.get("one") is None
    if damage != "directory":
        kept.put("one", tensors(1))
        assert same(kept.get("one"), tensors(1))


def test_a_file_that_belongs_to_another_key_or_to_nobody_is_not_believed(tmp_path: Path) -> None:
    kept = Store(tmp_path)
    kept.put("one", tensors())
    (path,) = files(tmp_path)
    other = Store(tmp_path / "other")
    other.put("two", tensors())
    (theirs,) = files(tmp_path / "other")
    theirs.replace(path)
    assert kept.get("one") is None
    save_file(tensors(), path)  # no key and no checksum
    assert kept.get("one") is None


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    kept = Store(tmp_path)
    for number, name in enumerate("abc"):
        kept.put(name, tensors())
        os.utime(max(files(tmp_path), key=lambda path: path.stat().st_mtime_ns), (number, number))
    assert kept.get("a") is not None  # used again
    size = files(tmp_path)[0].stat().st_size
    Store(tmp_path, 3 * size).put("d", tensors())
    assert [name for name in "abcd" if kept.get(name) is not None] == ["a", "c", "d"]


def test_what_a_killed_process_left_unfinished_goes_and_a_living_ones_stays(tmp_path: Path) -> None:
    stale, living = tmp_path / "x.part", tmp_path / "y.part"
    stale.write_bytes(b"")
    living.write_bytes(b"")
    os.utime(stale, (0, 0))
    Store(tmp_path).put("one", tensors())
    assert not stale.exists()
    assert living.exists()


def test_a_folder_that_can_t_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    blocked = Store(tmp_path / "file" / "kept")
    blocked.put("one", tensors())
    assert blocked.get("one") is None


def test_a_full_disk_leaves_what_there_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Store(tmp_path)
    kept.put("one", tensors())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "save_file", full)
    kept.put("one", tensors(1))
    assert same(kept.get("one"), tensors())
    assert len(files(tmp_path)) == 1


def moments(layers: tuple[str, ...] = ("relu1_1",)) -> dict[str, Moments]:
    return {name: Moments(torch.randn(count, count), torch.randn(count)) for name, count in ((layer, channels(layer)) for layer in layers)}


KEY = Key("net", "style", 64, 48, Symmetry.NONE, frozenset({"relu1_1"}), None)


def test_a_styles_moments_outlive_their_process(tmp_path: Path) -> None:
    found = moments()
    TargetCache(store=Store(tmp_path)).put(KEY, found, CPU)
    read = TargetCache(store=Store(tmp_path)).get(KEY, CPU)
    assert read is not None
    assert all(torch.equal(read[name].second, one.second) and torch.equal(read[name].mean, one.mean) for name, one in found.items())


@pytest.mark.parametrize(
    "change", [{"network": "other"}, {"style": "other"}, {"width": 65}, {"symmetry": Symmetry.FLIPS}, {"layers": frozenset({"relu1_2"})}, {"side": 256}]
)
def test_moments_of_anything_else_are_not_taken_for_them(tmp_path: Path, change: dict[str, Any]) -> None:
    TargetCache(store=Store(tmp_path)).put(KEY, moments(), CPU)
    other = Key(**{name: change.get(name, getattr(KEY, name)) for name in ("network", "style", "width", "height", "symmetry", "layers", "side")})
    assert TargetCache(store=Store(tmp_path)).get(other, CPU) is None


def test_moments_that_lack_a_layer_are_measured_again(tmp_path: Path) -> None:
    kept = Store(tmp_path)
    wanted = replace(KEY, layers=frozenset({"relu1_1", "relu2_1"}))
    TargetCache(store=kept).put(wanted, moments(), CPU)
    assert TargetCache(store=kept).get(wanted, CPU) is None
    TargetCache(store=kept).put(wanted, moments(("relu1_1", "relu2_1")), CPU)
    assert TargetCache(store=kept).get(wanted, CPU) is not None


def positions(layers: tuple[str, ...] = ("relu1_1",)) -> dict[str, torch.Tensor]:
    return {layer: torch.randn(7, channels(layer)) for layer in layers}


def test_a_styles_positions_outlive_their_process(tmp_path: Path) -> None:
    found = positions()
    TargetCache(store=Store(tmp_path)).put_positions(KEY, found, CPU)
    assert same(TargetCache(store=Store(tmp_path)).positions(KEY, CPU), found)
    assert TargetCache(store=Store(tmp_path)).positions(replace(KEY, style="other"), CPU) is None


def test_positions_and_moments_of_one_key_lie_side_by_side(tmp_path: Path) -> None:
    cache, found, one = TargetCache(store=Store(tmp_path)), positions(), moments()
    cache.put_positions(KEY, found, CPU)
    cache.put(KEY, one, CPU)
    again = TargetCache(store=Store(tmp_path))
    read = again.get(KEY, CPU)
    assert read is not None
    assert torch.equal(read["relu1_1"].mean, one["relu1_1"].mean)
    assert same(again.positions(KEY, CPU), found)


@pytest.mark.parametrize("stored", [positions(("relu2_1",)), {"relu1_1": torch.randn(7, 65)}, {"relu1_1": torch.randn(64)}], ids=["layer", "width", "shape"])
def test_positions_that_do_not_fit_are_found_again(tmp_path: Path, stored: dict[str, torch.Tensor]) -> None:
    TargetCache(store=Store(tmp_path)).put_positions(KEY, stored, CPU)
    assert TargetCache(store=Store(tmp_path)).positions(KEY, CPU) is None


def test_no_more_positions_are_kept_in_memory_than_fit() -> None:
    cache = TargetCache()
    for number in range(KEPT_POSITIONS + 1):
        cache.put_positions(replace(KEY, style=str(number)), positions(), CPU)
    assert cache.positions(replace(KEY, style="0"), CPU) is None
    assert cache.positions(replace(KEY, style="1"), CPU) is not None


def test_a_networks_levels_are_measured_once_and_then_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, kept = tmp_path / "net.safetensors", tmp_path / "kept"
    weight = torch.randn(64, 3, 3, 3, generator=torch.Generator().manual_seed(3))
    save_file({"conv1_1.weight": weight, "conv1_1.bias": torch.zeros(64)}, path)
    first = calibration.network(path, Pooling.AVERAGE, Store(kept))
    monkeypatch.setattr(calibration, "levels", lambda *_: pytest.fail("measured again"))
    again = calibration.network(path, Pooling.AVERAGE, Store(kept))
    assert again is not first
    assert torch.equal(again.filters["1_1"].weight, first.filters["1_1"].weight)
    assert torch.equal(again.filters["1_1"].bias, first.filters["1_1"].bias)


@pytest.mark.parametrize("pooling", list(Pooling))
def test_the_levels_of_vgg16_came_with_it(monkeypatch: pytest.MonkeyPatch, pooling: Pooling) -> None:
    monkeypatch.setattr(calibration, "levels", lambda *_: pytest.fail("measured again"))
    calibration._network.cache_clear()
    assert calibration.network(SHIPPED, pooling).layers[-1] == "relu5_1"


@pytest.mark.slow
@pytest.mark.parametrize("pooling", list(Pooling))
def test_the_levels_that_came_with_vgg16_are_those_that_are_measured(pooling: Pooling) -> None:
    filters: dict[str, Filters] = load(SHIPPED)
    shipped, measured = calibration.network(SHIPPED, pooling), calibration.normalised(filters, pooling)
    for name, one in measured.filters.items():
        assert torch.allclose(shipped.filters[name].weight, one.weight, rtol=1e-3, atol=1e-5)
    assert shipped.pool_gain == pytest.approx(measured.pool_gain, rel=1e-4)


def test_all_code_that_measures_is_part_of_the_key() -> None:
    files = modules(Path(restyle_engine.__file__).parents[1], frozenset({"restyle_engine"}))
    known = between_modules(imports(files))
    measuring, left = set(), {"restyle_engine.objective.targets", "restyle_engine.network.calibration"}
    while left:
        one = left.pop()
        measuring.add(one)
        left |= known.get(one, frozenset()) - measuring
    plain = {f"restyle_engine.{name}" for name in ("parameters", "step", "store", "task", "verdict")}  # compute nothing
    packages = {name for name, path in files.items() if path.name == "__init__.py"}
    assert {f"restyle_engine.{name.replace('/', '.')}" for name in MEASURING} == measuring - plain - packages

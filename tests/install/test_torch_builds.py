"""Which build of PyTorch every machine gets: a stand-in answers for the graphics cards, since no machine has them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from restyle_install import torch_builds
from restyle_install.home import Choices, Source, ways
from restyle_install.making import EnvironmentProblem, Machine
from restyle_install.torch_builds import INDEX, Found, choose, probe

NVIDIA, AMD, NONE = Found(nvidia="NVIDIA H200"), Found(amd=True), Found()


def machine(system: str = "Linux", processor: str = "x86_64", uv: bool = False) -> Machine:
    return Machine(system=system, processor=processor, which=lambda name: "/bin/uv" if uv and name == "uv" else None, variables={})


@pytest.mark.parametrize(
    ("system", "processor", "uv", "found", "asked", "what", "backend", "index"),
    [
        ("Linux", "x86_64", True, NVIDIA, "auto", "CUDA", "auto", ""),
        ("Linux", "x86_64", False, NVIDIA, "auto", "CUDA", "auto", ""),
        ("Linux", "x86_64", True, AMD, "auto", "ROCm", "auto", ""),
        ("Linux", "x86_64", False, AMD, "auto", "processors", "", INDEX + "cpu"),
        ("Linux", "x86_64", True, NONE, "auto", "processors", "auto", INDEX + "cpu"),
        ("Linux", "x86_64", False, NONE, "auto", "processors", "auto", INDEX + "cpu"),
        ("Linux", "x86_64", False, NVIDIA, "cpu", "processors", "cpu", INDEX + "cpu"),
        ("Linux", "x86_64", False, NONE, "cuda", "CUDA", "cu130", ""),
        ("Linux", "x86_64", True, NONE, "rocm6.4", "ROCm", "rocm6.4", INDEX + "rocm6.4"),
        ("Linux", "x86_64", False, NONE, "cu128", "CUDA", "cu128", INDEX + "cu128"),
        ("Linux", "x86_64", False, NONE, "xpu", "Intel", "xpu", INDEX + "xpu"),
        ("Linux", "x86_64", True, NVIDIA, "plain", "CUDA", "", ""),
        ("Windows", "AMD64", True, NVIDIA, "auto", "CUDA", "auto", INDEX + "cu130"),
        ("Windows", "AMD64", False, NVIDIA, "auto", "CUDA", "auto", INDEX + "cu130"),
        ("Windows", "AMD64", False, NONE, "auto", "processors", "auto", ""),
        ("Windows", "AMD64", False, NONE, "plain", "processors", "", ""),
        ("Darwin", "arm64", True, NONE, "auto", "Apple", "", ""),
        ("Darwin", "arm64", False, NONE, "cpu", "Apple", "", ""),
    ],
)  # fmt: skip
def test_every_machine_gets_its_build(system: str, processor: str, uv: bool, found: Found, asked: str, what: str, backend: str, index: str) -> None:
    build = choose(machine(system, processor, uv), asked, found)
    assert what in build.need.what
    assert (build.backend, build.index) == (backend, index)
    assert build.graphics == (what != "processors" and asked != "plain")
    assert "because" in build.sentence
    assert "GB to download" in build.sentence


@pytest.mark.parametrize(
    ("system", "processor", "asked", "sentence"),
    [
        ("Darwin", "x86_64", "auto", "Macs with Intel's processors; use --client-only"),
        ("Darwin", "arm64", "cuda", "isn't made for Macs"),
        ("Linux", "x86_64", "gpu", "give auto, cpu, cuda, plain"),
        ("Linux", "x86_64", "cpu; rm", "is no build"),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do(system: str, processor: str, asked: str, sentence: str) -> None:
    with pytest.raises(EnvironmentProblem, match=sentence):
        choose(machine(system, processor), asked, NONE)


def answering(status: int, *lines: str) -> Callable[..., int]:
    def run(command: Sequence[str | Path], on_line: Callable[[str], None], *, environment: Mapping[str, str] | None = None) -> int:
        assert str(command[0]) == "/bin/nvidia-smi"
        for line in lines:
            on_line(line)
        return status

    return run


@pytest.mark.parametrize(
    ("programs", "status", "lines", "kfd", "found"),
    [
        (("nvidia-smi",), 0, ("NVIDIA H200",), False, NVIDIA),
        (("nvidia-smi",), 0, ("NVIDIA H200",), True, NVIDIA),
        (("nvidia-smi",), 9, ("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",), False, NONE),
        (("nvidia-smi",), 0, (), False, NONE),
        ((), 0, (), True, AMD),
        ((), 0, (), False, NONE),
    ],
)  # fmt: skip
def test_a_card_counts_only_with_a_working_driver(programs: tuple[str, ...], status: int, lines: tuple[str, ...], kfd: bool, found: Found) -> None:
    asked = Machine(
        system="Linux",
        which=lambda name: f"/bin/{name}" if name in programs else None,
        exists=lambda path: kfd and path == "/dev/kfd",
        run=answering(status, *lines),
        variables={},
    )
    assert probe(asked) == found


def commands(uv: bool, asked: str = "cpu", client: bool = False, packages: Path | None = None) -> list[list[str]]:
    """The ways as lines."""
    source = Source(Path("/restyle"), "1", ("torch>=2.10", "torchvision", "torchaudio-like", "numpy>=2.0"), "digest")
    here = machine(uv=uv)
    choices = Choices(client, asked, None if client else choose(here, asked, NONE), packages)
    return [[" ".join(map(str, command)) for command in way] for way in ways(source, Path("/environment"), choices, here)]


def test_uv_comes_first_then_pytorchs_own_index_then_the_plain_package() -> None:
    found = commands(uv=True)
    assert "--torch-backend cpu torch>=2.10" in found[0][0]
    assert "--torch-backend" not in found[1][0]
    assert f"--index-url {INDEX}cpu torch>=2.10 torchvision" in found[2][0]
    assert found[-1] == found[-2], "pip keeps what it has fetched, so a second try is worth it"
    assert "index-url" not in found[-1][0]


def test_restyle_itself_is_always_put_in_anew() -> None:
    for way in commands(uv=True) + commands(uv=False):
        assert way[-1].endswith("/restyle")
        assert "--reinstall-package restyle" in way[-1] or "--force-reinstall" in way[-1]
        assert "--no-deps" in way[-1]


@pytest.mark.parametrize("uv", [True, False])
def test_a_client_never_asks_for_torch(uv: bool) -> None:
    said = str(commands(uv, "auto", client=True))
    assert "torch>=" not in said
    assert "torchvision" not in said
    assert "torchaudio-like" in said, "only torch itself is left away, not what begins like it"


def test_from_a_folder_of_wheels_nothing_is_fetched() -> None:
    for way in commands(uv=True, packages=Path("/wheels")) + commands(uv=False, packages=Path("/wheels")):
        assert all("--no-index --find-links /wheels" in command for command in way)
        assert torch_builds.INDEX not in str(way)

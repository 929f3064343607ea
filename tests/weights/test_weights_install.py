"""What installing VGG19 promises: nothing unchecked is parsed, nothing half-done is kept, what has arrived is not fetched twice."""

from __future__ import annotations

import errno
import hashlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from restyle_engine.network.topology import VGG19
from restyle_server.weights import PUBLISHED, Expected, InstallFailed, catalogue, install_vgg19
from restyle_server.weights.convert import convert_in_child
from restyle_server.weights.install import FILE_NAME, MARGIN, vgg19_path
from restyle_server.weights.torchvision_vgg19 import ask_address, features
from weights.file_server import FileServer, serving
from weights.test_weights_catalogue import whole, write

CONTENT = bytes(range(256)) * 16_000  # 4.1 MB: four chunks
FEATURES = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34)  # of torchvision's VGG19
EXPECTED = Expected(len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving(CONTENT) as server:
        yield server


def stand_in(source: Path, target: Path) -> None:
    """In the converter's place: VGG19 of zeros, and only for a file that has been checked."""
    assert source.read_bytes() == CONTENT
    write(target, whole())


def unreachable(source: Path, target: Path) -> None:
    raise AssertionError("an unchecked file was parsed")


def install(data: Path, source: str | Path, **options: object) -> Path:
    known: dict[str, object] = {"expected": EXPECTED, "convert": stand_in, "wait": lambda seconds: None}
    return install_vgg19(data, source, **(known | options))  # type: ignore[arg-type]


def left(data: Path) -> set[str]:
    """Files in the weights folder but for the lock, which stays on some systems."""
    return {path.name for path in (data / "weights").iterdir()} - {"vgg19.lock"}


def test_a_download_is_checked_converted_and_put_in_place(tmp_path: Path, server: FileServer) -> None:
    told: list[tuple[int, int, str]] = []
    path = install(tmp_path, server.url, progress=lambda *state: told.append(state))
    assert path == vgg19_path(tmp_path)
    assert catalogue(tmp_path)[0].installed
    assert left(tmp_path) == {"vgg19.safetensors"}
    steps = list(dict.fromkeys(step for _, _, step in told))
    assert steps == ["downloading", "checking", "converting", "installed"]
    assert all(done <= total == EXPECTED.size for done, total, _ in told)
    downloaded = [done for done, _, step in told if step == "downloading"]
    assert downloaded == sorted(downloaded)
    assert downloaded[-1] == EXPECTED.size


def test_a_broken_connection_is_resumed_where_it_stopped(tmp_path: Path, server: FileServer) -> None:
    server.breaks = [1_500_000, 0, 700_000]
    install(tmp_path, server.url)
    assert server.asked == [None, "bytes=1500000-", "bytes=1500000-", "bytes=2200000-"]


class Abort(Exception):
    """Stands for Ctrl-C or a client that went away."""


def test_an_aborted_download_goes_on_in_the_next_run(tmp_path: Path, server: FileServer) -> None:
    def abort(done: int, total: int, step: str) -> None:
        if done > 2_000_000:
            raise Abort

    with pytest.raises(Abort):
        install(tmp_path, server.url, progress=abort)
    assert not vgg19_path(tmp_path).exists()
    install(tmp_path, server.url)
    assert len(server.asked) == 2
    assert str(server.asked[1]).startswith("bytes=2")


@pytest.mark.parametrize("way", ["new etag", "no etag", "no ranges"])
def test_a_file_that_may_have_changed_is_fetched_anew(tmp_path: Path, server: FileServer, way: str) -> None:
    server.content = bytes(len(CONTENT))
    server.breaks = [1_500_000] + [0] * 9
    server.etag = None if way == "no etag" else '"before"'
    with pytest.raises(InstallFailed, match=r"goes on where it stopped|connection was closed"):
        install(tmp_path, server.url)
    server.content, server.breaks = CONTENT, []
    server.etag = None if way == "no etag" else '"after"'
    server.ranges = way != "no ranges"
    install(tmp_path, server.url)
    assert catalogue(tmp_path)[0].installed


def test_a_part_from_another_address_is_not_continued(tmp_path: Path, server: FileServer) -> None:
    server.breaks = [1_500_000] + [0] * 9
    with pytest.raises(InstallFailed):
        install(tmp_path, server.url)
    server.asked.clear()
    server.breaks.clear()
    install(tmp_path, server.url + "?mirror")
    assert server.asked == [None]


def test_a_wrong_hash_is_never_parsed_and_the_download_is_removed(tmp_path: Path, server: FileServer) -> None:
    server.content = CONTENT[:-1] + b"!"
    with pytest.raises(InstallFailed, match=r"wrong SHA-256\), so it was removed. Try again"):
        install(tmp_path, server.url, convert=unreachable)
    assert left(tmp_path) == set()


def test_a_file_of_another_size_is_refused_before_it_is_fetched(tmp_path: Path, server: FileServer) -> None:
    server.content = CONTENT + b"!"
    with pytest.raises(InstallFailed, match=f"{EXPECTED.size + 1} bytes, not of {EXPECTED.size}"):
        install(tmp_path, server.url, convert=unreachable)
    assert left(tmp_path) == set()


def test_an_answer_of_404_says_what_else_to_do(tmp_path: Path, server: FileServer) -> None:
    server.status = 404
    with pytest.raises(InstallFailed, match=r"answered 404 Not Found; .*--from FILE"):
        install(tmp_path, server.url)
    assert len(server.asked) == 1


def test_a_busy_server_is_asked_again_a_few_times(tmp_path: Path, server: FileServer) -> None:
    server.status = 503
    with pytest.raises(InstallFailed, match=r"can't be reached \(the server answered 503\)"):
        install(tmp_path, server.url)
    assert len(server.asked) == 5


def test_no_network_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(InstallFailed, match=r"can't be reached .*--from FILE"):
        install(tmp_path, f"http://127.0.0.1:{port}/vgg19.pth")


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://example.org/vgg19.pth", "vgg19.pth"])
def test_only_web_addresses_are_fetched(tmp_path: Path, url: str) -> None:
    with pytest.raises(InstallFailed, match="no web address"):
        install(tmp_path, url)


def test_a_given_file_is_checked_and_stays_where_it_is(tmp_path: Path) -> None:
    given = tmp_path / "given.pth"
    given.write_bytes(CONTENT)
    install(tmp_path, given)
    assert catalogue(tmp_path)[0].installed
    assert given.read_bytes() == CONTENT
    given.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(InstallFailed, match="wrong SHA-256"):
        install(tmp_path, given, convert=unreachable)
    assert given.exists()
    assert catalogue(tmp_path)[0].installed, "a failed installation must not touch what was there"


@pytest.mark.parametrize(("make", "sentence"), [("nothing", "does not exist"), ("folder", "is a folder"), ("short", "has 3 bytes, not")])
def test_what_is_given_must_be_the_file(tmp_path: Path, make: str, sentence: str) -> None:
    given = tmp_path / "given.pth"
    if make == "folder":
        given.mkdir()
    elif make == "short":
        given.write_bytes(b"abc")
    with pytest.raises(InstallFailed, match=sentence):
        install(tmp_path, given, convert=unreachable)


def test_a_small_disk_is_refused_before_anything_is_fetched(tmp_path: Path, server: FileServer) -> None:
    with pytest.raises(InstallFailed, match=r"free, but .* MB are needed; free some space"):
        install(tmp_path, server.url, free=lambda folder: MARGIN)
    assert server.asked == []


def test_a_disk_that_fills_up_is_one_sentence_and_leaves_no_half_file(tmp_path: Path) -> None:
    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    given = tmp_path / "given.pth"
    given.write_bytes(CONTENT)
    with pytest.raises(InstallFailed, match="is full; free some space and run it again"):
        install(tmp_path, given, convert=full)
    assert left(tmp_path) == set()


def test_a_data_folder_that_is_no_folder_is_one_sentence(tmp_path: Path, server: FileServer) -> None:
    (tmp_path / "weights").write_text("in the way")
    with pytest.raises(InstallFailed, match="can't be written to"):
        install(tmp_path, server.url)


def test_two_installations_never_run_at_once(tmp_path: Path, server: FileServer) -> None:
    refused: list[str] = []

    def second(source: Path, target: Path) -> None:
        with pytest.raises(InstallFailed, match="being installed by another program") as refusal:
            install(tmp_path, server.url)
        refused.append(str(refusal.value))
        stand_in(source, target)

    install(tmp_path, server.url, convert=second)
    assert len(refused) == 1


def test_an_incomplete_conversion_is_not_installed(tmp_path: Path) -> None:
    def three_layers_short(source: Path, target: Path) -> None:
        write(target, whole("5_1"))

    given = tmp_path / "given.pth"
    given.write_bytes(CONTENT)
    with pytest.raises(InstallFailed, match="incomplete"):
        install(tmp_path, given, convert=three_layers_short)
    assert left(tmp_path) == set()


def test_without_a_source_torchvision_is_asked_where_the_file_is(tmp_path: Path, server: FileServer) -> None:
    path = install_vgg19(tmp_path, expected=EXPECTED, address=lambda: server.url, convert=stand_in)
    assert path == vgg19_path(tmp_path)


def test_torchvision_that_cant_be_asked_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "torchvision.py").write_text("raise ImportError('torchvision was not made for this torch')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(InstallFailed, match=r"could not be installed: .*torchvision was not made for this torch"):
        install_vgg19(tmp_path, expected=EXPECTED)


@pytest.mark.slow
def test_the_file_that_is_accepted_is_the_one_that_torchvision_names() -> None:
    """The address is asked for as an installation asks; torchvision tells the size in MiB and the beginning of the hash."""
    from torchvision.models import VGG19_Weights

    assert ask_address() == VGG19_Weights.IMAGENET1K_V1.url
    assert ask_address().rpartition("/")[2] == FILE_NAME
    assert PUBLISHED.size / 2**20 == pytest.approx(VGG19_Weights.IMAGENET1K_V1.meta["_file_size"], abs=0.001)
    assert features() == FEATURES


def test_the_front_end_never_imports_torch_for_weights() -> None:
    look = "import sys; from restyle_server.weights import convert, install, torchvision_vgg19; sys.exit(not {'torch', 'torchvision'}.isdisjoint(sys.modules))"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0


@pytest.mark.slow
def test_torchvisions_file_is_trimmed_and_renamed(tmp_path: Path) -> None:
    import torch
    from safetensors import safe_open

    state = {"classifier.0.weight": torch.zeros(1).expand(4096, 25088)}  # expanded: big shapes, small file
    for number, (feature, convolution) in enumerate(zip(FEATURES, VGG19.convolutions, strict=True), 1):
        for name, shape in convolution.shapes.items():
            state[f"features.{feature}.{name.rpartition('.')[2]}"] = torch.full((1,), float(number)).expand(shape)
    given = tmp_path / "given.pth"
    torch.save(state, given)
    expected = Expected(given.stat().st_size, hashlib.sha256(given.read_bytes()).hexdigest())
    path = install_vgg19(tmp_path, given, expected=expected)
    assert catalogue(tmp_path)[0].layers == VGG19.layers
    with safe_open(path, "pt") as tensors:
        assert len(list(tensors.keys())) == 32
        assert [float(tensors.get_tensor(f"conv{c.name}.bias")[0]) for c in VGG19.convolutions] == list(range(1, 17))


@pytest.mark.slow
def test_a_file_that_hides_code_or_lacks_tensors_is_refused_with_a_sentence(tmp_path: Path) -> None:
    import torch

    mark, made = tmp_path / "mark", tmp_path / "made.safetensors"
    torch.save({"features.0.weight": Harmful(str(mark))}, tmp_path / "harmful.pth")
    with pytest.raises(InstallFailed, match="holds more than numbers, so it was not opened"):
        convert_in_child(tmp_path / "harmful.pth", made)
    torch.save({"features.0.weight": torch.zeros(64, 3, 3, 3)}, tmp_path / "short.pth")
    with pytest.raises(InstallFailed, match=r"no features\.0\.bias"):
        convert_in_child(tmp_path / "short.pth", made)
    assert not mark.exists()
    assert not made.exists()


class Harmful:
    """Unpickled without care, it makes a folder."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        import os

        return os.mkdir, (self.path,)

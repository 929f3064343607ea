"""Promises of the memory of processes that paint: what they let go stays theirs until the end of a job, and is the system's after it."""

from __future__ import annotations

import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest
from restyle_server.worker import messages as say
from restyle_server.worker import process

PAGES = (64 << 20) // 4096  # of a piece that glibc gives back whenever it is let go, unless it is told not to
ASKED = """
import ctypes, resource
from restyle_server import heap

libc = ctypes.CDLL(None)
libc.malloc.argtypes, libc.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
libc.free.argtypes, libc.memset.argtypes = [ctypes.c_void_p], [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]

def used(size=64 << 20):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    piece = libc.malloc(size)
    libc.memset(piece, 1, size)
    libc.free(piece)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

heap.hold()
first, again = used(), used()
heap.give_back()
print(first, again, used())
"""
TILED = """
large = heap.TILE_BYTES + (1 << 20)
used(large)
before = used(large)
heap.give_back()
with heap.tiles_alone():
    used()
    tile, planes = used(), used(large)
used(large)
print(before, tile, planes, used(large))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be told")
def test_memory_is_held_within_a_job_and_given_back_after_it() -> None:
    done = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)
    first, again, later = map(int, done.stdout.split())

    assert again < PAGES // 16 < first
    assert later > PAGES // 2, "what nobody uses between jobs is the system's"


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be told")
def test_of_a_large_picture_tiles_are_held_and_what_is_larger_goes_back_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", ASKED + TILED], capture_output=True, text=True, check=True)
    before, tile, planes, after = map(int, done.stdout.splitlines()[1].split())

    assert max(before, tile, after) < PAGES // 16
    assert planes > PAGES


def test_a_worker_that_rests_gives_back_what_it_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    orders, rests, taken = process.Orders(), threading.Event(), []
    monkeypatch.setattr(process, "WORKER_IDLE_SECONDS", 0.0)
    monkeypatch.setattr(process, "heap", SimpleNamespace(give_back=rests.set))
    worker = threading.Thread(target=lambda: taken.append(orders.take()), daemon=True)
    worker.start()

    assert rests.wait(30)
    orders.put(say.Resume("a"))
    worker.join(30)
    assert taken == [say.Resume("a")]

"""An update with the real engine: what changed is painted anew, everything else keeps its bytes, and whatever can't be updated is refused in a sentence."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from calls import calling, details
from numpy.typing import NDArray
from PIL import Image
from places import Place, Serving
from restyle_engine.parameters import Parameters, Seamless, resolve
from restyle_imaging.planes.canvas import Canvas, open_plane
from restyle_imaging.planes.formats import Channels, Depth, PixelFormat, Plane
from restyle_server.admin.config import ENGINE, Config
from restyle_server.records.order import PlaneFile
from restyle_server.rpc.updates import asked_size
from restyle_server.server import running
from restyle_server.wire import restyle_pb2 as wire
from restyle_server.worker.updating import changed

pytestmark = pytest.mark.slow
SIDE = 96
EDIT = slice(40, 52)  # rows and columns that a person has painted over
FAR = 26  # px from the edit, beyond which nothing may move at strokes of this size
DEPTHS: dict[str, tuple[Any, Any, float]] = {
    "u8": (wire.U8, "<u1", 255),
    "u16": (wire.U16, "<u2", 65535),
    "f16": (wire.F16, "<f2", 1),
    "f32": (wire.F32, "<f4", 1),
}


def photo() -> NDArray[np.float64]:
    """Hills under a sky, (SIDE, SIDE, 4) in 0–1, with a corner that fades out."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    hills = np.where(y > 0.5 + 0.1 * np.sin(9 * x), 0.35 + 0.2 * np.sin(40 * x * y), 0.75 - 0.2 * y)
    return np.stack([hills, 0.8 * hills + 0.1, 1 - hills, np.clip(4 * (x + y), 0, 1)], axis=2)


def edited(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    found = picture.copy()
    found[EDIT, EDIT, :3] = (0.9, 0.2, 0.1)
    return found


def sent(picture: NDArray[np.float64], depth: str) -> bytes:
    _, kind, full = DEPTHS[depth]
    return (picture * full).round(0 if full > 1 else 6).astype(kind).tobytes()


def plane(depth: str) -> wire.Plane:
    return wire.Plane(format=wire.PixelFormat(channels=wire.RGBA, depth=DEPTHS[depth][0]), width=SIDE, height=SIDE, payload=0)


def painting(depth: str, **words: Any) -> wire.JobSpec:
    made = wire.JobSpec(content=plane(depth), styles=[wire.StyleUse(style_id="woodcut", scale=1)], lifetime=wire.DETACHED)
    made.parameters.MergeFrom(wire.Parameters(evaluations=4, **words))
    return made


def update(job_id: str, depth: str, **words: Any) -> wire.JobSpec:
    return wire.JobSpec(content=plane(depth), update=job_id, lifetime=wire.DETACHED, **words)


def rows(data: bytes, depth: str) -> NDArray[Any]:
    """(SIDE, SIDE, bytes of a pixel)"""
    return np.frombuffer(data, np.uint8).reshape(SIDE, SIDE, -1)


async def painted(place: Place, spec: wire.JobSpec, data: bytes) -> wire.Job:
    job = await place.caller.create(spec, [(0, 0, data)])
    ended = await place.caller.end(job.id)
    assert ended.state == wire.SUCCEEDED, ended.error
    return ended


async def refused(place: Place, spec: wire.JobSpec, data: bytes) -> tuple[str, str]:
    """The reason and the sentence."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await place.caller.create(spec, [(0, 0, data)])
    return details(caught.value)["ErrorInfo"].reason, caught.value.details() or ""


async def test_an_update_leaves_everything_else_bit_identical(serving: Serving) -> None:
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        for depth in DEPTHS:
            before = photo()
            first = await painted(place, painting(depth), sent(before, depth))
            old = rows(await place.caller.read(first.id), depth)
            second = await painted(place, update(first.id, depth), sent(edited(before), depth))
            new = rows(await place.caller.read(second.id), depth)
            moved = (old != new).any(axis=2)
            assert moved[EDIT, EDIT].mean() > 0.9, depth
            near = np.zeros((SIDE, SIDE), bool)
            near[EDIT.start - FAR : EDIT.stop + FAR, EDIT.start - FAR : EDIT.stop + FAR] = True
            assert not moved[~near].any(), depth
            assert second.resolved.evaluations == first.resolved.evaluations
            assert not second.warnings

        back = await painted(place, update(second.id, depth), sent(before, depth))  # an update of an update, to what it was
        changed = (rows(await place.caller.read(back.id), depth) != new).any(axis=2)
        assert changed[EDIT, EDIT].any()
        assert not changed[~near].any()


async def test_an_update_keeps_the_strokes_that_an_earlier_version_chose_for_its_painting(serving: Serving) -> None:
    async with serving() as place:
        spec = painting("u8")
        spec.styles[0].ClearField("scale")
        first = await painted(place, spec, sent(photo(), "u8"))
        place.server.store._keep(replace(place.server.store.get(first.id, ""), style_scales=(0.66,)))
        second = await painted(place, update(first.id, "u8"), sent(1 - photo(), "u8"))
    assert list(first.style_scales) != list(second.style_scales) == [0.66]


async def test_an_update_of_a_seamless_painting_goes_on_round_its_border_and_leaves_everything_else(serving: Serving) -> None:
    before, after = photo(), photo()
    after[EDIT, :8, :3] = (0.9, 0.2, 0.1)
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        first = await painted(place, painting("u8", seamless=wire.SEAMLESS_X), sent(before, "u8"))
        second = await painted(place, update(first.id, "u8"), sent(after, "u8"))
        old, new = [rows(await place.caller.read(one.id), "u8") for one in (first, second)]
        moved = (old != new).any(axis=2)
        assert moved[EDIT, :8].mean() > 0.9
        assert moved[EDIT, -8:].mean() > 0.5
        assert not moved[:, 8 + FAR : -FAR].any()


async def test_an_update_without_a_change_is_the_painting_and_one_of_everything_paints_all(serving: Serving) -> None:
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        data = sent(photo(), "u8")
        first = await painted(place, painting("u8"), data)
        same = await painted(place, update(first.id, "u8"), data)
        assert await place.caller.read(same.id) == await place.caller.read(first.id)
        assert list(same.warnings) == ["Nothing has changed since the painting; it is as it was."]
        other = sent(photo()[::-1], "u8")
        whole = await painted(place, update(first.id, "u8"), other)
        assert list(whole.warnings) == ["Most of the picture has changed, so all of it was painted anew."]
        anew = await painted(place, painting("u8"), other)
        assert await place.caller.read(whole.id) == await place.caller.read(anew.id)


async def test_what_can_not_be_updated_is_refused_in_a_sentence(serving: Serving) -> None:
    async with serving() as place:
        data = sent(photo(), "u8")
        first = await painted(place, painting("u8"), data)
        reason, words = await refused(place, update("0123456789abcdef", "u8"), data)
        assert (reason, words) == ("UPDATE_GONE", "The painter has this painting no more, so it can't be updated; paint the whole picture again.")
        reason, words = await refused(place, update(first.id, "u16"), sent(photo(), "u16"))
        assert reason == "UPDATE_OTHER"
        assert words == "The picture is 96 × 96 px, RGBA in U16 now, and the painting was made of 96 × 96 px, RGBA in U8; paint the whole picture again."
        spec = update(first.id, "u8", parameters=wire.Parameters(strength=20))
        reason, words = await refused(place, spec, data)
        assert reason == "UPDATE_OTHER"
        assert words == "spec.parameters: an update paints with the settings of its painting; leave this out, or paint the whole anew."
        film = await painted(place, wire.JobSpec(sequence=True, content=plane("u8"), styles=[wire.StyleUse(style_id="night")]), data)
        assert await refused(place, update(film.id, "u8"), data) == (
            "UPDATE_OTHER",
            "A frame of a film or a texture can't be updated, nor what an earlier version painted; paint the whole picture again.",
        )
        alone = wire.JobSpec(start=wire.Start(texture=wire.TextureStart()), content=plane("u8"), styles=[wire.StyleUse(style_id="night")])
        texture = await painted(place, alone, data)
        assert (await refused(place, update(texture.id, "u8"), sent(edited(photo()), "u8")))[0] == "UPDATE_OTHER"
        await place.caller.call("DeleteJob", id=texture.id)
        await place.caller.call("DeleteJob", id=first.id)
        assert (await refused(place, update(first.id, "u8"), data))[0] == "UPDATE_GONE"
        assert place.job_folders() == [film.id]  # what was refused has left nothing


async def test_a_server_that_was_started_again_still_updates(serving: Serving) -> None:
    data = sent(photo(), "u8")
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        first = await painted(place, painting("u8"), data)
        old = await place.caller.read(first.id)
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        second = await painted(place, update(first.id, "u8"), sent(edited(photo()), "u8"))
        assert await place.caller.read(second.id) != old


async def test_an_update_counts_what_it_keeps_and_leaves_nothing_behind(serving: Serving) -> None:
    data = sent(photo(), "u8")
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        first = await painted(place, painting("u8"), data)
        second = await painted(place, update(first.id, "u8"), sent(edited(photo()), "u8"))
        assert second.styles == first.styles == ["woodcut"]
        await place.caller.call("DeleteJob", id=first.id)
        folder = place.config.state_dir / "jobs" / second.id
        files = {path.name: path.stat().st_size for path in folder.iterdir()}
        assert sum(name.startswith("kept-") for name in files) == 1  # the style; the earlier content and painting are of no more use
        kept = place.server.store.get(second.id, "").input_bytes
        assert kept == sum(size for name, size in files.items() if name.startswith(("payload-", "kept-")))
        await place.caller.call("DeleteJob", id=second.id)
        assert place.job_folders() == []


async def test_a_state_folder_that_was_moved_still_updates(serving: Serving, tmp_path: Path) -> None:
    async with serving(engine=ENGINE, devices=("cpu",)) as place:
        first = await painted(place, painting("u8"), sent(photo(), "u8"))
    (tmp_path / "state").rename(tmp_path / "elsewhere")
    async with running(Config(tmp_path / "elsewhere", tmp_path / "data"), None) as server, calling(server.address, server.token) as caller:
        job = await caller.create(update(first.id, "u8"), [(0, 0, sent(edited(photo()), "u8"))])
        assert (await caller.end(job.id)).state == wire.SUCCEEDED


def test_an_update_is_worked_at_the_size_that_the_painting_was() -> None:
    content = PlaneFile(Path(), PixelFormat(Channels.RGB, Depth.U8), 1000, 800)
    for seamless in Seamless:
        for asked in (300, 512, 1000):
            first = resolve(Parameters(size=asked, seamless=seamless), 1000, 800, "cpu", bf16=False)
            again = resolve(Parameters(size=asked_size(content, first), seamless=seamless), 1000, 800, "cpu", bf16=False)
            assert (again.width, again.height) == (first.width, first.height)


def test_what_a_lossy_file_changes_everywhere_is_no_edit() -> None:
    photo_rgb = (photo()[..., :3] * 255).astype(np.uint8)
    edit = photo_rgb.copy()
    edit[EDIT, EDIT] = (220, 40, 30)
    file = io.BytesIO()
    Image.fromarray(edit).save(file, "JPEG", quality=80)
    lossy = np.asarray(Image.open(file).convert("RGB"))
    assert (lossy != photo_rgb).any(axis=2).mean() > 0.5
    found = changed(canvas(photo_rgb), canvas(lossy))
    assert found[EDIT, EDIT].all()
    found[EDIT.start - 8 : EDIT.stop + 8, EDIT.start - 8 : EDIT.stop + 8] = False
    assert not found.any()
    assert changed(canvas(photo_rgb), canvas(photo_rgb // 2 + 60)).all()  # another light is one of everything


def canvas(picture: NDArray[np.uint8]) -> Canvas:
    return open_plane(Plane(PixelFormat(Channels.RGB, Depth.U8), SIDE, SIDE, np.ascontiguousarray(picture).data.cast("B")))

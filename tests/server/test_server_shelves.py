"""Weights and styles as callers see them."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from calls import PATIENCE, details, order
from PIL import Image
from places import Place, Serving
from restyle_server.server import CannotServe
from restyle_server.styles.description import Suggestion
from restyle_server.styles.library import Library
from restyle_server.wire import restyle_pb2 as wire

SLOW = {"steps": 10_000, "step_ms": 2}


def picture(side: int = 64) -> bytes:
    """A PNG file of noise."""
    file = io.BytesIO()
    Image.effect_noise((side, side), 80).convert("RGB").save(file, "PNG")
    return file.getvalue()


async def add(place: Place, data: bytes, **words: Any) -> wire.Style:
    size = words.pop("size", len(data))

    def requests() -> Iterator[wire.AddStyleRequest]:
        yield wire.AddStyleRequest(header=wire.AddStyleHeader(title=words.pop("title", "Red"), size=size, **words))
        for start in range(0, len(data), 1000):
            yield wire.AddStyleRequest(chunk=data[start : start + 1000])

    style: wire.Style = await place.caller.stub.AddStyle(requests(), metadata=place.caller.metadata)
    return style


async def test_styles_are_listed_in_pages_with_their_thumbnails_when_wanted(serving: Serving) -> None:
    async with serving() as place:
        everything = (await place.caller.call("ListStyles", page_size=200, thumbnails=True)).styles
        assert {"night", "woodcut", "stained-glass"} <= {style.id for style in everything}
        assert all(style.builtin and style.license for style in everything)
        assert all(style.thumbnail.startswith(b"\xff\xd8\xff") for style in everything), "JPEG, which every editor's toolkit reads"
        first = await place.caller.call("ListStyles", page_size=1)
        second = await place.caller.call("ListStyles", page_size=1, page_token=first.next_page_token)
        assert [first.styles[0].id, second.styles[0].id] == [style.id for style in everything[:2]]
        assert not first.styles[0].thumbnail


async def test_a_style_comes_with_its_picture_when_asked_for(serving: Serving) -> None:
    async with serving() as place:
        stream = place.caller.stub.GetStyle(wire.GetStyleRequest(id="night", picture=True), metadata=place.caller.metadata)
        first, *rest = [response async for response in stream]
        image = Image.open(io.BytesIO(b"".join(response.chunk for response in rest)))
        assert image.size == (first.style.width, first.style.height)


async def test_a_style_is_added_once_used_and_removed(serving: Serving) -> None:
    data = picture()
    async with serving() as place:
        style = await add(place, data, title="Red noise", tags=["red"], credit="me")
        assert (style.id, style.title, list(style.tags), style.credit, style.builtin) == ("red-noise", "Red noise", ["red"], "me", False)
        assert (await add(place, data, title="Another name")).id == style.id
        job = await place.caller.create(order(styles=[wire.StyleUse(style_id=style.id)]))
        assert (await place.caller.end(job.id)).state == wire.SUCCEEDED
        await place.caller.call("DeleteStyle", id=style.id)
        with pytest.raises(grpc.aio.AioRpcError) as gone:
            await place.caller.create(order(styles=[wire.StyleUse(style_id=style.id)]))
        assert details(gone.value)["BadRequest"].field_violations[0].field == "spec.styles[1].style_id"


async def test_a_waiting_job_keeps_the_style_that_is_deleted_meanwhile(serving: Serving) -> None:
    async with serving(script={**SLOW, "seeds": {"2": {"steps": 1}}}) as place:
        style = await add(place, picture())
        busy = await place.caller.create(order(seed=1))
        await place.caller.begun(busy.id)
        waiting = await place.caller.create(order(seed=2, styles=[wire.StyleUse(style_id=style.id)]))
        await place.caller.call("DeleteStyle", id=style.id)
        asked = place.server.store.get(waiting.id).order
        assert asked is not None
        kept = asked.styles[1].picture
        assert kept is not None
        assert kept.is_relative_to(place.config.state_dir / "jobs" / waiting.id)
        with Image.open(kept) as picture_:
            assert picture_.size == (64, 64)
        await place.caller.call("CancelJob", id=busy.id)
        assert (await place.caller.end(waiting.id)).state == wire.SUCCEEDED


@pytest.mark.parametrize(
    ("data", "words", "code"),
    [
        (b"no picture at all", {}, grpc.StatusCode.INVALID_ARGUMENT),
        (picture()[:200], {}, grpc.StatusCode.INVALID_ARGUMENT),
        (picture(), {"title": ""}, grpc.StatusCode.INVALID_ARGUMENT),
        (picture(), {"title": "x" * 200}, grpc.StatusCode.INVALID_ARGUMENT),
        (picture(), {"size": 10}, grpc.StatusCode.INVALID_ARGUMENT),
        (picture(), {"size": 2**40}, grpc.StatusCode.INVALID_ARGUMENT),
        (picture()[:100], {"size": 200}, grpc.StatusCode.ABORTED),
    ],
)
async def test_a_wrong_style_is_refused_and_leaves_nothing(serving: Serving, data: bytes, words: dict[str, Any], code: grpc.StatusCode) -> None:
    async with serving() as place:
        before = len((await place.caller.call("ListStyles", page_size=200)).styles)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await add(place, data, **words)
        assert refused.value.code() == code
        assert len((await place.caller.call("ListStyles", page_size=200)).styles) == before


async def test_a_text_that_is_too_long_is_refused_with_how_long_it_may_be(serving: Serving) -> None:
    async with serving() as place:
        for name, most in (("title", 128), ("description", 2000), ("credit", 512), ("license", 512)):
            with pytest.raises(grpc.aio.AioRpcError, match=f"The {name} has 5,000 characters; keep it to {most}"):
                await add(place, picture(), **{name: "x" * 5000})


async def test_a_style_keeps_its_id_and_suggestions_when_both_are_sound(serving: Serving) -> None:
    async with serving() as place:
        suggested = wire.StyleSuggestion(scale=2.0, strength=35.0, color=wire.COLOR_MATCH)
        style = await add(place, picture(), wanted_id="sea", suggested=suggested)
        assert (style.id, style.suggested) == ("sea", suggested)
        assert (await add(place, picture(65), wanted_id="../sea")).id == "red"
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await add(place, picture(66), suggested=wire.StyleSuggestion(strength=float("nan")))
        assert details(refused.value)["BadRequest"].field_violations[0].field == "suggested"


async def test_the_studios_shared_styles_are_used_by_all_and_removed_by_none(serving: Serving, tmp_path: Path) -> None:
    Library(tmp_path / "studio").add(picture(), "House look", suggested=Suggestion(strength=70.0))
    async with serving(shared_styles=tmp_path / "studio") as place:
        found = {style.id: style for style in (await place.caller.call("ListStyles", page_size=200)).styles}["house-look"]
        assert (found.shared, found.builtin, found.suggested.strength) == (True, False, 70.0)
        job = await place.caller.create(order(styles=[wire.StyleUse(style_id="house-look")]))
        assert (await place.caller.end(job.id)).state == wire.SUCCEEDED
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.call("DeleteStyle", id="house-look")
        assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
        assert "shared folder" in (refused.value.details() or "")


async def test_a_server_with_a_bad_shared_folder_starts_and_says_so(serving: Serving, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(shared_styles=tmp_path / "away") as place:
        assert {"night", "woodcut"} <= {style.id for style in (await place.caller.call("ListStyles", page_size=200)).styles}
    assert any(str(tmp_path / "away") in message and "shared_styles" in message for message in caplog.messages)


async def test_a_style_that_came_with_restyle_stays(serving: Serving) -> None:
    async with serving() as place:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.call("DeleteStyle", id="night")
        assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
        for id_ in ("nowhere", "../night", ""):
            with pytest.raises(grpc.aio.AioRpcError) as gone:
                await place.caller.call("DeleteStyle", id=id_)
            assert gone.value.code() == grpc.StatusCode.NOT_FOUND


async def test_the_server_says_which_weights_there_are_and_how_to_get_vgg19(serving: Serving) -> None:
    async with serving() as place:
        info = await place.caller.call("GetServerInfo")
        known = {weights.id: weights for weights in info.weights}
        assert info.weights_in_use == "vgg16"
        assert known["vgg16"].installed
        assert not known["vgg19"].installed
        assert "restyle weights install vgg19" in known["vgg19"].hint
        assert known["vgg16"].hint == ""


async def test_weights_that_are_not_there_are_a_failed_precondition(serving: Serving) -> None:
    async with serving() as place:
        spec = order()
        spec.parameters.weights = "vgg19"
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.create(spec)
        assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
        assert details(refused.value)["ErrorInfo"].reason == "WEIGHTS_MISSING"


@pytest.mark.parametrize("field", ["style_layers", "content_layers"])
async def test_layers_that_the_weights_lack_are_named_with_what_there_is(serving: Serving, field: str) -> None:
    async with serving() as place:
        spec = order()
        getattr(spec.parameters, field).add(layer="relu3_4", weight=1)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await place.caller.create(spec)
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert details(refused.value)["BadRequest"].field_violations[0].field == f"spec.parameters.{field}"
        assert "“vgg16” lack relu3_4; choose among relu1_1, " in (refused.value.details() or "")


class NotHere(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(404)


@pytest.fixture
def nothing_there() -> Iterator[str]:
    """A web address where nothing is."""
    with ThreadingHTTPServer(("127.0.0.1", 0), NotHere) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{web.server_port}/vgg19.pth"
        web.shutdown()


async def test_an_installation_that_fails_says_why_and_a_caller_names_no_other_weights(serving: Serving, nothing_there: str) -> None:
    async with serving(vgg19_url=nothing_there) as place:
        for id_, code in (("vgg19", grpc.StatusCode.FAILED_PRECONDITION), ("http://example.org/x.pth", grpc.StatusCode.INVALID_ARGUMENT)):
            stream = place.caller.stub.InstallWeights(wire.InstallWeightsRequest(id=id_), metadata=place.caller.metadata)
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                async for step in stream:
                    assert step.step == "downloading"
            assert refused.value.code() == code
        assert (await place.caller.call("GetServerInfo")).weights_in_use == "vgg16"


async def test_a_server_without_its_own_weights_says_in_a_sentence_what_to_do(serving: Serving, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys.modules["restyle_server.weights.catalogue"], "SHIPPED", tmp_path / "gone.safetensors")
    with pytest.raises(CannotServe, match="install it again"):
        async with serving():
            pass
    assert not (tmp_path / "state" / "server.json").exists()


async def test_weights_are_read_again_when_their_file_has_changed(serving: Serving) -> None:
    async with serving() as place:
        assert not {weights.id: weights for weights in (await place.caller.call("GetServerInfo")).weights}["vgg19"].installed
        file = place.config.data_dir / "weights" / "vgg19.safetensors"
        file.parent.mkdir(parents=True)
        file.write_bytes(b"cut off")
        assert "damaged" in {weights.id: weights for weights in (await place.caller.call("GetServerInfo")).weights}["vgg19"].hint
        file.unlink()
        assert "not installed" in {weights.id: weights for weights in (await place.caller.call("GetServerInfo")).weights}["vgg19"].hint


# ---- Pictures that cost more than they say


def flat(width: int, height: int, kind: str = "PNG", mode: str = "L") -> bytes:
    """A large picture of one colour: a few hundred KB."""
    file = io.BytesIO()
    Image.new(mode, (width, height), 90).save(file, kind, **({"compression": "tiff_deflate"} if kind == "TIFF" else {}))
    return file.getvalue()


async def test_the_front_end_decodes_no_picture_that_is_sent(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_server.styles.pictures.read_picture", None)  # of this process
    async with serving() as place:
        style = await add(place, picture(), title="Red")
        assert (style.width, style.height, style.thumbnail[:3]) == (64, 64, b"\xff\xd8\xff")


async def test_a_huge_flat_picture_costs_the_front_end_nothing(serving: Serving) -> None:
    data = flat(8000, 8000)
    async with serving() as place:
        await add(place, picture(), title="First")
        front = psutil.Process()
        before, most = front.memory_info().rss, 0
        adding = asyncio.create_task(add(place, data, title="Huge"))
        while not adding.done():
            most = max(most, front.memory_info().rss)
            await asyncio.sleep(0.02)
        assert ((await adding).width, (await adding).height) == (8000, 8000)
        assert most - before < 64 * 2**20  # 1 GiB in this process, once


@pytest.mark.parametrize("data", [flat(8001, 8000), flat(8001, 8000, "TIFF"), flat(12_000, 6_000, "JPEG")], ids=["png", "tiff", "jpeg"])
async def test_too_many_pixels_are_refused_by_the_header(serving: Serving, data: bytes) -> None:
    async with serving() as place:
        with pytest.raises(grpc.aio.AioRpcError, match="megapixels") as refused:
            await add(place, data)
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(("bound", "value"), [("DECODE_SECONDS", 0.01), ("CALM", {"PYTHONHOME": "/nowhere"})])
async def test_a_decoder_that_hangs_or_dies_costs_the_style_alone(serving: Serving, monkeypatch: pytest.MonkeyPatch, bound: str, value: object) -> None:
    async with serving() as place:
        monkeypatch.setattr(f"restyle_server.styles.checking.{bound}", value)
        with pytest.raises(grpc.aio.AioRpcError, match="decode") as refused:
            await add(place, picture())
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        monkeypatch.undo()
        assert (await add(place, picture())).id == "red"
        assert not list((place.config.data_dir / "styles").glob(".*"))


@pytest.mark.skipif(sys.platform != "linux", reason="bounded there")
def test_decoding_is_bounded_in_memory(tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(flat(8000, 8000, mode="RGB"))
    code = "import restyle_server.styles.checking as c, sys; c.DECODE_BYTES = 64 << 20; c.main(*sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "picture"), "It"], capture_output=True, text=True, check=True)
    assert "memory" in json.loads(done.stdout)["refused"]


async def test_those_who_send_slowly_hold_up_nobody(serving: Serving) -> None:
    async with serving() as place:
        more = asyncio.Event()

        async def trickle() -> AsyncIterator[wire.AddStyleRequest]:
            yield wire.AddStyleRequest(header=wire.AddStyleHeader(title="Slow", size=1000))
            yield wire.AddStyleRequest(chunk=b"\x89PNG")
            await more.wait()

        slow = [place.caller.stub.AddStyle(trickle(), metadata=place.caller.metadata) for _ in range(20)]
        await asyncio.sleep(0.2)
        assert (await asyncio.wait_for(add(place, picture()), 60)).id == "red"
        more.set()
        for call in slow:
            with pytest.raises(grpc.aio.AioRpcError) as broken:
                await call
            assert broken.value.code() is grpc.StatusCode.ABORTED
        assert not list((place.config.data_dir / "styles").glob(".*"))


async def test_an_upload_that_never_ends_is_ended(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_server.rpc.uploading.UPLOAD_SECONDS", 0.5)
    style = wire.AddStyleRequest(header=wire.AddStyleHeader(title="Slow", size=1000)), wire.AddStyleRequest(chunk=b"")
    spec = wire.CreateJobHeader(request_id="slow", client_id="slow", spec=order())
    job = wire.CreateJobRequest(header=spec), wire.CreateJobRequest(chunk=wire.Chunk())
    async with serving() as place:
        for method, (header, nothing) in ((place.caller.stub.AddStyle, style), (place.caller.stub.CreateJob, job)):
            call = method(metadata=place.caller.metadata)
            await call.write(header)
            for _ in range(10):  # and none at the very end: gRPC's client then tells of its own trouble, not of the server's answer
                await call.write(nothing)
                await asyncio.sleep(0.01)
            async with asyncio.timeout(PATIENCE):
                assert await call.code() is grpc.StatusCode.ABORTED
                assert "too long" in await call.details()

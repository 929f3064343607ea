"""Promises about what the server's refusals become."""

from __future__ import annotations

from typing import Any

import pytest
import restyle_client as client
from client.scripted_server import TOKEN, ScriptedServer, answer, error_info, refuse
from restyle_client import AsyncSession, RestyleError, ServerError, VersionMismatch, connect_async
from restyle_client._vendor.grpclib.const import Status
from restyle_client._vendor.grpclib.exceptions import GRPCError
from restyle_client.refusals import error_of
from restyle_client.wire import restyle_pb2 as pb


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.OK])
def test_every_status_becomes_an_error_of_the_tree_with_a_sentence(status: Status) -> None:
    error = error_of(GRPCError(status))
    assert isinstance(error, RestyleError)
    assert str(error).endswith(".")
    assert str(error_of(GRPCError(status, "The server's own words."))) == "The server's own words."


def test_details_that_this_client_does_not_know_are_passed_over() -> None:
    assert type(error_of(GRPCError(Status.NOT_FOUND, "Gone.", [object(), error_info("SOMETHING_NEW")]))) is client.NotFound


def test_a_largest_size_that_is_no_number_is_not_known() -> None:
    error = error_of(GRPCError(Status.RESOURCE_EXHAUSTED, "Too large.", [error_info("IMAGE_TOO_LARGE", largest_size="many")]))
    assert isinstance(error, client.TooLarge)
    assert error.largest_size is None


@pytest.mark.parametrize(
    ("method", "call"),
    [
        ("GetJob", lambda session: session.get("j")),
        ("FinishJob", lambda session: session.finish("j")),
        ("CancelJob", lambda session: session.cancel("j")),
        ("DeleteJob", lambda session: session.delete("j")),
        ("ListJobs", lambda session: session.list()),
        ("ListStyles", lambda session: session.styles()),
        ("GetStyle", lambda session: session.style("s", picture=True)),
        ("AddStyle", lambda session: session.add_style(b"picture", title="t")),
        ("DeleteStyle", lambda session: session.delete_style("s")),
        ("InstallWeights", lambda session: session.install_weights()),
        ("StopServer", lambda session: session.stop()),
    ],
)
async def test_every_call_tells_a_refusal_in_the_servers_words(server: ScriptedServer, session: AsyncSession, method: str, call: Any) -> None:
    server.scripts[method] = refuse(Status.PERMISSION_DENIED, "Not you; ask the administrator.")
    with pytest.raises(client.NotAllowed, match="ask the administrator"):
        await call(session)


NO_TEXT = "\udcff"  # of a file's name, say


@pytest.mark.parametrize(
    "call",
    [
        lambda session: session.get(NO_TEXT),
        lambda session: session.delete(NO_TEXT),
        lambda session: session.read(NO_TEXT),
        lambda session: session.report(NO_TEXT),
        lambda session: session.preview(NO_TEXT),
        lambda session: session.style(NO_TEXT),
        lambda session: session.look(NO_TEXT),
        lambda session: session.delete_look(NO_TEXT),
        lambda session: session.install_weights(NO_TEXT),
        lambda session: session.add_style(b"picture", title="t", tags=(NO_TEXT,)),
    ],
)
async def test_a_name_that_no_message_can_hold_is_refused_in_a_sentence(session: AsyncSession, call: Any) -> None:
    with pytest.raises(client.InvalidRequest, match=r"can't be .*; give a value of the kind"):
        await call(session)


async def test_a_server_of_another_api_is_not_talked_to(server: ScriptedServer) -> None:
    server.scripts["GetServerInfo"] = answer(pb.ServerInfo(version="9.0.0", api="restyle.v9", state="serving"))
    with pytest.raises(VersionMismatch, match=r"9\.0\.0.*restyle\.v9.*same version"):
        async with connect_async(address=server.address, token=TOKEN):
            pass


async def test_pages_are_put_together(server: ScriptedServer, session: AsyncSession) -> None:
    tokens: list[str] = []

    async def pages(stream: Any) -> None:
        request = await stream.recv_message()
        tokens.append(request.page_token)
        style = pb.Style(id=f"style-{len(tokens)}", title="t", thumbnail=b"jpeg", suggested=pb.StyleSuggestion(scale=0.5, color=pb.COLOR_MATCH))
        await stream.send_message(pb.ListStylesResponse(styles=[style], next_page_token="" if len(tokens) == 3 else f"page {len(tokens)}"))

    server.scripts["ListStyles"] = pages
    styles = await session.styles(thumbnails=True)
    assert tokens == ["", "page 1", "page 2"]
    assert [style.id for style in styles] == ["style-1", "style-2", "style-3"]
    assert (styles[0].suggested_scale, styles[0].suggested_strength, styles[0].suggested_color) == (0.5, None, "match")


async def test_a_list_without_end_ends(server: ScriptedServer, session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restyle_client.session.PAGES", 3)
    server.scripts["ListJobs"] = answer(pb.ListJobsResponse(next_page_token="again"))
    with pytest.raises(ServerError, match="no end"):
        await session.list()
    assert server.count("ListJobs") == 3


async def test_a_styles_picture_travels_both_ways(server: ScriptedServer, session: AsyncSession) -> None:
    sent = bytearray()

    async def add(stream: Any) -> None:
        header = (await stream.recv_message()).header
        async for message in stream:
            sent.extend(message.chunk)
        await stream.send_message(pb.Style(id=header.wanted_id, title=header.title, tags=header.tags, width=header.size, suggested=header.suggested))

    server.scripts["AddStyle"] = add
    server.scripts["GetStyle"] = answer(pb.GetStyleResponse(style=pb.Style(id="mine", title="Mine"), chunk=b"first "), pb.GetStyleResponse(chunk=b"second"))
    picture = bytes(3 * 1024 * 1024 + 5)
    added = await session.add_style(picture, title="Mine", tags=("blue", "dots"), wanted_id="sea", suggested_scale=2.0, suggested_color="match")
    assert bytes(sent) == picture
    assert (added.id, added.title, added.tags, added.width) == ("sea", "Mine", ("blue", "dots"), len(picture))
    assert (added.suggested_scale, added.suggested_strength, added.suggested_color) == (2.0, None, "match")
    assert (await session.style("mine", picture=True)).picture == b"first second"


async def test_installing_weights_tells_its_progress(server: ScriptedServer, session: AsyncSession) -> None:
    weights = pb.WeightsInfo(id="vgg19", installed=True)
    server.scripts["InstallWeights"] = answer(
        pb.InstallWeightsProgress(done_bytes=1, total_bytes=2, step="downloading"),
        pb.InstallWeightsProgress(done_bytes=2, total_bytes=2, step="installed", weights=weights),
    )
    steps: list[Any] = []
    last = await session.install_weights("vgg19", steps.append)
    assert [step.step for step in steps] == ["downloading", "installed"]
    assert last.weights is not None
    assert last.weights.id == "vgg19"

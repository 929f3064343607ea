"""Other machines: they come in with a certificate or not at all, and its holder sees what is his."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest
import restyle_client as client
from calls import Caller, order, pixels
from certificates import Authority, Signed
from fake_engine import painted_bytes
from lessons import lesson
from places import Serving
from promise_table import Promised
from restyle_server.admin.config import Config, ConfigError, Tls, checked, load
from restyle_server.limits import Limits
from restyle_server.server import CannotServe, Server
from restyle_server.wire import restyle_pb2 as wire

ENDLESS = {"steps": 100_000, "step_ms": 2}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def tls(authority: Authority) -> Tls:
    server = authority.sign("server")
    return Tls(server.cert, server.key, authority.file)


@asynccontextmanager
async def holder(address: str, authority: Authority, mine: Signed | None) -> AsyncIterator[Caller]:
    """A caller with a certificate and no token."""
    pair = (mine.key.read_bytes(), mine.cert.read_bytes()) if mine else (None, None)
    async with grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(authority.file.read_bytes(), *pair)) as channel:
        yield Caller(channel, "")


async def refusal(call: Awaitable[object]) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value.code()


async def test_a_certificate_of_the_authority_opens_the_door_and_nothing_else_does(serving: Serving, tls: Tls, authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    stranger = Authority(tmp_path / "elsewhere").sign("anna")
    async with serving(tls=tls) as place:
        assert place.server.remote != place.server.address
        async with holder(place.server.remote, authority, authority.sign("anna")) as anna:
            assert (await anna.call("GetServerInfo")).state == "serving"
        for nobody in (None, stranger, authority.sign("late", days=-1)):
            async with holder(place.server.remote, authority, nobody) as caller:
                assert await refusal(caller.call("GetServerInfo")) is grpc.StatusCode.UNAVAILABLE  # the handshake fails
        async with grpc.aio.insecure_channel(place.server.remote) as channel:
            with_token = Caller(channel, place.server.token)
            assert await refusal(with_token.call("GetServerInfo")) is grpc.StatusCode.UNAVAILABLE
        assert (await place.caller.call("GetServerInfo")).state == "serving"


async def test_a_certificate_is_no_token_and_a_token_is_no_certificate_on_the_loopback(serving: Serving, tls: Tls) -> None:
    async with serving(tls=tls) as place, grpc.aio.insecure_channel(place.server.address) as channel:
        assert await refusal(Caller(channel, "").call("GetServerInfo")) is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("same_name", [False, True])
async def test_another_certificate_cannot_list_watch_read_cancel_finish_delete_or_start_from_a_job(
    serving: Serving, tls: Tls, authority: Authority, same_name: bool, promised: Promised
) -> None:
    hers, his = authority.sign("anna"), authority.sign("anna" if same_name else "bert", file="second")
    tried = 0
    async with serving(tls=tls, script={"seeds": {"2": ENDLESS}}) as place:  # noqa: SIM117 - the holders need its address
        async with holder(place.server.remote, authority, hers) as anna, holder(place.server.remote, authority, his) as bert:
            done, running = await anna.create(order(seed=1)), await anna.create(order(seed=2))
            await anna.end(done.id)
            await anna.begun(running.id)
            for other in (bert, place.caller):  # another certificate, and the server's own user
                assert not (await other.call("ListJobs")).jobs
                for job in (done, running):
                    for method in ("GetJob", "CancelJob", "FinishJob", "DeleteJob"):
                        assert await refusal(other.call(method, id=job.id)) is grpc.StatusCode.NOT_FOUND
                    assert await refusal(other.end(job.id)) is grpc.StatusCode.NOT_FOUND
                    assert await refusal(other.read(job.id)) is grpc.StatusCode.NOT_FOUND
                    assert await refusal(other.create(order(start=wire.Start(job_id=job.id)))) is grpc.StatusCode.INVALID_ARGUMENT
                    tried += 7
                same = await other.create(order(seed=3), request_id=done.request_id)  # the same request id, even the same client id
                assert same.id not in (done.id, running.id)
            assert [job.id for job in (await anna.call("ListJobs")).jobs] == [running.id, done.id]
            assert await anna.read(done.id) == painted_bytes(pixels(1), 1)
            assert (await anna.call("GetJob", id=running.id)).state == wire.RUNNING
    promised("P20", "no other certificate reaches a job", "0 of {} attempts", tried)


async def test_limits_count_the_certificate_however_its_holder_calls_itself(serving: Serving, tls: Tls, authority: Authority) -> None:
    async with serving(tls=tls, script=ENDLESS, limits=Limits(max_jobs_per_client=2)) as place:
        await place.caller.begun((await place.caller.create(order())).id)
        async with (
            holder(place.server.remote, authority, authority.sign("anna")) as anna,
            holder(place.server.remote, authority, authority.sign("bert")) as bert,
        ):
            for number in range(2):
                await anna.named(f"client {number}").create(order())
            assert await refusal(anna.named("client 3").create(order())) is grpc.StatusCode.RESOURCE_EXHAUSTED
            assert (await bert.create(order())).state == wire.QUEUED


async def test_what_is_everybodys_is_changed_on_the_servers_own_machine_only(serving: Serving, tls: Tls, authority: Authority) -> None:
    async with serving(tls=tls) as place, holder(place.server.remote, authority, authority.sign("anna")) as anna:
        assert await refusal(anna.call("StopServer")) is grpc.StatusCode.PERMISSION_DENIED
        assert await refusal(anna.call("DeleteStyle", id="night")) is grpc.StatusCode.PERMISSION_DENIED
        assert await refusal(anna.stub.InstallWeights(wire.InstallWeightsRequest(id="vgg19")).read()) is grpc.StatusCode.PERMISSION_DENIED
        assert await refusal(anna.stub.AddStyle(iter([wire.AddStyleRequest()]))) is grpc.StatusCode.PERMISSION_DENIED
        assert await refusal(anna.call("AddLook", data=b"look")) is grpc.StatusCode.PERMISSION_DENIED
        assert await refusal(anna.create(*lesson())) is grpc.StatusCode.PERMISSION_DENIED
        assert await refusal(anna.call("DeleteLook", id="night")) is grpc.StatusCode.PERMISSION_DENIED
        assert (await anna.call("ListStyles")).styles


async def test_the_client_paints_on_another_machine(serving: Serving, tls: Tls, authority: Authority) -> None:
    mine = authority.sign("anna")
    async with (
        serving(tls=tls) as place,
        client.connect_async(address=place.server.remote, ca=authority.file, cert=mine.cert, key=str(mine.key)) as session,
    ):
        plane = client.Plane(client.PixelFormat(client.Channels.GRAY, client.Depth.U8), 16, 16, pixels(3))
        result = await session.restyle(client.JobRequest(plane, (client.StyleUse.library("night"),), parameters=client.Parameters(seed=3)))
        assert result.plane.data == painted_bytes(pixels(3), 3)


async def test_the_client_trusts_no_other_server_and_says_so(serving: Serving, tls: Tls, authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    mine, other = authority.sign("anna"), Authority(tmp_path / "elsewhere")
    async with serving(tls=tls) as place:
        with pytest.raises(client.Unauthenticated, match="--ca"):
            async with client.connect_async(address=place.server.remote, ca=other.file, cert=mine.cert, key=mine.key):
                pass
        with pytest.raises(client.Unauthenticated, match="PEM"):
            async with client.connect_async(address=place.server.remote, ca=authority.file, cert=mine.cert, key=authority.sign("bert").key):
                pass
        with pytest.raises(client.InvalidRequest, match="three files"):
            client.connect_async(address=place.server.remote, ca=authority.file)
        stranger = other.sign("anna")
        with pytest.raises(client.RestyleError, match=place.server.remote):
            async with client.connect_async(address=place.server.remote, ca=authority.file, cert=stranger.cert, key=stranger.key):
                pass


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])  # noqa: S104 - refused
def test_without_certificates_no_other_address_can_be_served(tmp_path: Path, host: str) -> None:
    with pytest.raises(ConfigError, match=r"127\.0\.0\.1"):
        checked(Config(tmp_path, tmp_path, host=host))


async def test_every_address_can_be_served_with_certificates_and_the_users_own_programs_need_none(serving: Serving, tls: Tls, authority: Authority) -> None:
    async with serving(tls=tls, host="0.0.0.0") as place:  # noqa: S104 - with certificates
        port = place.server.remote.rpartition(":")[2]
        async with holder(f"127.0.0.1:{port}", authority, authority.sign("anna")) as anna:
            assert (await anna.call("GetServerInfo")).state == "serving"
        assert place.server.address.startswith("127.0.0.1:")
        assert (await place.caller.call("GetServerInfo")).state == "serving"


Spoil = Callable[[Path], object]


@pytest.mark.parametrize("spoil", [lambda path: path.write_text("no certificate"), lambda path: path.unlink()])
@pytest.mark.parametrize("name", ["cert", "key", "client_ca"])
async def test_certificates_that_cannot_be_used_are_one_sentence(tls: Tls, tmp_path: Path, name: str, spoil: Spoil) -> None:
    spoil(getattr(tls, name))
    with pytest.raises((ConfigError, CannotServe), match="PEM"):
        async with Server(Config(tmp_path / "state", tmp_path / "data", tls=tls, engine_factory="fake_engine:engine")):
            pass


def test_certificates_come_from_the_settings_beside_them_or_from_flags(tls: Tls, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for file in (tls.cert, tls.key, tls.client_ca):
        shutil.copy(file, data)
    (data / "server.toml").write_text(f'host = "0.0.0.0"\n[tls]\ncert = "{tls.cert.name}"\nkey = "{tls.key.name}"\nclient_ca = "{tls.client_ca.name}"\n')
    assert load(state_dir=tmp_path / "state", data_dir=data).tls == Tls(data / tls.cert.name, data / tls.key.name, data / tls.client_ca.name)
    assert load(state_dir=tmp_path / "state", data_dir=data, tls_key=tls.key).tls == Tls(data / tls.cert.name, tls.key, data / tls.client_ca.name)
    (data / "server.toml").write_text(f'[tls]\ncert = "{tls.cert.name}"\n')
    with pytest.raises(ConfigError, match="client_ca"):
        load(state_dir=tmp_path / "state", data_dir=data)


async def test_a_server_for_others_does_not_end_for_lack_of_work(tls: Tls, tmp_path: Path) -> None:
    from calls import Clock

    clock = Clock()
    config = Config(tmp_path / "state", tmp_path / "data", tls=tls, engine_factory="fake_engine:engine")
    async with Server(config, clock) as server:
        clock.turn(100_000)
        server.sweep()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(server.ended(), 0.05)

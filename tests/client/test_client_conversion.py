"""Promises about the client's types and the messages: nothing is lost on the way, and neither side knows a word that the other doesn't."""

from __future__ import annotations

import dataclasses

import pytest
import restyle_client
import restyle_server
from client.pictures import plane, request
from restyle_client import (
    Channels,
    Depth,
    Estimate,
    InvalidRequest,
    Job,
    JobState,
    Mask,
    Parameters,
    Progress,
    ResultInfo,
    ScaleReport,
    ServerInfo,
    Start,
    Style,
    WeightsInfo,
    texture_request,
)
from restyle_client.conversion import incoming, outgoing, words
from restyle_client.wire import restyle_pb2 as pb
from restyle_imaging.planes import formats as server_formats

FULL = Parameters(
    preset="fine",
    size=300,
    native_size=False,
    strength=0.0,
    evaluations=7,
    seed=2**32 - 1,
    color="match",
    color_mix=0.25,
    objective="wasserstein",
    optimizer="adam",
    style_layers=(("relu1_1", 0.5), ("relu5_1", 0.5)),
    content_layers=(("relu4_2", 1.0),),
    tv=2.0,
    pooling="max",
    precision="fp32",
    weights="vgg16",
    device="cuda:0",
    memory_limit=2**40,
    seamless="both",
)


@pytest.mark.parametrize("parameters", [FULL, Parameters(), Parameters(preset=None), Parameters(strength=50.0, size=16)])
def test_parameters_survive_the_way_there_and_back(parameters: Parameters) -> None:
    message, _ = outgoing.spec(request(parameters=parameters))
    parsed = pb.JobSpec.FromString(message.SerializeToString())
    assert incoming.parameters(parsed.parameters) == parameters


@pytest.mark.parametrize(
    ("table", "enum"),
    [
        (words.CHANNELS, pb.Channels),
        (words.DEPTH, pb.Depth),
        (words.LIFETIME, pb.Lifetime),
        (words.JOB_CLASS, pb.JobClass),
        (words.MASK_USE, pb.MaskUse),
        (words.SYMMETRY, pb.Symmetry),
        (words.PRESET, pb.Preset),
        (words.OBJECTIVE, pb.Objective),
        (words.OPTIMIZER, pb.Optimizer),
        (words.POOLING, pb.Pooling),
        (words.PRECISION, pb.Precision),
        (words.COLOR, pb.Color),
        (words.JOB_STATE, pb.JobState),
    ],
)
def test_every_choice_of_the_service_has_a_word_and_no_other(table: dict[str, int], enum: object) -> None:
    assert sorted(table.values()) == [number for number in enum.values() if number]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("ours", "theirs", "elsewhere"),
    [
        (Job, pb.Job, set()),
        (Progress, pb.Progress, set()),
        (ScaleReport, pb.ScaleReport, set()),
        (ResultInfo, pb.ResultInfo, set()),
        (WeightsInfo, pb.WeightsInfo, set()),
        (Estimate, pb.Estimate, set()),
        (Parameters, pb.Parameters, set()),
        (ServerInfo, pb.ServerInfo, {"address"}),
        (Style, pb.Style, {"picture", "suggested_scale", "suggested_strength", "suggested_color"}),
    ],
)
def test_every_field_of_the_service_is_a_field_of_the_client(ours: type, theirs: type, elsewhere: set[str]) -> None:
    fields = {field.name for field in dataclasses.fields(ours)} - elsewhere
    assert fields == {field.name for field in theirs.DESCRIPTOR.fields} - {"suggested"}  # type: ignore[attr-defined]


def test_a_snapshot_of_a_job_keeps_every_field() -> None:
    message = pb.Job(
        id="j",
        state=pb.SUCCEEDED,
        label="l",
        client_id="c",
        lifetime=pb.DETACHED,
        job_class=pb.BATCH,
        created=1.5,
        started=2.5,
        ended=3.5,
        expires=4.5,
        progress=pb.Progress(scale=2, scales=3, width=4, height=5, step=6, steps=7, fraction=0.5, loss=1, content_loss=2, style_loss=3, eta_seconds=0),
        resolved=pb.Parameters(preset=pb.FINE),
        weights=pb.WeightsInfo(id="vgg19", installed=True, layers=["relu1_1"], size=1, sha256="s", hint="h"),
        device="cpu",
        result=pb.ResultInfo(format=pb.PixelFormat(channels=pb.BGRA, depth=pb.U16), width=1, height=2, size=16, crc32=3, work_width=1, work_height=1),
        finished_early=True,
        warnings=["w"],
        request_id="r",
        look_id="k",
        styles=["woodcut"],
        style_scales=[0.7],
    )
    job = incoming.job(message)
    for field in dataclasses.fields(Job):
        if field.name not in ("error", "queue_position"):
            assert getattr(job, field.name), field.name
    assert job.progress is not None
    assert job.progress.eta_seconds == 0.0
    assert job.result is not None
    assert job.result.format.pixel_bytes == 8


def test_times_that_are_not_known_yet_are_none() -> None:
    job = incoming.job(pb.Job(id="j", state=pb.QUEUED, queue_position=2))
    assert (job.started, job.ended, job.expires, job.progress, job.error, job.done) == (None, None, None, None, None, False)


def test_a_result_says_when_it_was_painted_smaller() -> None:
    info = ResultInfo(plane().format, 4000, 3000, 1, 0, 512, 384)
    assert info.work_note == "painted at 512 of 4000 px"
    assert dataclasses.replace(info, work_width=4000, work_height=3000).work_note == ""


def test_starts_and_masks_travel() -> None:
    gray = restyle_client.Plane(restyle_client.PixelFormat(Channels.GRAY, Depth.U16), 32, 16, bytes(1024))
    for start, field in ((Start.content(0.5), "content"), (Start.noise(), "noise"), (Start.job("j"), "job_id"), (Start.texture(), "texture")):
        message, payloads = outgoing.spec(request(start=start, masks=(Mask(gray),), strength_map=gray))
        assert message.start.WhichOneof("from") == field
        assert [view.nbytes for view in payloads.views] == [2048, 1024, 1024]


def test_nothing_of_the_callers_buffer_is_copied_before_it_is_sent() -> None:
    data = bytearray(plane().data)
    _, payloads = outgoing.spec(request(dataclasses.replace(plane(), data=data)))
    data[0] = 99
    assert payloads.views[0][0] == 99


def test_a_number_that_is_none_is_refused_by_its_name() -> None:
    with pytest.raises(InvalidRequest, match=r"spec\.parameters\.size"):
        outgoing.spec(request(parameters=Parameters(size=-1)))
    with pytest.raises(InvalidRequest, match=r"spec\.styles\[0\]\.style_id can't be"):
        outgoing.spec(restyle_client.JobRequest(plane(), (restyle_client.StyleUse.library("\udcff"),)))
    with pytest.raises(InvalidRequest, match="draft, standard, fine"):
        outgoing.spec(request(parameters=Parameters(preset="best")))


def test_client_and_server_name_the_same_formats_and_version() -> None:
    assert [(each.value, each.samples) for each in Channels] == [(each.value, each.samples) for each in server_formats.Channels]
    assert [(each.value, each.sample_bytes) for each in Depth] == [(each.value, each.sample_bytes) for each in server_formats.Depth]
    assert restyle_client.__version__ == restyle_server.__version__


def test_only_ended_states_are_terminal() -> None:
    assert {state for state in JobState if state.terminal} == {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED}


def test_a_texture_of_a_size_that_servers_do_not_take_is_refused_before_its_plane_is_made() -> None:
    with pytest.raises(InvalidRequest, match="30000 × 30000 px are more than a texture may have") as refused:
        texture_request(30_000, 30_000, ())
    assert refused.value.field == "spec.content"
    with pytest.raises(InvalidRequest, match="-1 × 64 px are less than a texture has; give at least 16 px per side"):
        texture_request(-1, 64, ())
    assert texture_request(64, 32, ()).content.size == 64 * 32 * 3

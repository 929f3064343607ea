"""Owns every limit of the server: what a caller may ask for, how long things are kept, and how patient the server is."""

from __future__ import annotations

from typing import Annotated

import msgspec
from restyle_contract import limits as agreed

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB
HOUR = 3600.0  # s
DAY = 24 * HOUR

CHUNK_BYTES = MIB  # of results and styles: messages of 1 MiB are the fastest
MESSAGE_BYTES = 4 * MIB  # gRPC's own cap on one message, so that a caller can't make the server allocate more
MAX_CHUNK_BYTES = 2 * MIB  # of uploads
MAX_ICC_BYTES = agreed.MAX_ICC_BYTES
MAX_TEXT = agreed.MAX_TEXT
MAX_DESCRIPTION = 2000  # characters
MAX_STYLES = agreed.MAX_STYLES
MAX_MASKS = agreed.MAX_MASKS
MAX_PREVIOUS = agreed.MAX_PREVIOUS
MAX_PREVIEW = agreed.MAX_PREVIEW
MIN_PREVIEW = 16  # px
MAX_PHOTOGRAPHS = agreed.MAX_PHOTOGRAPHS
LEARN_STEPS = agreed.LEARN_STEPS
MAX_LEARN_STEPS = agreed.MAX_LEARN_STEPS
MAX_LEARN_SIDE = agreed.MAX_LEARN_SIDE
MAX_STYLE_WEIGHT = agreed.MAX_STYLE_WEIGHT
STYLE_SCALES = agreed.STYLE_SCALES
MAX_GRACE = 300.0  # s
SWEEP_SECONDS = 0.25  # how often leases, retention and workers are looked at: half of what a lease may overrun
BEAT_SECONDS = 0.5  # between a worker's signs of life
PROGRESS_SECONDS = 0.1  # 10 a second: more than an eye needs
PREVIEW_SECONDS = 0.5  # 2 a second: a preview costs about one evaluation of a small picture
BODY_SECONDS = 10.0  # that a call may take to send its one message, of 4 MiB at most
UPLOAD_SECONDS = 60.0  # that an upload of any size may take, and beyond them a second for each UPLOAD_PACE bytes
UPLOAD_PACE = 32 * KIB  # bytes per second: a slow line's; who sends more slowly keeps a place from others
ESTIMATE_SECONDS = 20.0  # that EstimateJob waits for a starting worker
RETRY_SECONDS = 1.0  # what RetryInfo tells a client whose job found the queue full
LIVE_SECONDS = 120.0  # that a part of a live canvas may wait for its painting: a worker may have to start first, on a busy machine
LIVE_PIECE = 512 * 512  # px of a live canvas that are painted at a time: a tenth of a second on two cores
LIVE_PIECE_BYTES = 2 * MIB  # of them: one message
LIVE_TURN_SECONDS = 0.25  # that live canvases may take between two evaluations of a job
WORKER_IDLE_SECONDS = 2.0  # without an order, after which a worker gives back what it kept of memory
LEARN_PREVIEW_SECONDS = 3.0  # between two previews of a look that is learned: each costs as much as a step
LEARN_KEEP_SECONDS = 15.0  # between two writings of what a look has learned: some 10 MB, of which a killed worker loses the last
LEARN_SETBACKS = 3  # ends of its worker that a learning survives, without one rest in between: it may be at fault
LOWERING_SECONDS = 300.0  # that a change of strength may take: the largest painting takes a minute on a busy machine
MAX_LOWERINGS = 4  # changes of strength that one caller may wait for or read: each is as large on the disk as its painting
KEPT_CHECKPOINTS = 8  # failed jobs whose last completed scale is kept: up to 3 bytes per pixel and 12 MiB each
RECORDS = 2000  # ended jobs remembered: some 5 KiB each

Whole = Annotated[int, msgspec.Meta(ge=0)]
Number = Annotated[float, msgspec.Meta(ge=0)]


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the administrator may set in server.toml."""

    max_pixels: Whole = 64_000_000  # of one plane
    max_style_bytes: Whole = 64 * MIB  # of one encoded picture
    max_bytes_in_flight: Whole = GIB  # per client, of jobs that have not ended
    max_jobs_per_client: Whole = 16  # that upload or wait
    max_jobs: Whole = 64  # that upload or wait, of all clients
    lease_seconds: Number = 10.0  # an attached job without watchers
    keep_attached_seconds: Number = HOUR  # results
    keep_detached_seconds: Number = 7 * DAY
    keep_bytes: Whole = 20 * GIB  # results in all
    upload_idle_seconds: Number = 15.0  # between two chunks
    hang_seconds: Number = 30.0  # without a sign of life before a worker counts as hung, at least
    hang_evaluations: Number = 10.0  # times the slowest evaluation so far, before it counts as hung
    unload_seconds: Number = 300.0  # without a job, before a worker ends and gives its memory back; the next job starts it again
    idle_exit_seconds: Number = 1800.0  # without jobs, watchers and unread results, before the server ends; 0: never
    cancel_seconds: Number = 10.0  # for a worker to leave a cancelled job, at least; then it is replaced, which costs a few seconds
    cancel_evaluations: Number = 4.0  # times the slowest evaluation so far, if that is more
    max_live: Whole = 40  # live canvases, of all clients
    max_live_per_client: Whole = 10
    live_unread_seconds: Number = 30.0  # that an answer about a live canvas may wait to be read
    lost_seconds: Number = 15.0  # without a word from another machine, before its jobs go on elsewhere
    grace_seconds: Number = 30.0  # for running jobs when the server is asked to end

"""Owns the two spellings of every choice: the client's lower-case word and the message's number."""

from __future__ import annotations

from collections.abc import Mapping

from ..wire import restyle_pb2 as pb

CHANNELS: Mapping[str, int] = {"GRAY": pb.GRAY, "GRAY_ALPHA": pb.GRAY_ALPHA, "RGB": pb.RGB, "RGBA": pb.RGBA, "BGRA": pb.BGRA}
DEPTH: Mapping[str, int] = {"U8": pb.U8, "U16": pb.U16, "F16": pb.F16, "F32": pb.F32}
LIFETIME: Mapping[str, int] = {"attached": pb.ATTACHED, "detached": pb.DETACHED}
JOB_CLASS: Mapping[str, int] = {"interactive": pb.INTERACTIVE, "batch": pb.BATCH, "background": pb.BACKGROUND}
MASK_USE: Mapping[str, int] = {"statistics": pb.STATISTICS, "blend": pb.BLEND}
SYMMETRY: Mapping[str, int] = {"none": pb.NO_SYMMETRY, "flips": pb.FLIPS, "flips+rotations": pb.FLIPS_AND_ROTATIONS}
PRESET: Mapping[str, int] = {"draft": pb.DRAFT, "standard": pb.STANDARD, "fine": pb.FINE}
OBJECTIVE: Mapping[str, int] = {"gram": pb.GRAM, "wasserstein": pb.WASSERSTEIN}
OPTIMIZER: Mapping[str, int] = {"lbfgs": pb.LBFGS, "adam": pb.ADAM}
POOLING: Mapping[str, int] = {"average": pb.AVERAGE, "max": pb.MAX}
PRECISION: Mapping[str, int] = {"fp32": pb.FP32, "bf16": pb.BF16}
COLOR: Mapping[str, int] = {"style": pb.COLOR_STYLE, "content": pb.COLOR_CONTENT, "match": pb.COLOR_MATCH}
SEAMLESS: Mapping[str, int] = {"none": pb.NOT_SEAMLESS, "x": pb.SEAMLESS_X, "y": pb.SEAMLESS_Y, "both": pb.SEAMLESS_BOTH}
JOB_STATE: Mapping[str, int] = {
    "uploading": pb.UPLOADING,
    "queued": pb.QUEUED,
    "running": pb.RUNNING,
    "succeeded": pb.SUCCEEDED,
    "failed": pb.FAILED,
    "cancelled": pb.CANCELLED,
    "expired": pb.EXPIRED,
}


def word(table: Mapping[str, int], number: int) -> str | None:
    """The word of a number; None for "unspecified" and for what a newer server may say."""
    return next((name for name, value in table.items() if value == number), None)

"""Owns the small pictures and requests of the client's tests."""

from __future__ import annotations

import zlib
from typing import Any

from restyle_client import Channels, Depth, JobRequest, PixelFormat, Plane, StyleUse
from restyle_client.wire import restyle_pb2 as pb

RGBA8 = PixelFormat(Channels.RGBA, Depth.U8)


def plane(width: int = 32, height: int = 16, shift: int = 0, icc: bytes | None = None) -> Plane:
    """A pattern in which every byte depends on its place; `shift` makes another one."""
    size = width * height * 4
    pattern = bytes((index * 7 + shift) % 251 for index in range(251))
    return Plane(RGBA8, width, height, (pattern * (size // 251 + 1))[:size], icc)


def request(content: Plane | None = None, **fields: Any) -> JobRequest:
    return JobRequest(content or plane(), (StyleUse.library("woodcut"),), **fields)


def result_info(picture: Plane, crc: int | None = None) -> pb.ResultInfo:
    data = bytes(picture.data)
    return pb.ResultInfo(
        format=pb.PixelFormat(channels=pb.RGBA, depth=pb.U8),
        width=picture.width,
        height=picture.height,
        size=len(data),
        crc32=zlib.crc32(data) if crc is None else crc,
        work_width=picture.width,
        work_height=picture.height,
    )


def pieces(picture: Plane, start: int = 0, stop: int | None = None, step: int = 256, crc: int | None = None) -> list[pb.ReadResultResponse]:
    """A result's messages for the bytes start to stop."""
    data, stop = bytes(picture.data), stop or picture.size
    found = [pb.ReadResultResponse(offset=offset, data=data[offset : min(offset + step, stop)]) for offset in range(start, stop, step)]
    found[0].info.CopyFrom(result_info(picture, crc))
    found[0].icc_profile = picture.icc or b""
    return found

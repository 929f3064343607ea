"""Owns the two spellings of a plane: the client's, and that of the formats' own code."""

from __future__ import annotations

import restyle_client as client
from restyle_imaging.planes import formats


def to_client(plane: formats.Plane) -> client.Plane:
    return client.Plane(
        client.PixelFormat(client.Channels[plane.format.channels.name], client.Depth[plane.format.depth.name]), plane.width, plane.height, plane.data, plane.icc
    )


def from_client(plane: client.Plane) -> formats.Plane:
    return formats.Plane(
        formats.PixelFormat(formats.Channels[plane.format.channels.name], formats.Depth[plane.format.depth.name]),
        plane.width,
        plane.height,
        plane.data,
        plane.icc,
    )

"""Owns scenes made by code, of which every pixel's way from one frame to the next is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from pictures.photos import photo

Picture = NDArray[np.float32]
Places = NDArray[np.float64]


@dataclass(frozen=True)
class Scene:
    """content(i): (side, side, 3) in 0–1. way(i): where each pixel of frame i was in frame i − 1, (side, side, 2), px, x first, and where it was to
    be seen there, (side, side)."""

    name: str
    content: Callable[[int], Picture]
    way: Callable[[int], tuple[Places, NDArray[np.bool_]]]


def sampled(picture: Picture, places: Places) -> Picture:
    """A picture at places (h, w, 2), x first, in px."""
    height, width = picture.shape[:2]
    grid = torch.from_numpy(places * 2 / np.array([width - 1, height - 1]) - 1).float()[None]
    found = F.grid_sample(
        torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))[None], grid, mode="bicubic", padding_mode="reflection", align_corners=True
    )
    return np.ascontiguousarray(found[0].numpy().transpose(1, 2, 0)).clip(0, 1)


def _grid(side: int) -> Places:
    y, x = np.mgrid[0:side, 0:side].astype(np.float64)
    return np.stack([x, y], -1)


def _inside(places: Places, side: int) -> NDArray[np.bool_]:
    return np.asarray(((places >= 0) & (places <= side - 1)).all(-1))


def pan(side: int) -> Scene:
    """A camera that goes to the right by a hundredth of what it sees with each frame."""
    big, here, step = photo("coffee", side * 2), _grid(side), side / 100

    def content(number: int) -> Picture:
        return sampled(big, here * 1.2 + np.array([1.2 * step * number, 0.4 * side]))

    def way(number: int) -> tuple[Places, NDArray[np.bool_]]:
        before = here + np.array([step, 0.0])
        return before, _inside(before, side)

    return Scene("pan", content, way)


def turning(side: int) -> Scene:
    """A camera that turns by 0.5° and draws nearer by 0.5 % with each frame."""
    big, here, middle = photo("coffee", side * 2), _grid(side), (side - 1) / 2

    def matrix(number: int) -> NDArray[np.float64]:
        angle, size = np.radians(0.5 * number), 1.25 * 1.005**-number
        return size * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

    def content(number: int) -> Picture:
        return sampled(big, (here - middle) @ matrix(number).T + big.shape[0] / 2)

    def way(number: int) -> tuple[Places, NDArray[np.bool_]]:
        before = (here - middle) @ (np.linalg.inv(matrix(number - 1)) @ matrix(number)).T + middle
        return before, _inside(before, side)

    return Scene("turn and zoom", content, way)


def parallax(side: int) -> Scene:
    """A ball that passes in front of a background that goes the other way."""
    far, near, here = photo("rocket", side * 2), photo("chelsea", side), _grid(side)

    def ball(number: int) -> tuple[NDArray[np.bool_], Places]:
        centre = np.array([0.35 * side + side / 128 * number, 0.5 * side])
        offset = here - centre
        return (offset**2).sum(-1) < (0.2 * side) ** 2, offset + side / 2

    def content(number: int) -> Picture:
        covered, places = ball(number)
        return np.where(covered[..., None], sampled(near, places), sampled(far, here * 1.2 + np.array([side / 200 * number, 0.2 * side])))

    def way(number: int) -> tuple[Places, NDArray[np.bool_]]:
        covered, _ = ball(number)
        was, _ = ball(number - 1)
        before = here + np.where(covered[..., None], np.array([-side / 128, 0.0]), np.array([side / 240, 0.0]))
        at = np.clip(np.rint(before).astype(int), 0, side - 1)
        return before, _inside(before, side) & (was[at[..., 1], at[..., 0]] == covered)

    return Scene("parallax", content, way)


def passing(side: int, noise: float = 0.0) -> Scene:
    """A still camera, before which one thing moves. noise: standard deviation of the camera's, in parts of the range."""
    far, near, here = photo("coffee", side), photo("chelsea", side), _grid(side)

    def ball(number: int) -> tuple[NDArray[np.bool_], Places]:
        swing = 0.5 + 0.25 * np.sin(number * 0.1)
        offset = here - np.array([swing * side, 0.3 * side])
        return (offset**2).sum(-1) < (0.12 * side) ** 2, offset + side / 2

    def content(number: int) -> Picture:
        covered, places = ball(number)
        picture = np.where(covered[..., None], sampled(near, places), far)
        grain = noise * np.random.default_rng(number).standard_normal(picture.shape)
        return (picture + grain).clip(0, 1).astype(np.float32)

    def way(number: int) -> tuple[Places, NDArray[np.bool_]]:
        covered, _ = ball(number)
        was, _ = ball(number - 1)
        shift = 0.25 * side * (np.sin(number * 0.1) - np.sin((number - 1) * 0.1))
        before = here - np.where(covered[..., None], np.array([shift, 0.0]), 0.0)
        at = np.clip(np.rint(before).astype(int), 0, side - 1)
        return before, was[at[..., 1], at[..., 0]] == covered

    return Scene("still camera" if noise == 0 else "still camera, noise", content, way)


def cut(side: int, at: int) -> Scene:
    """A scene that ends, and another one."""
    first, second = turning(side), passing(side)
    return Scene(
        "cut",
        lambda number: first.content(number) if number < at else second.content(number),
        lambda number: (first if number < at else second).way(number) if number != at else (_grid(side), np.zeros((side, side), bool)),
    )

"""Owns the calls about styles: list, get, add, delete; and what a job takes from the library."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeVar

from .. import naming
from ..limits import CHUNK_BYTES, Limits
from ..refusals import FULL, BrokenUpload, DiskFull, Invalid, NotFound, NotNow, Refusal
from ..styles.checking import check_in_child
from ..styles.description import Suggestion, described
from ..styles.errors import StyleError, StyleFixed, StyleNotFound, StyleRejected
from ..styles.library import Draft, Library, Style
from ..styles.pictures import as_jpeg
from ..wire import restyle_pb2 as wire
from .replies import COLOR_VALUES
from .specs import LibraryStyle, Uploaded
from .uploading import in_time

T = TypeVar("T")

PAGE = 50
MAX_PAGE = 200
PAGE_BYTES = 3 << 20  # with thumbnails; many a client takes messages of 4 MiB and no more
MAX_WISH = 4096  # characters of an id that is wished for, before the library looks closer


class Styles:
    """What a caller can do with the library. Everything that touches its files runs in a thread."""

    def __init__(self, library: Library, limits: Limits) -> None:
        self._library = library
        self._limits = limits
        self._checking = asyncio.Semaphore(1)  # each takes up to 2 GiB of memory, in a process of its own

    async def used(self, spec: Uploaded) -> dict[str, LibraryStyle]:
        """The library's styles that the job uses, by id. Invalid."""
        found = {}
        for index, style in enumerate(spec.styles):
            if isinstance(style.source, str):
                used = found[style.source] = await self._used(style.source, index)
                crop = style.crop
                if crop is not None and (crop.x + crop.width > used.width or crop.y + crop.height > used.height):
                    raise Invalid(f"spec.styles[{index}].crop", f"the crop leaves the style's {used.width} × {used.height} px.")
        return found

    async def _used(self, style_id: str, index: int) -> LibraryStyle:
        try:
            style = await asyncio.to_thread(self._library.get, style_id)
        except StyleNotFound as error:
            raise Invalid(f"spec.styles[{index}].style_id", error.message, reason="STYLE_NOT_FOUND") from error
        return LibraryStyle(style.picture, style.suggested.scale, style.width, style.height)

    async def list(self, request: wire.ListStylesRequest) -> wire.ListStylesResponse:
        """A page, shorter than asked for when its thumbnails are large; the token is the last id shown."""
        styles = await asyncio.to_thread(self._library.list)
        start = naming.place(request.page_token, [style.id for style in styles])
        size = min(request.page_size or PAGE, MAX_PAGE)
        page = await asyncio.to_thread(_page, styles[start : start + size], request.thumbnails)
        more = page[-1].id if start + len(page) < len(styles) else ""
        return wire.ListStylesResponse(styles=page, next_page_token=more)

    async def get(self, request: wire.GetStyleRequest) -> AsyncIterator[wire.GetStyleResponse]:
        """The style, then its picture's file."""
        style = await self._found(request.id)
        yield wire.GetStyleResponse(style=_message(style, thumbnails=True))
        if not request.picture:
            return
        try:
            file = await asyncio.to_thread(style.picture.open, "rb")
        except OSError:
            raise NotFound("This style was removed meanwhile.", reason="STYLE_NOT_FOUND") from None
        with contextlib.closing(file):
            while data := await asyncio.to_thread(file.read, CHUNK_BYTES):
                yield wire.GetStyleResponse(chunk=data)

    async def add(self, requests: AsyncIterator[wire.AddStyleRequest]) -> wire.Style:
        """Takes a picture into the library."""
        stream = aiter(requests)
        first = await self._next(stream)
        if first is None or first.WhichOneof("part") != "header":
            raise Invalid("header", "the first message is the style's header.")
        header = first.header
        if not 1 <= header.size <= self._limits.max_style_bytes:
            raise Invalid("header.size", f"a picture's file has 1 to {self._limits.max_style_bytes} bytes, and this one {header.size}.")
        if len(header.wanted_id) > MAX_WISH:
            raise Invalid("header.wanted_id", f"a wish for an id has at most {MAX_WISH:,} characters.")
        told = _refusing(described, header.title, header.description, tuple(header.tags), header.credit, header.license, _suggestion(header.suggested))
        with _storing(self._library) as folder:
            picture = folder / "picture"
            await self._receive(stream, header.size, picture)
            async with self._checking:
                checked = await asyncio.to_thread(_refusing, check_in_child, picture, f'"{told.title}"')
            style = await asyncio.to_thread(_refusing, self._library.keep, Draft(b"", told, checked, header.wanted_id, picture))
        return _message(style, thumbnails=True)

    async def delete(self, style_id: str) -> None:
        """Removes one of the user's own styles."""
        try:
            await asyncio.to_thread(self._library.delete, style_id)
        except StyleError as error:
            raise _refusal(error) from error

    async def _found(self, style_id: str) -> Style:
        try:
            return await asyncio.to_thread(self._library.get, style_id)
        except StyleError as error:
            raise _refusal(error) from error

    async def _receive(self, stream: AsyncIterator[wire.AddStyleRequest], size: int, target: Path) -> None:
        """The picture's bytes, into a file: those who send slowly hold up no one, and fill no memory. BrokenUpload, Invalid, OSError."""
        arrived = 0
        with target.open("wb", buffering=0) as file:
            async with in_time(size):
                while (request := await self._next(stream)) is not None:
                    if request.WhichOneof("part") != "chunk":
                        raise Invalid("chunk", "after the header come chunks only.")
                    if arrived + len(request.chunk) > size:
                        raise Invalid("chunk", f"the picture was announced with {size} bytes, and more arrived.")
                    await asyncio.to_thread(file.write, request.chunk)
                    arrived += len(request.chunk)
        if arrived != size:
            raise BrokenUpload(f"The upload ended {size - arrived} bytes early; send the picture again.")

    async def _next(self, stream: AsyncIterator[wire.AddStyleRequest]) -> wire.AddStyleRequest | None:
        try:
            return await asyncio.wait_for(anext(stream, None), self._limits.upload_idle_seconds)
        except TimeoutError:
            raise BrokenUpload("Nothing arrived; send the picture again.") from None


def _refusing(call: Callable[..., T], *arguments: object) -> T:
    """What the call returns. Refusal for what is wrong with a style."""
    try:
        return call(*arguments)
    except StyleError as error:
        raise _refusal(error) from error


@contextlib.contextmanager
def _storing(library: Library) -> Iterator[Path]:
    """A folder for a picture on its way in. Refusal."""
    try:
        with library.scratch() as folder:
            yield folder
    except StyleError as error:
        raise _refusal(error) from error


def _suggestion(message: wire.StyleSuggestion) -> Suggestion:
    return Suggestion(
        message.scale if message.HasField("scale") else None,
        message.strength if message.HasField("strength") else None,
        next((color for color, value in COLOR_VALUES.items() if value == message.color), None),
    )


def _message(style: Style, *, thumbnails: bool) -> wire.Style:
    suggested = wire.StyleSuggestion()
    if style.suggested.scale is not None:
        suggested.scale = style.suggested.scale
    if style.suggested.strength is not None:
        suggested.strength = style.suggested.strength
    if style.suggested.color is not None:
        suggested.color = COLOR_VALUES[style.suggested.color]
    return wire.Style(
        id=style.id,
        title=style.title,
        description=style.description,
        tags=style.tags,
        credit=style.credit,
        license=style.license,
        builtin=style.builtin,
        shared=style.shared,
        width=style.width,
        height=style.height,
        thumbnail=as_jpeg(style.thumbnail) if thumbnails else b"",
        effect_thumbnail=as_jpeg(style.effect) if thumbnails else b"",
        suggested=suggested,
        sha256=style.sha256,
    )


def _page(styles: list[Style], thumbnails: bool) -> list[wire.Style]:
    """As many of the styles as fit into one message, at least one."""
    page: list[wire.Style] = []
    for style in styles:
        page.append(_message(style, thumbnails=thumbnails))
        if sum(message.ByteSize() for message in page) > PAGE_BYTES:
            return page[:-1] or page
    return page


def _refusal(error: StyleError) -> Refusal:
    match error:
        case StyleNotFound():
            return NotFound(error.message, reason="STYLE_NOT_FOUND")
        case StyleFixed():
            return NotNow(error.message, reason="STYLE_FIXED")
        case StyleRejected():
            return Invalid(error.field, error.message)
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.errno in FULL:
        return DiskFull(error.message)
    return NotNow(error.message, reason="STORAGE")

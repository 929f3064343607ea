"""Sheets hold every picture at its place, whatever its shape, and never fail over a word."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from restyle_imaging import sheets
from restyle_imaging.sheets import GAP, MARGIN, PAPER, Heading, Panel, grid

RED, GREEN, BLUE = (200, 0, 0), (0, 200, 0), (0, 0, 200)
BOX = (60, 40)


def flat(color: tuple[int, ...], size: tuple[int, int] = BOX) -> Image.Image:
    return Image.new("RGBA" if len(color) == 4 else "RGB", size, color)


def at(sheet: Image.Image, column: int, top: int) -> object:
    """The middle of a place."""
    return sheet.getpixel((MARGIN + column * (BOX[0] + GAP) + BOX[0] // 2, top + BOX[1] // 2))


def test_every_picture_stands_in_its_row_and_column() -> None:
    sheet = grid([[Panel("a", source=flat(RED)), Panel("b", source=flat(GREEN))], [None, Panel("c", source=flat(BLUE))]], BOX)
    second = MARGIN + BOX[1] + sheets.caption_height([Panel("a")]) + GAP
    assert (at(sheet, 0, MARGIN), at(sheet, 1, MARGIN)) == (RED, GREEN)
    assert (at(sheet, 0, second), at(sheet, 1, second)) == (PAPER, BLUE)
    assert sheet.width == 2 * MARGIN + 2 * BOX[0] + GAP


def test_a_picture_that_failed_leaves_its_place_shaded_with_a_reason() -> None:
    sheet = grid([[Panel("a", source=flat(RED)), Panel("b", note="There is not enough memory.")]], BOX)
    field = sheet.crop((MARGIN + BOX[0] + GAP, MARGIN, MARGIN + 2 * BOX[0] + GAP, MARGIN + BOX[1]))
    colors = {color for _, color in field.getcolors(10_000) or ()}
    assert sheets.SHADE in colors
    assert len(colors) > 1  # the words


def test_pictures_keep_their_shape_and_are_never_enlarged_in_a_grid() -> None:
    assert sheets.fitted(flat(RED, (20, 10)), BOX).size == (20, 10)
    assert sheets.fitted(flat(RED, (600, 100)), BOX).size == (60, 10)
    assert sheets.fitted(flat(RED, (20, 10)), BOX, enlarge=True).size == (60, 30)


def test_transparency_shows_the_paper() -> None:
    assert sheets.fitted(flat((200, 0, 0, 0)), BOX).getpixel((5, 5)) == PAPER


def test_files_and_bytes_are_read_upright(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    flat(RED, (60, 20)).save(tmp_path / "turned.jpg", exif=turned)
    assert sheets.fitted(tmp_path / "turned.jpg", (100, 100)).size == (20, 60)
    assert sheets.fitted((tmp_path / "turned.jpg").read_bytes(), (100, 100)).size == (20, 60)
    with pytest.raises(OSError, match="identify"):
        sheets.fitted(b"no picture", BOX)


@pytest.mark.parametrize("text", ["a photo with a name that is far too long.jpg", "Städte × Häuser – «…».png", "京都の夜.png", "naïve ☃ photo", ""])
@pytest.mark.parametrize("fallbacks", [sheets.FALLBACKS, ()])
def test_any_name_is_written_within_its_width(monkeypatch: pytest.MonkeyPatch, text: str, fallbacks: tuple[str, ...]) -> None:
    monkeypatch.setattr(sheets, "FALLBACKS", fallbacks)
    sheets.letters.cache_clear()
    pencil = ImageDraw.Draw(Image.new("RGB", (200, 40), PAPER))
    sheets.write(pencil, (0, 0), text, 20, sheets.INK, 120)
    assert sheets.letters(text, 20).getlength(sheets.cut(text, 20, 120)) <= 120
    sheets.letters.cache_clear()


def test_long_reasons_are_wrapped_and_end_with_an_ellipsis() -> None:
    lines = sheets.wrapped("There is not enough memory for this job; choose a size of 64 px or less, or close other programs.", 17, 160, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert sheets.wrapped("short", 17, 160, 3) == ["short"]


def test_a_heading_stands_above_with_its_picture() -> None:
    plain = grid([[Panel("a", source=flat(RED))]], BOX)
    heading = Heading("photo.jpg", ("3 styles",), Panel("The photo", source=flat(GREEN)))
    sheet = grid([[Panel("a", source=flat(RED))]], BOX, heading)
    assert at(sheet, 0, MARGIN) == GREEN
    assert at(sheet, 0, MARGIN + sheet.height - plain.height) == RED
    data = io.BytesIO()
    sheet.save(data, "PNG")
    assert data.tell() > 0

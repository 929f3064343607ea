"""Owns which kinds of files are pictures: by how their names end, and by their first bytes. Reads no pixel."""

from __future__ import annotations

HEAD = 64  # bytes that tell a kind

# How names of pictures end. The first are read; of the others it is said what they are.
READ = frozenset(
    (
        *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".mpo", ".webp", ".avif", ".avifs", ".heic", ".heif", ".hif", ".tif", ".tiff", ".gif"),
        *(".bmp", ".dib", ".ppm", ".pgm", ".pbm", ".pnm", ".pam", ".pfm", ".exr", ".psd", ".psb", ".kra", ".ora", ".jxl", ".xcf"),
    )
)
CAMERA = frozenset(
    ".dng .nef .nrw .cr2 .cr3 .crw .arw .sr2 .srf .raf .orf .rw2 .rwl .pef .srw .3fr .x3f .iiq .mrw .dcr .kdc .erf .mef .mos .raw".split()  # noqa: SIM905
)
OTHER = frozenset(
    ".jp2 .j2k .jpf .jpx .jxr .jls .hdr .svg .svgz .ico .tga .pcx .dds .eps .ai .xpm".split()  # noqa: SIM905
)

MARKS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"FUJIFILMCCD-RAW", "a camera's raw file"),
    (0, b"IIRO", "a camera's raw file"),
    (0, b"IIRS", "a camera's raw file"),
    (0, b"MMOR", "a camera's raw file"),
    (0, b"IIU\0", "a camera's raw file"),
    (0, b"FOVb", "a camera's raw file"),
    (0, b"\0MRM", "a camera's raw file"),
    (6, b"HEAPCCDR", "a camera's raw file"),
    (8, b"CR\2", "a camera's raw file"),
    (4, b"ftypcrx ", "a camera's raw file"),
    (0, b"#?RADIANCE", "a Radiance picture"),
    (0, b"#?RGBE", "a Radiance picture"),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (0, b"II\xbc\1", "a JPEG XR picture"),
    (0, b"%!PS", "a PostScript file"),
    (0, b"%PDF", "a PDF file"),
    (0, b"DDS ", "a DDS texture"),
    (0, b"\0\0\1\0", "an icon file"),
    (0, b"<svg", "an SVG drawing"),
)
HEIC = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"))
AVIF = frozenset((b"avif", b"avis"))
STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"GIF8", b"8BPS", b"gimp xcf ", b"\0\0\0\x0cJXL ")


def unreadable(head: bytes) -> str | None:
    """What a file is, such as "a JPEG 2000 picture", when it is of a kind that is known and not read. head: its first bytes, HEAD or more."""
    return next((words for at, mark, words in MARKS if head[at : at + len(mark)] == mark), None)


def is_heic(head: bytes) -> bool:
    """Whether it is of HEIC's kind, and not AVIF, which shares its marks. head: as above."""
    said = _brands(head)
    return bool(said & HEIC) and not said & AVIF


def is_picture(suffix: str, head: bytes) -> bool:
    """Whether a file means to be a picture, of a kind that is read or of another. suffix: of its name, with the dot; head: its first bytes."""
    if suffix.lower() in READ | CAMERA | OTHER or head.startswith(STARTS):
        return True
    return (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or bool(_brands(head) & (HEIC | AVIF)) or (head[4:8] == b"ftyp" and unreadable(head) is not None)


def _brands(head: bytes) -> frozenset[bytes]:
    """What an ISO media file says it is."""
    if head[4:8] != b"ftyp":
        return frozenset()
    return frozenset((head[8:12], *(head[at : at + 4] for at in range(16, min(len(head), int.from_bytes(head[:4], "big")), 4))))

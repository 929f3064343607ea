"""Owns the XMP packet of a picture: what it says of the work goes along into a painting, what it says of the file it was in stays behind.

Source: ISO 16684-1. Of a photograph's packet, settings of raw converters would be applied once more to the painting, and thumbnails, orientation, gain maps and
histories would be of another picture: only namespaces of people, places, rights and words are kept.
"""

from __future__ import annotations

from xml.etree import ElementTree

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
META = "adobe:ns:meta/"
XMP = "http://ns.adobe.com/xap/1.0/"
KEPT = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "cc": "http://creativecommons.org/ns#",
    "xmp": XMP,
}
LEFT = {  # of kept namespaces, what is of the file
    f"{{{KEPT['dc']}}}format",
    f"{{{XMP}}}Thumbnails",
    f"{{{XMP}}}MetadataDate",
    f"{{{XMP}}}ModifyDate",
    f"{{{KEPT['photoshop']}}}ColorMode",
    f"{{{KEPT['photoshop']}}}ICCProfile",
    f"{{{KEPT['photoshop']}}}DocumentAncestors",
    f"{{{KEPT['photoshop']}}}TextLayers",
    f"{{{KEPT['photoshop']}}}History",
    f"{{{KEPT['photoshop']}}}SidecarForExtension",
}
GAIN_MAP = b"http://ns.adobe.com/hdr-gain-map/1.0/"  # ISO 21496-1's forerunner, as Android's Ultra HDR has it
for _prefix, _space in {"rdf": RDF, "x": META, **KEPT}.items():
    ElementTree.register_namespace(_prefix, _space)
LARGEST = 1 << 20  # letters: usual ones have a few thousand
LONGEST_IN_JPEG = 65_533 - 29  # bytes: a segment, less its mark


def kept_of(packet: object, name: str, notes: list[str]) -> bytes | None:
    """What goes along of a packet (bytes or text, as a reader found it), as one; None for nothing. notes: grows by a sentence when it can't be understood."""
    if packet is None or packet in (b"", ""):
        return None
    try:
        return _kept_of(_text(packet))
    except (ElementTree.ParseError, ValueError, RecursionError):  # the last: elements in elements, thousands deep
        notes.append(f"The XMP data of {name} can't be understood; they are left out.")
        return None


def _text(packet: object) -> str:
    """ValueError for what is none."""
    if not isinstance(packet, (bytes, str)):
        raise ValueError("no text")  # noqa: TRY004 - the file's fault, not the caller's
    text = packet if isinstance(packet, str) else packet.decode("utf-8-sig")
    if len(text) > LARGEST or "<!" in text:
        raise ValueError("too large")
    return text.strip("\0 \r\n\t")


def _kept_of(text: str) -> bytes | None:
    root = ElementTree.fromstring(text)  # noqa: S314, no entities got here, by which few bytes become many
    found = ElementTree.Element(f"{{{RDF}}}Description", {f"{{{RDF}}}about": ""})
    for described in (one for whole in root.iter(f"{{{RDF}}}RDF") for one in whole.findall(f"{{{RDF}}}Description")):
        for key, value in described.attrib.items():
            if _kept(key):
                found.set(key, value)
        found.extend(child for child in described if _kept(child.tag))
    if len(found) == 0 and len(found.attrib) == 1:
        return None
    return _packet(found)


def _kept(tag: str) -> bool:
    return tag not in LEFT and tag.startswith("{") and tag[1:].partition("}")[0] in KEPT.values()


def _packet(described: ElementTree.Element) -> bytes:
    meta = ElementTree.Element(f"{{{META}}}xmpmeta")
    ElementTree.SubElement(meta, f"{{{RDF}}}RDF").append(described)
    body: bytes = ElementTree.tostring(meta, encoding="utf-8")
    return b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>' + body + b'<?xpacket end="r"?>'

"""Files taken apart and put together with other metadata, byte by byte, as taggers do."""

import base64
import io
import struct
from collections.abc import Iterator
from pathlib import Path

import av
from PIL import Image
from PIL.TiffImagePlugin import IFDRational


def remuxed(track: Path, target: Path, options: dict[str, str] | None = None, **tags: str) -> Path:
    """The same sound in a new container, not coded anew."""
    muxer = {".m4a": "mp4", ".aif": "aiff", ".wma": "asf"}.get(target.suffix)
    with av.open(str(track)) as old, av.open(str(target), "w", format=muxer, options=options or {}) as new:
        new.metadata.update(tags)
        sound = old.streams.audio[0]
        stream = new.add_stream_from_template(sound)
        for packet in old.demux(sound):
            if packet.size:
                packet.stream = stream
                new.mux(packet)
    return target


def id3(frames: dict[bytes, bytes]) -> bytes:
    """An ID3v2.3 tag of these frames, padded."""
    body = b"".join(
        name + struct.pack(">IH", len(content), 0) + content for name, content in frames.items()
    ) + bytes(100)
    size = len(body)
    return (
        b"ID3\x03\x00\x00" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127]) + body
    )


def id3v1(title: bytes) -> bytes:
    """The old tag of 128 bytes for the end of a file."""
    return b"TAG" + title.ljust(30, b"\0") + bytes(94) + b"\x11"


def ape(items: dict[bytes, bytes]) -> bytes:
    """An APEv2 tag with header and footer."""
    body = b"".join(struct.pack("<II", len(v), 0) + k + b"\0" + v for k, v in items.items())

    def edge(flags: int) -> bytes:
        return b"APETAGEX" + struct.pack("<IIII", 2000, len(body) + 32, len(items), flags) + bytes(8)

    return edge(0xA000_0000) + body + edge(0x8000_0000)


def picture_block(picture: bytes, kind: int = 3) -> bytes:
    """A picture as FLAC and the Xiph comments hold it; kind 3 is the front cover."""
    mime = b"image/png"
    return struct.pack(">II", kind, len(mime)) + mime + bytes(20) + struct.pack(">I", len(picture)) + picture


def comments(*lines: str) -> bytes:
    """A Xiph comment block."""
    coded = [line.encode() for line in lines]
    return (
        struct.pack("<I", 4)
        + b"test"
        + struct.pack("<I", len(coded))
        + b"".join(struct.pack("<I", len(line)) + line for line in coded)
    )


def flac_with(flac: bytes, *blocks: tuple[int, bytes]) -> bytes:
    """Only STREAMINFO and these (type, content) blocks in front of the frames."""
    at = 4
    while True:
        last, length = flac[at] & 0x80, int.from_bytes(flac[at + 1 : at + 4])
        at += 4 + length
        if last:
            break
    heads = [(0, flac[8:42]), *blocks]
    coded = [
        bytes([kind | (0x80 if i == len(heads) - 1 else 0)]) + len(body).to_bytes(3) + body
        for i, (kind, body) in enumerate(heads)
    ]
    return b"fLaC" + b"".join(coded) + flac[at:]


def ogg_packets(ogg: bytes) -> list[tuple[bytes, int]]:
    """The packets of a stream and the granule position of the page each ends on."""
    at, part, packets = 0, b"", []
    while at < len(ogg):
        count, (granule,) = ogg[at + 26], struct.unpack_from("<q", ogg, at + 6)
        lacing, at = ogg[at + 27 : at + 27 + count], at + 27 + count
        for length in lacing:
            part, at = part + ogg[at : at + length], at + length
            if length < 255:
                packets.append((part, granule))
                part = b""
    return packets


def ogg_pages(packets: list[tuple[bytes, int]], segments: int, serial: int = 7) -> bytes:
    """Packets on pages of so many segments: packets go on from page to page. Headers end their pages."""
    laced = []
    for number, (packet, granule) in enumerate(packets):
        cuts = [packet[i : i + 255] for i in range(0, len(packet), 255)]
        cuts += [b""] if len(packet) % 255 == 0 else []
        laced += [(cut, granule, number < 3 and i == len(cuts) - 1) for i, cut in enumerate(cuts)]
    pages: list[bytes] = []
    page, whole = [], True
    for cut, granule, header_ends in laced:
        page.append(cut)
        if len(page) == segments or header_ends or cut is laced[-1][0]:
            pages.append(_page(page, granule, serial, len(pages), whole, cut is laced[-1][0]))
            page, whole = [], len(cut) < 255
    return b"".join(pages)


def _page(cuts: list[bytes], granule: int, serial: int, number: int, whole: bool, last: bool) -> bytes:
    ends = any(len(cut) < 255 for cut in cuts)
    flags = (not whole) | (number == 0) << 1 | last << 2
    head = struct.pack("<4sBBqII", b"OggS", 0, flags, granule if ends else -1, serial, number)
    body = bytes([len(cuts)]) + bytes(map(len, cuts)) + b"".join(cuts)
    return head + struct.pack("<I", _crc(head + bytes(4) + body)) + body


def _crc(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x8000_0000 else crc << 1) & 0xFFFF_FFFF
    return crc


def cover_comment(picture: bytes) -> str:
    """A cover as a line of Xiph comments."""
    return "METADATA_BLOCK_PICTURE=" + base64.b64encode(picture_block(picture)).decode()


def atom(name: bytes, body: bytes) -> bytes:
    """An MP4 box."""
    return struct.pack(">I", len(body) + 8) + name + body


def m4a_with(m4a: bytes, tags: dict[bytes, tuple[int, bytes]]) -> bytes:
    """Only these (type, content) values as iTunes tags; `moov` stands at the end."""
    at = m4a.rindex(b"moov") - 4
    moov, rest = m4a[at + 8 : at + int.from_bytes(m4a[at : at + 4])], b""
    for name, body in _atoms(moov):
        rest += b"" if name == b"udta" else atom(name, body)
    values = b"".join(atom(k, atom(b"data", struct.pack(">II", t, 0) + v)) for k, (t, v) in tags.items())
    handler = atom(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
    udta = atom(b"udta", atom(b"meta", bytes(4) + handler + atom(b"ilst", values)))
    return m4a[:at] + atom(b"moov", rest + udta)


def _atoms(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        yield data[at + 4 : at + 8], data[at + 8 : at + length]
        at += length


def riff_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Names and contents of the chunks of a RIFF file."""
    at, chunks = 12, []
    while at + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        chunks.append((data[at : at + 4], data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    return chunks


def riff(form: bytes, chunks: list[tuple[bytes, bytes]]) -> bytes:
    """A RIFF file of these chunks."""
    body = b"".join(k + struct.pack("<I", len(v)) + v + bytes(len(v) % 2) for k, v in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + form + body


def iff_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Names and contents of the chunks of an AIFF file."""
    at, chunks = 12, []
    while at + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, at + 4)
        chunks.append((data[at : at + 4], data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    return chunks


def iff(form: bytes, chunks: list[tuple[bytes, bytes]]) -> bytes:
    """An AIFF file of these chunks."""
    body = b"".join(k + struct.pack(">I", len(v)) + v + bytes(len(v) % 2) for k, v in chunks)
    return b"FORM" + struct.pack(">I", len(body) + 4) + form + body


ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
ASF_TEXTS = bytes.fromhex("3326b2758e66cf11a6d900aa0062ce6c")
ASF_FURTHER = bytes.fromhex("40a4d0d207e3d21197f000a0c95ea850")


def asf_with(wma: bytes, said: dict[str, str | bytes]) -> bytes:
    """Only these values, texts or bytes, as the tags of a Windows Media file, behind its other objects."""
    length = int.from_bytes(wma[16:24], "little")
    inner, at = [], 30
    while at < length:
        size = int.from_bytes(wma[at + 16 : at + 24], "little")
        inner += [wma[at : at + size]] if wma[at : at + 16] not in (ASF_TEXTS, ASF_FURTHER) else []
        at += size
    rows = b"".join(_asf_row(name, value) for name, value in said.items())
    inner += [_asf_object(ASF_FURTHER, struct.pack("<H", len(said)) + rows)] if said else []
    head = struct.pack("<I", len(inner)) + wma[28:30] + b"".join(inner)
    return _asf_object(ASF_HEADER, head) + wma[length:]


def _asf_row(name: str, value: str | bytes) -> bytes:
    title = name.encode("utf-16-le") + b"\0\0"
    body = value if isinstance(value, bytes) else value.encode("utf-16-le") + b"\0\0"
    kind = 1 if isinstance(value, bytes) else 0
    return struct.pack("<H", len(title)) + title + struct.pack("<HH", kind, len(body)) + body


def _asf_object(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<Q", 24 + len(body)) + body


def asf_picture(picture: bytes) -> bytes:
    """A front cover as `WM/Picture` holds it."""
    return b"\x03" + struct.pack("<I", len(picture)) + "image/png\0\0".encode("utf-16-le") + picture


def segment(marker: int, content: bytes) -> bytes:
    """A JPEG segment."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Names and contents of the chunks of a PNG."""
    at, chunks = 8, []
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return chunks


def png_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """A PNG of these chunks; nobody here checks their sums."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(v)) + k + v + bytes(4) for k, v in chunks)


def photo_notes(**more: int) -> Image.Exif:
    """What a camera writes; `orientation` may be given."""
    notes = Image.Exif()
    notes[0x010F], notes[0x0110] = "Canon", "Canon EOS 5D"
    notes[0x0112] = more.get("orientation", 1)
    inner = notes.get_ifd(0x8769)
    inner[0x9003], inner[0x9011] = "2019:05:01 12:00:00", "+02:00"
    inner[0x8827], inner[0x829D], inner[0x829A], inner[0x920A] = (
        400,
        IFDRational(28, 10),
        IFDRational(1, 250),
        50.0,
    )
    return notes


def exif_block(notes: Image.Exif) -> bytes:
    """The TIFF structure of notes."""
    return notes.tobytes().removeprefix(b"Exif\0\0")


def animated(format: str, frames: list[Image.Image], **how: int) -> bytes:
    """Frames as one moving picture."""
    kept = io.BytesIO()
    frames[0].save(kept, format, save_all=True, append_images=frames[1:], **how)
    return kept.getvalue()

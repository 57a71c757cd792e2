"""Writes test/golden/formats/png.json: PNG files of every kind, written byte by byte, and their pixels.

Every depth, colour type and interlace of the specification, in sizes that leave passes of the interlace empty; with
transparent colours (tRNS), suggested palettes, damaged chunks; and what must be refused. One JSON object a line, the file
and its pixels as base64: 8-bit samples, [height, width, channels]. Pillow, where it is installed, must agree with all
files that it reads as the specification says: it does not for transparent colours of 16 bits, gray of 16 bits, and
transparent grays of 2 and 4 bits.

Usage: python tools/golden/pngs.py [OUT_DIR]              (Python 3.11; Pillow 13.0.0 to check)
"""

import base64
import io
import json
import random
import struct
import sys
import zlib
from pathlib import Path

try:
    from PIL import Image
except ImportError:
    Image = None

SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, content, crc=0):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content) ^ crc)


def packed_row(pixels, depth):
    """A row of samples as bytes, the first one highest."""
    samples = [sample for pixel in pixels for sample in pixel]
    if depth == 16:
        return b"".join(struct.pack(">H", sample) for sample in samples)
    bits = "".join(format(sample, f"0{depth}b") for sample in samples)
    return bytes(int(bits[k : k + 8].ljust(8, "0"), 2) for k in range(0, len(bits), 8))


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def filtered(rows, step, draw):
    """Rows behind filters drawn at random."""
    out, before = b"", bytes(len(rows[0]))
    for row in rows:
        kind = draw.randrange(5)
        line = bytearray()
        for k, x in enumerate(row):
            a, b, c = (row[k - step] if k >= step else 0), before[k], (before[k - step] if k >= step else 0)
            line.append((x - (0, a, b, (a + b) // 2, paeth(a, b, c))[kind]) % 256)
        out, before = out + bytes([kind]) + bytes(line), row
    return out


def raw_pixels(grid, depth, samples, interlaced, draw):
    step = max(1, samples * depth // 8)
    out = b""
    for x, y, dx, dy in PASSES if interlaced else ((0, 0, 1, 1),):
        rows = [packed_row(row[x::dx], depth) for row in grid[y::dy] if row[x::dx]]
        out += filtered(rows, step, draw) if rows else b""
    return out


def png(width, height, depth, colour, interlaced, raw, before=b"", after=b"", split=False):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    packed = zlib.compress(raw, 9)
    pixels = chunk(b"IDAT", packed[:5]) + chunk(b"IDAT", packed[5:]) if split else chunk(b"IDAT", packed)
    return SIGNATURE + chunk(b"IHDR", header) + before + pixels + after + chunk(b"IEND", b"")


def shown(grid, depth, colour, palette=None, alphas=None, key=None):
    """What a reader must return: channels, and 8-bit samples."""
    out = []
    for pixel in (pixel for row in grid for pixel in row):
        if colour == 3:
            out += palette[pixel[0]] + ([alphas[pixel[0]] if pixel[0] < len(alphas) else 255] if alphas else [])
        else:
            out += [s >> 8 if depth == 16 else s * 255 // (2**depth - 1) for s in pixel]
            out += [0 if list(pixel) == key else 255] if key else []
    channels = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}[colour] + bool(alphas or key)
    return channels, bytes(out)


def case(colour, depth, interlaced, width, height, transparent, draw):
    grid = [[[draw.randrange(2**depth) for _ in range(SAMPLES[colour])] for _ in range(width)] for _ in range(height)]
    palette = alphas = key = None
    before = chunk(b"gAMA", struct.pack(">I", 45455))
    if colour == 3:
        palette = [[draw.randrange(256) for _ in range(3)] for _ in range(2**depth)]
        before += chunk(b"PLTE", bytes(sum(palette, [])))
        if transparent:
            alphas = [draw.randrange(255) for _ in range(2 ** (depth - 1))]
            before += chunk(b"tRNS", bytes(alphas))
    elif transparent:
        key = grid[-1][-1]
        before += chunk(b"tRNS", b"".join(struct.pack(">H", sample) for sample in key))
    raw = raw_pixels(grid, depth, SAMPLES[colour], interlaced, draw)
    whole = png(width, height, depth, colour, interlaced, raw, before, chunk(b"tEXt", b"Comment\0ink"), split=True)
    channels, pixels = shown(grid, depth, colour, palette, alphas, key)
    name = f"colour type {colour}, {depth} bits{', interlaced' * interlaced}{', tRNS' * transparent}, {height} x {width}"
    if not (depth == 16 and (colour in (0, 4) or transparent)) and not (colour == 0 and depth in (2, 4) and transparent):
        compare(whole, channels, pixels, name)
    return {"name": name, "height": height, "width": width, "channels": channels}, whole, pixels


def compare(whole, channels, pixels, name):
    if Image is None:
        return
    image = Image.open(io.BytesIO(whole))
    theirs = image.convert({1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels]).tobytes()
    assert theirs == pixels, name


def refused():
    raw = bytes([0, 1, 2, 0, 3, 4])  # 2 x 2 gray
    good = png(2, 2, 8, 0, 0, raw)
    end = chunk(b"IEND", b"")
    idat = chunk(b"IDAT", zlib.compress(raw))
    header = good[8:33]
    bomb = zlib.compress(bytes(3_000_000), 9)
    return {
        "no PNG": (b"\xff\xd8\xff\xe0" + bytes(20), "expected a PNG file, got something else"),
        "pixels too short": (png(2, 2, 8, 0, 0, raw[:-1]), "expected 6 bytes of pixels, got fewer"),
        "pixels too long": (png(2, 2, 8, 0, 0, raw + b"\0"), "expected 6 bytes of pixels, got more"),
        "pixels far too long": (SIGNATURE + header + chunk(b"IDAT", bomb) + end, "expected 6 bytes of pixels, got more"),
        "pixels of another checksum": (
            SIGNATURE + header + chunk(b"IDAT", zlib.compress(raw)[:-1] + b"\0") + end, "got a damaged zlib stream"),
        "more pixels than anybody has": (
            png(100_001, 1000, 8, 0, 0, raw), "expected an image of 1 to 100000000 pixels, got 1000 x 100001"),
        "sides of 2^31 - 1": (png(2**31 - 1, 2**31 - 1, 16, 6, 0, raw), "expected an image of 1 to 100000000 pixels"),
        "a size that the pixels cannot have": (png(9000, 9000, 8, 0, 0, raw), "bytes of pixels, got fewer"),
        "no pixels": (SIGNATURE + header + end, "expected pixels, got a file without any"),
        "no columns": (png(0, 2, 8, 0, 0, raw), "expected an image of 1 to"),
        "no header": (SIGNATURE + idat + end, "expected IHDR as the first chunk, got IDAT"),
        "a header that is damaged": (SIGNATURE + chunk(b"IHDR", header[8:21], crc=1) + idat + end, "the checksum of IHDR"),
        "pixels that are damaged": (
            SIGNATURE + header + chunk(b"IDAT", zlib.compress(raw), crc=1) + end, "the checksum of IDAT at byte 33 is wrong"),
        "a depth that gray has not": (png(2, 2, 3, 0, 0, raw), "expected a depth and a colour type of the specification, got 3 and 0"),
        "a depth that colour has not": (png(2, 2, 4, 2, 0, raw), "got 4 and 2"),
        "a colour type that is none": (png(2, 2, 8, 5, 0, raw), "got 8 and 5"),
        "an interlace that is none": (png(2, 2, 8, 0, 2, raw), "expected compression 0, filter 0, interlace 0 or 1"),
        "a filter that is none": (png(2, 2, 8, 0, 0, b"\5" + raw[1:]), "expected filters 0 to 4 of rows"),
        "no palette": (png(2, 2, 8, 3, 0, raw), "expected a palette of 1 to 256 colours, got none"),
        "a palette of no whole colours": (
            png(2, 2, 8, 3, 0, raw, chunk(b"PLTE", bytes(4))), "expected a palette of 1 to 256 colours, got 4 bytes"),
        "an index beyond the palette": (
            png(2, 2, 8, 3, 0, raw, chunk(b"PLTE", bytes(12))), "expected indices below 4, the palette's length, got 4"),
        "a critical chunk that is unknown": (png(2, 2, 8, 0, 0, raw, chunk(b"NEWc", b"")), "got NEWc, which may not be passed over"),
        "pixels in two places": (
            SIGNATURE + header + chunk(b"IDAT", zlib.compress(raw)[:4]) + chunk(b"tEXt", b"") +
            chunk(b"IDAT", zlib.compress(raw)[4:]) + end, "expected all pixels together, got tEXt among them"),
        "two headers": (SIGNATURE + header + header + idat + end, "got IHDR, which may not be passed over"),
        "Apple's variant": (SIGNATURE + chunk(b"CgBI", bytes(4)) + good[8:], "got Apple's variant"),
        "cut off behind the pixels": (good[: -len(end)], "It is cut off"),
        "cut off in the pixels": (good[:50], "It is cut off"),
    }


def main():
    draw = random.Random(7)
    lines = []

    def add(what, whole, pixels):
        encoded = {"bytes": base64.b64encode(whole).decode(), "pixels": base64.b64encode(pixels).decode()}
        lines.append({**what, **encoded})

    for colour, depths in DEPTHS.items():
        for depth in depths:
            for interlaced in (0, 1):
                for width, height in ((1, 1), (2, 3), (5, 1), (9, 10)):
                    add(*case(colour, depth, interlaced, width, height, False, draw))
                if colour in (0, 2, 3):
                    add(*case(colour, depth, interlaced, 7, 5, True, draw))

    rgb = [[[draw.randrange(256) for _ in range(3)] for _ in range(3)] for _ in range(2)]
    raw = raw_pixels(rgb, 8, 3, 0, draw)
    pixels = shown(rgb, 8, 2)[1]
    palette = chunk(b"PLTE", bytes(range(30)))
    damaged = b"".join(chunk(kind, bytes(3), crc=1) for kind in (b"gAMA", b"iCCP", b"tRNS", b"eXIf"))
    for name, before in {
        "colour with a suggested palette": palette,
        "colour with suggested palettes of two kinds": palette + chunk(b"sPLT", b"name\0\x08" + bytes(6)),
        "chunks that may be ignored, damaged": damaged,
        "chunks that may be ignored, of wrong content": chunk(b"gAMA", b"") + chunk(b"tRNS", b"\0") + chunk(b"pHYs", b"\1"),
        "an animation": chunk(b"acTL", struct.pack(">II", 2, 0)),
    }.items():
        add({"name": name, "height": 2, "width": 3, "channels": 3}, png(3, 2, 8, 2, 0, raw, before), pixels)
    add({"name": "bytes behind the end", "height": 2, "width": 3, "channels": 3}, png(3, 2, 8, 2, 0, raw) + b"ink", pixels)
    for name, (whole, error) in refused().items():
        lines.append({"name": name, "bytes": base64.b64encode(whole).decode(), "error": error})
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "test/golden/formats", "png.json")
    out.write_text("[\n" + ",\n".join(json.dumps(line) for line in lines) + "\n]\n")


main()

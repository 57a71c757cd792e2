"""Writes test/golden/formats/jpeg.json: JPEG files of Pillow's, and the pixels that Pillow reads from them.

One JSON object a line, the file and its pixels as base64: 8-bit samples, [height, width, channels]. `tolerance` is the
mean difference that is allowed: colours at half size are interpolated by libjpeg, and repeated by other decoders.

Usage: python tools/golden/jpegs.py [OUT_DIR]             (Python 3.11, Pillow 13.0.0, NumPy 2.4.6)
"""

import base64
import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps


def photograph(mode, height=23, width=37):
    """A smooth picture with an edge in it."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [127 + 100 * np.sin(x / (6 + k) + y / (9 - k) + k) for k in range(len(Image.new(mode, (1, 1)).getbands()))]
    waves[0][: height // 3, : width // 2] = 230
    samples = np.stack(waves, -1).astype(np.uint8)
    return Image.fromarray(samples.squeeze(-1) if samples.shape[-1] == 1 else samples, mode)


def file(name, image, tolerance=1.0, orientation=1, **options):
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif.tobytes(), **options)
    read = ImageOps.exif_transpose(Image.open(io.BytesIO(out.getvalue())))
    channels = 1 if image.mode == "L" else 3
    pixels = read.convert("L" if channels == 1 else "RGB").tobytes()
    encoded = {"bytes": base64.b64encode(out.getvalue()).decode(), "pixels": base64.b64encode(pixels).decode()}
    return {"name": name, "height": read.height, "width": read.width, "channels": channels, "tolerance": tolerance, **encoded}


def main():
    gray, rgb, cmyk = photograph("L"), photograph("RGB"), photograph("CMYK")
    lines = [
        file("gray", gray),
        file("gray, one pixel", gray.crop((0, 0, 1, 1))),
        file("gray, progressive", gray, progressive=True),
        file("gray, with restarts", gray, restart_marker_blocks=4),
        file("colour at full size", rgb, subsampling=0),
        file("colour at half width", rgb, subsampling=1, tolerance=3.0),
        file("colour at half size", rgb, subsampling=2, tolerance=4.0),
        file("colour, with restarts", rgb, subsampling=0, restart_marker_rows=1),
        file("colour, progressive", rgb, subsampling=0, progressive=True),
        file("colour at half size, progressive", rgb, subsampling=2, progressive=True, tolerance=4.0),
        file("colour of the best quality", rgb, subsampling=0, quality=100),
        file("colour of a poor quality", rgb, subsampling=0, quality=10),
        file("RGB kept as RGB", rgb, keep_rgb=True),
        file("Adobe's CMYK", cmyk),
    ] + [file(f"Exif orientation {k}", gray, orientation=k) for k in range(2, 9)]
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "test/golden/formats", "jpeg.json")
    out.write_text("[\n" + ",\n".join(json.dumps(line) for line in lines) + "\n]\n")


main()

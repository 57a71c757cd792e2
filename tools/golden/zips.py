"""Writes test/golden/formats/zip.json: archives of other people's writers, and what is in them.

One JSON object a line: the archive as base64, with its files (text by name), or with a part of the message that must
refuse it. The writers are CPython's zipfile and Info-ZIP's zip; what neither writes is patched into their archives.

Usage: python tools/golden/zips.py [OUT_DIR]              (needs nothing but Python 3.11 and Info-ZIP's zip 3.0)
"""

import base64
import io
import json
import struct
import subprocess
import sys
import tempfile
import warnings
import zipfile
import zlib
from pathlib import Path

FILES = {"cats/1.txt": "ink " * 40, "dogs/1.txt": "paper", "dogs/2.txt": ""}
DAY = (1980, 1, 1, 0, 0, 0)


def archive(files=FILES, method=zipfile.ZIP_DEFLATED, comment=b"", entry=lambda info: None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, DAY)
            info.compress_type = method
            entry(info)
            file.writestr(info, content)
        file.comment = comment
    return out.getvalue()


class Pipe(io.RawIOBase):
    """What cannot be sought in, so that sizes follow the data."""

    def __init__(self):
        self.bytes = b""

    def writable(self):
        return True

    def write(self, piece):
        self.bytes += bytes(piece)
        return len(piece)


def streamed():
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in FILES.items():
            file.writestr(zipfile.ZipInfo(name, DAY), content)
    return pipe.bytes


def info_zip(*arguments, out="a.zip", stdout=False):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in FILES.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        done = subprocess.run(["zip", "-X", "-r", *arguments, "cats", "dogs"], cwd=folder, check=True, capture_output=True)
        return done.stdout if stdout else Path(folder, out).read_bytes()


def raw_names(names, flag=0, extra=lambda raw: b""):
    """An archive whose names are these bytes."""
    body, directory = b"", b""
    for k, raw in enumerate(names):
        content = f"file {k}".encode()
        crc, field = zlib.crc32(content), extra(raw)
        fixed = struct.pack("<HHHHHIIIHH", 20, flag, 0, 0, 33, crc, len(content), len(content), len(raw), len(field))
        directory += b"PK\1\2" + struct.pack("<H", 3 << 8 | 20) + fixed + struct.pack("<HHHII", 0, 0, 0, 0, len(body))
        directory += raw + field
        body += b"PK\3\4" + fixed + raw + field + content
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(names), len(names), len(directory), len(body), 0)
    return body + directory + end


def unicode_path(name):
    def field(raw):
        content = b"\1" + struct.pack("<I", zlib.crc32(raw)) + name.encode()
        return struct.pack("<HH", 0x7075, len(content)) + content

    return field


def with_method(method, flags=0):
    """The stored archive, as if its first entry were packed by another method."""
    whole = bytearray(archive(method=zipfile.ZIP_STORED))
    for signature, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        struct.pack_into("<HH", whole, whole.find(signature) + at, flags, method)
    return bytes(whole)


def patched(whole, signature, offset, form, value):
    out = bytearray(whole)
    struct.pack_into(form, out, whole.rfind(signature) + offset, value)
    return bytes(out)


def twice():
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as file:
        warnings.simplefilter("ignore")
        for content in ("one", "two"):
            file.writestr(zipfile.ZipInfo("cats/1.txt", DAY), content)
    return out.getvalue()



def main():
    plain = archive()
    readable = {
        "deflated": (plain, FILES),
        "stored": (archive(method=zipfile.ZIP_STORED), FILES),
        "empty": (archive({}), {}),
        "with folders, by Info-ZIP": (info_zip("a.zip"), FILES),
        "streamed by zipfile, sizes behind the data": (streamed(), FILES),
        "streamed by Info-ZIP, with Zip64 fields": (info_zip("-fd", "-fz-", "-", stdout=True), FILES),
        "Zip64 forced by Info-ZIP": (info_zip("-fz", "a.zip"), FILES),
        "a comment that holds the signatures of all records": (
            archive(comment=b"PK\5\6" + bytes(18) + b"PK\1\2 PK\3\4 PK\6\7" + bytes(30)), FILES),
        "bytes before the archive, offsets that do not count them": (b"#!/bin/sh\nexit\n" * 9 + plain, FILES),
        "bytes before a Zip64 archive": (b"MZ" * 50 + info_zip("-fz", "a.zip"), FILES),
        "bytes behind the archive": (plain + bytes(7), FILES),
        "names in code page 437": (
            raw_names([b"M\x94we.txt", b"M\x81we.txt", b"\xe4\xf6\xff.txt"]),
            {"Möwe.txt": "file 0", "Müwe.txt": "file 1", "Σ÷\u00a0.txt": "file 2"}),
        "names in UTF-8, by their flag": (
            raw_names(["Möwe.txt".encode(), "鍵.txt".encode()], 0x800), {"Möwe.txt": "file 0", "鍵.txt": "file 1"}),
        "a name in the field of Info-ZIP": (
            raw_names([b"M?we.txt"], extra=unicode_path("Möwe.txt")), {"Möwe.txt": "file 0"}),
        "a field of Info-ZIP for another name": (
            raw_names([b"other.txt"], extra=lambda _: unicode_path("Möwe.txt")(b"M?we.txt")), {"other.txt": "file 0"}),
        "backslashes of Unix belong to the name": (raw_names([b"a\\b.txt"]), {"a\\b.txt": "file 0"}),
        "backslashes of MS-DOS divide folders": (
            patched(raw_names([b"a\\b.txt"]), b"PK\1\2", 5, "<B", 0), {"a/b.txt": "file 0"}),
    }
    end = b"PK\5\6"
    too_long = patched(plain, b"cats/1.txt", 20 - 46, "<I", 400)
    refused = {
        "two files of one name": (twice(), "expected each name once, got two files cats/1.txt"),
        "LZMA": (archive(method=zipfile.ZIP_LZMA), "cats/1.txt: expected a file that is stored or packed by Deflate, got LZMA"),
        "bzip2": (archive(method=zipfile.ZIP_BZIP2), "got bzip2"),
        "Deflate64": (with_method(9), "got Deflate64"),
        "Zstandard": (with_method(93), "got Zstandard"),
        "an unknown method": (with_method(77), "got method 77, which is none of zip's"),
        "encrypted by Info-ZIP": (info_zip("-P", "secret", "a.zip"), "is encrypted"),
        "encrypted with AES": (with_method(99, 1), "is encrypted"),
        "the last of two parts": (patched(plain, end, 4, "<H", 1), "expected a whole archive, got part 2 of several"),
        "more entries than the end says": (
            patched(plain, end, 10, "<H", 2), "expected 2 entries, as its end says, got 3 in its directory"),
        "fewer entries than the end says": (
            patched(plain, end, 10, "<H", 4), "expected 4 entries, as its end says, got 3 in its directory"),
        "a directory that is elsewhere": (patched(plain, end, 12, "<I", 100), "of its directory is damaged"),
        "a beginning that is missing": (plain[20:], "Its beginning is missing"),
        "a name that is no UTF-8": (raw_names([b"M\x94we.txt"], 0x800), "expected names in UTF-8, got the bytes of Möwe.txt"),
        "entries that overlap": (patched(plain, b"PK\1\2", 42, "<I", 0), "cats/1.txt: expected a place of its own"),
        "data that reach into the next entry": (too_long, "cats/1.txt: expected its end before the next entry"),
        "a file with a folder's name": (
            raw_names([b"cats/"]), "cats/: expected an empty entry, as for folders, got 6 bytes"),
        "a size that is too small": (patched(plain, b"dogs/1.txt", 24 - 46, "<I", 4), "more bytes than the directory says"),
        "a size that is too large": (patched(plain, b"dogs/1.txt", 24 - 46, "<I", 6), "fewer bytes than the directory says"),
        "a size beyond all that deflate can do": (
            patched(plain, b"dogs/1.txt", 24 - 46, "<I", 0x7FFFFFFF), "fewer bytes than the directory says"),
        "a size beyond the reader's limit": (
            patched(plain, b"dogs/1.txt", 24 - 46, "<I", 0xFFFFFFF0), "expected at most 2147483647 bytes"),
        "a 7z archive": (b"7z\xbc\xaf\x27\x1c" + bytes(40), "expected a zip archive, got a 7z archive"),
        "a RAR archive": (b"Rar!\x1a\7\1\0" + bytes(40), "got a RAR archive"),
        "a web page": (b"<!DOCTYPE html><title>Sign in</title>", "got a web page"),
        "cut off": (plain[:-40], "got the beginning of one: it is cut off"),
    }
    lines = [
        {"name": name, "bytes": base64.b64encode(whole).decode(), "files": files}
        for name, (whole, files) in readable.items()
    ] + [
        {"name": name, "bytes": base64.b64encode(whole).decode(), "error": error}
        for name, (whole, error) in refused.items()
    ]
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "test/golden/formats", "zip.json")
    out.write_text("[\n" + ",\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n]\n")


main()

import fc from "fast-check";
import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { FormatError } from "../errors.js";
import { concatBytes } from "./concat-bytes.js";
import { fromBase64, readGolden } from "./testing/golden.js";
import { readZip, type ZipArchive } from "./zip.js";

const goldens = readGolden<{ readonly files: Readonly<Record<string, string>> }>("zip");
const text = new TextDecoder();

test.each(goldens)("other people's archive is read or refused: $name", (golden) => {
  const readAll = () => {
    const zip = readZip(fromBase64(golden.bytes), "a.zip");
    return Object.fromEntries(zip.names.map((name) => [name, text.decode(zip.read(name))]));
  };
  if (golden.error === undefined) return expect(readAll()).toEqual(golden.files);
  expect(readAll).toThrow(FormatError);
  expect(readAll).toThrow(golden.error);
});

const long = strToU8("ink and paper ".repeat(500));
const archive = zipSync({
  "folder/": new Uint8Array(),
  "folder/long.txt": long,
  "folder/stored.txt": [strToU8("as it is"), { level: 0 }],
  "empty.txt": new Uint8Array(),
});

// one file whose sizes and place stand in the Zip64 field; Python's zipfile reads it
const zip64 =
  "UEsDBC0AAAAAAAAAIQC5k6zu//////////8FABQAYS50eHQBABAABQAAAAAAAAAFAAAAAAAAAGFhYWFhUEsBAi0ALQAAAAAAAAAhALmTrO7/" +
  "/////////wUAHAAAAAAAAAAAAAAA/////2EudHh0AQAYAAUAAAAAAAAABQAAAAAAAAAAAAAAAAAAAFBLBgYsAAAAAAAAAC0ALQAAAAAAAAAA" +
  "AAEAAAAAAAAAAQAAAAAAAABPAAAAAAAAADwAAAAAAAAAUEsGBwAAAACLAAAAAAAAAAEAAABQSwUGAAAAAP///////////////wAA";

test("files are read as they were packed, and folders are listed apart", () => {
  const zip = readZip(archive);
  expect(zip.folders).toEqual(["folder"]);
  expect(zip.names).toEqual(["folder/long.txt", "folder/stored.txt", "empty.txt"]);
  expect(zip.read("folder/long.txt")).toEqual(long);
  expect(zip.read("folder/stored.txt")).toEqual(strToU8("as it is"));
  expect(zip.read("empty.txt")).toHaveLength(0);
});

test("whatever fflate packs is read, under any name", () => {
  const name = fc
    .array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.map((part) => part.replaceAll(/[/\\]/g, "_")).join("/"));
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.nat(3000).map((length) => new Uint8Array(length).fill(7)),
  );
  const files = fc.uniqueArray(fc.tuple(name, content, fc.constantFrom<(0 | 1 | 6 | 9)[]>(0, 1, 6, 9)), {
    selector: ([it]) => it,
    maxLength: 5,
  });
  fc.assert(
    fc.property(files, fc.uint8Array({ maxLength: 50 }), (list, before) => {
      const packed = zipSync(Object.fromEntries(list.map(([it, bytes, level]) => [it, [bytes, { level }]])));
      const zip = readZip(concatBytes([before, packed])); // as of a program that unpacks itself
      const read = zip.names.map((it) => [it, zip.read(it)]);
      expect(new Map(read as [string, Uint8Array][])).toEqual(
        new Map(list.map(([it, bytes]) => [it, bytes])),
      );
    }),
  );
});

test("sizes of 64 bits are read from the field that holds them", () => {
  const zip = readZip(Uint8Array.from(atob(zip64), (character) => character.charCodeAt(0)));
  expect(zip.read("a.txt")).toEqual(strToU8("aaaaa"));
});

/** An archive of files 00000, 00001, …, of one byte each; only the last 16 bits of their number are in it. */
function manyFiles(count: number): Uint8Array {
  const one = zipSync({ "00000": [Uint8Array.of(7), { level: 0 }] });
  const [local, entry] = [36, 51]; // bytes of a file, and of its entry in the directory
  const bytes = new Uint8Array(count * (local + entry) + 22);
  const view = new DataView(bytes.buffer);
  for (let k = 0; k < count; k++) {
    const name = strToU8(String(k).padStart(5, "0"));
    const at = count * local + k * entry;
    bytes.set(one.subarray(0, local), k * local);
    bytes.set(name, k * local + 30);
    bytes.set(one.subarray(local, local + entry), at);
    bytes.set(name, at + 46);
    view.setUint32(at + 42, k * local, true);
  }
  bytes.set(one.subarray(-22), bytes.length - 22);
  for (const at of [14, 12]) view.setUint16(bytes.length - at, count % 2 ** 16, true);
  view.setUint32(bytes.length - 10, count * entry, true);
  view.setUint32(bytes.length - 6, count * local, true);
  return bytes;
}

test("all entries are read where their number has more than 16 bits, and the count at the end has not", () => {
  const many = manyFiles(66_000); // like the archives of macOS, without Zip64
  const count = (bytes: Uint8Array) => bytes[bytes.length - 12]! + 256 * bytes[bytes.length - 11]!;
  expect(count(many)).toBe(66_000 - 65_536);
  const zip = readZip(many);
  expect(zip.names).toHaveLength(66_000);
  expect(zip.read("65999")).toEqual(Uint8Array.of(7));
  const lost = many.slice();
  lost[lost.length - 12]! ^= 1;
  expect(() => readZip(lost)).toThrow("expected 465 entries, as its end says, got 66000 in its directory");
});

/** An archive whose first file has 4 GiB and 5 kB, of fields of 32 bits, as macOS writes it: offsets modulo 2³². */
function beyond4GiB() {
  const small = zipSync({
    "big.bin": [new Uint8Array(), { level: 0 }],
    "a.txt": [strToU8("after"), { level: 0 }],
  });
  const view = new DataView(small.buffer);
  const directory = view.getUint32(small.length - 6, true);
  const cut = 30 + "big.bin".length; // where the data of the first file go
  const length = 2 ** 32 + 5000;
  const second = directory + 46 + "big.bin".length;
  for (const at of [second + 42, small.length - 6])
    view.setUint32(at, view.getUint32(at, true) + length, true);
  for (const at of [18, 22, directory + 20, directory + 24]) view.setUint32(at, length, true);
  const read = (start: number, end: number) => {
    const bytes = new Uint8Array(end - start);
    const head = small.subarray(Math.min(start, cut), Math.min(end, cut));
    bytes.set(head);
    if (end > cut + length) {
      const from = Math.max(start, cut + length);
      bytes.set(small.subarray(from - length, end - length), from - start);
    }
    return bytes;
  };
  return { size: small.length + length, read };
}

test("files behind one of over 4 GiB are found, whose offsets have 32 bits; it is refused itself", () => {
  const zip = readZip(beyond4GiB(), "a.zip");
  expect(zip.names).toEqual(["big.bin", "a.txt"]);
  expect(text.decode(zip.read("a.txt"))).toBe("after");
  expect(() => zip.read("big.bin")).toThrow(/a.zip: big.bin: is damaged: .*over 4 GiB, and no Zip64 field/);
});

test("a file may be unpacked to no more bytes than the caller says", () => {
  expect(() => readZip(archive, "a.zip", { maxBytes: 6999 }).read("folder/long.txt")).toThrow(
    "a.zip: folder/long.txt: expected at most 6999 bytes, got 7000 when unpacked",
  );
});

test("only the directory is read before a file is asked for", () => {
  const read: number[] = [];
  const padded = zipSync({ "noise.bin": [new Uint8Array(1_000_000), { level: 0 }], "a.txt": strToU8("a") });
  const source = {
    size: padded.length,
    read: (start: number, end: number) => {
      read.push(end - start);
      return padded.subarray(start, end);
    },
  };
  expect(readZip(source).read("a.txt")).toEqual(strToU8("a"));
  expect(Math.max(...read)).toBeLessThan(70_000); // the longest comment that may follow the directory
});

test("damage is found wherever it is, and named", () => {
  expect(() => readZip(strToU8("no zip"), "a.zip")).toThrow(
    "a.zip: expected a zip archive, got a file without the record at a zip's end. Copy or download the archive again",
  );
  expect(() => readZip(archive.subarray(0, archive.length - 30), "a.zip")).toThrow(FormatError);
  expect(() => readZip(archive).read("none.txt")).toThrow("zip: expected an entry none.txt, got none");

  const contents = (zip: ZipArchive) => zip.names.map((name) => String(zip.read(name)));
  const whole = contents(readZip(archive));
  for (let i = 0; i < archive.length; i++) {
    const damaged = archive.slice();
    damaged[i]! ^= 0x10;
    try {
      for (const content of contents(readZip(damaged))) expect(whole.includes(content)).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError); // or the flip was in a name, a date, …
    }
  }
  const inData = archive.slice();
  inData[new TextDecoder("latin1").decode(archive).indexOf("as it is")]! ^= 1;
  expect(() => readZip(inData, "a.zip").read("folder/stored.txt")).toThrow(
    "a.zip: folder/stored.txt: is damaged: its checksum is wrong",
  );
});

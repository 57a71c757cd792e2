import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { FormatError } from "../errors.js";
import { readZip, type ZipArchive } from "./zip.js";

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

test("files are read as they were packed, and folders are none", () => {
  const zip = readZip(archive);
  expect(zip.names).toEqual(["folder/long.txt", "folder/stored.txt", "empty.txt"]);
  expect(zip.read("folder/long.txt")).toEqual(long);
  expect(zip.read("folder/stored.txt")).toEqual(strToU8("as it is"));
  expect(zip.read("empty.txt")).toHaveLength(0);
});

test("sizes of 64 bits are read from the field that holds them", () => {
  const zip = readZip(Uint8Array.from(atob(zip64), (character) => character.charCodeAt(0)));
  expect(zip.read("a.txt")).toEqual(strToU8("aaaaa"));
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

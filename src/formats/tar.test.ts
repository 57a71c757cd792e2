import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FormatError } from "../errors.js";
import { concatBytes } from "./concat-bytes.js";
import { readTar } from "./tar.js";
import { bytesOf, writeTar as tar, tarBlocks } from "./testing/write-tar.js";

const hasTar = spawnSync("tar", ["--version"]).status === 0;

/** An archive of these files, made by the system's tar. */
function archive(format: string, files: Record<string, string>): Uint8Array {
  const dir = mkdtempSync(join(tmpdir(), "metagrad-tar-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(dir, "in", name, ".."), { recursive: true });
    writeFileSync(join(dir, "in", name), content);
  }
  const { status, stderr } = spawnSync("tar", [`--format=${format}`, "-cf", "out.tar", "-C", "in", "."], {
    cwd: dir,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return readFileSync(join(dir, "out.tar"));
}

const files = {
  "empty.txt": "",
  "deep/er/a.txt": "a",
  [`${"long/".repeat(40)}name.txt`]: "x".repeat(1500),
};

test.skipIf(!hasTar).each(["gnu", "pax"])("files of the %s format come back", (format) => {
  const read = readTar(archive(format, files), "t.tar");
  const decoded = [...read].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]);
  expect(Object.fromEntries(decoded)).toEqual(files);
});

const read = (bytes: Uint8Array) =>
  Object.fromEntries(
    [...readTar(bytes, "a.tar")].map(([name, data]) => [name, new TextDecoder().decode(data)]),
  );
const pax = (...records: readonly string[]) => ({ name: "pax", kind: "x", content: records.join("") });

test("whatever tar writes is read: any names, short ones in the header and long ones in pax", () => {
  const name = fc
    .array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 8 })
    .map((parts) => parts.map((part) => part.replaceAll(/[/\0]/g, "_").replace(/^\.+/, "_")).join("/"));
  const file = fc.tuple(name, fc.uint8Array({ maxLength: 1100 }));
  fc.assert(
    fc.property(fc.uniqueArray(file, { selector: ([it]) => it, maxLength: 4 }), (list) => {
      const entries = list.flatMap(([path, content]) => {
        if (bytesOf(path).length <= 100) return [{ name: path, content }];
        return [pax(paxRecord("path", path)), { name: "cut", content }];
      });
      expect([...readTar(tar(...entries))]).toEqual(list);
    }),
  );
});

/** A record says its own length, which has digits, too. */
function paxRecord(key: string, value: string): string {
  const rest = bytesOf(` ${key}=${value}\n`).length;
  const length = [1, 2, 3, 4].map((digits) => rest + digits).find((it, k) => String(it).length === k + 1)!;
  return `${length} ${key}=${value}\n`;
}

test("sizes are octal, binary or pax'", () => {
  const binary = Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3);
  expect(read(tar({ name: "a", content: "ink", size: binary }))).toEqual({ a: "ink" });
  expect(read(tar({ name: "a", content: "ink", size: "     3 " }))).toEqual({ a: "ink" });
  expect(read(tar(pax("9 size=3\n"), { name: "a", content: "ink", size: "0" }))).toEqual({ a: "ink" });
});

test("names are the prefix and the name, GNU's or pax' long ones, of the next file only", () => {
  const long = `${"deep/".repeat(50)}é.txt`;
  const record = ` path=${long}\n`;
  const length = bytesOf(record).length + 3;
  expect(
    read(
      tar(
        { name: "b", prefix: "a" },
        { name: "L", kind: "L", content: `${long}1\0` },
        { name: "cut" },
        pax(`${length}${record}`),
        { name: "cut" },
        { name: "./c" },
      ),
    ),
  ).toEqual({ "a/b": "", [`${long}1`]: "", [long]: "", c: "" });
});

test("a hard link is its file; folders, symbolic links and devices are left out", () => {
  const bare = ["2", "3", "4", "5", "6", "V", "D"].map((kind) => ({ name: kind, kind, link: "elsewhere" }));
  const link = { name: "b", kind: "1", link: "./a", size: "7" }; // its size is the file's; it has no content
  expect(read(tar({ name: "a", content: "ink" }, link, ...bare, { name: "old/", kind: "\0" }))).toEqual({
    a: "ink",
    b: "ink",
  });
  expect(() => read(tar(link))).toThrow("a.tar: b: expected the file it links to, a, got none before it");
});

test("of two files of one name the later counts, also in an archive behind the first", () => {
  const [first, second] = [tar({ name: "a", content: "1" }, { name: "b" }), tar({ name: "a", content: "2" })];
  expect(read(concatBytes([first, second]))).toEqual({ a: "2", b: "" });
  expect(read(concatBytes([first, bytesOf("whatever")]))).toEqual({ a: "1", b: "" });
});

const wrong: [what: string, bytes: Uint8Array, message: string][] = [
  [
    "a negative size",
    tar({ name: "a", size: "-1000" }),
    'expected a size in the header at byte 0, got "-1000"',
  ],
  [
    "a negative binary size",
    tar({ name: "a", size: new Uint8Array(12).fill(0xff) }),
    "expected a size in the header",
  ],
  [
    "a size of other digits",
    tar({ name: "a", size: "0x10" }),
    'expected a size in the header at byte 0, got "0x10"',
  ],
  [
    "a size beyond the file",
    tar({ name: "a", size: "77777777777" }),
    "expected 8589934591 bytes from 512 on, got 1024. It is cut off",
  ],
  [
    "a size of pax beyond the file",
    tar(pax("13 size=9999\n"), { name: "a" }),
    "expected 9999 bytes from 1536 on",
  ],
  [
    "a size of pax that is none",
    tar(pax("11 size=-1\n"), { name: "a" }),
    'expected a size in a pax header, got "-1"',
  ],
  [
    "a pax record that is too long",
    tar(pax("99 path=a\n")),
    "expected records of a length, a key and a value",
  ],
  ["a pax record without a length", tar(pax("path=a\n")), "expected records of a length, a key and a value"],
  ["a pax record of length 0", tar(pax("0 path=a\n")), "expected records of a length, a key and a value"],
  [
    "a sparse file of GNU",
    tar({ name: "a", kind: "S" }),
    "expected whole files, got a file with holes (sparse) at byte 0",
  ],
  [
    "a sparse file of pax",
    tar(pax("22 GNU.sparse.major=1\n"), { name: "a" }),
    "got a file with holes (sparse)",
  ],
  ["a part of a file", tar({ name: "a", kind: "M" }), "expected whole files, got a part of a file"],
  [
    "no end",
    tarBlocks({ name: "a" }),
    "expected zeros at a tar's end, got the end of the file. It is cut off",
  ],
  ["text", new Uint8Array(1024).fill(65), "expected a tar header at byte 0, got something else"],
  ["a few bytes", new Uint8Array(10).fill(65), "expected a tar header at byte 0, got something else"],
  ["nothing", new Uint8Array(), "expected zeros at a tar's end"],
  ["a gzip file", Uint8Array.of(0x1f, 0x8b, 8, 0), "got a gzip file. Decompress it first"],
];

test.each(wrong)("%s is refused", (_, bytes, message) => {
  expect(() => read(bytes)).toThrow(FormatError);
  expect(() => read(bytes)).toThrow(message);
});

test("an archive torn anywhere is refused, or has its end", () => {
  const whole = tar({ name: "a", content: "x".repeat(700) }, { name: "b", content: "y" });
  for (let length = 0; length < whole.length - 1024; length += 7) {
    expect(() => read(whole.subarray(0, length))).toThrow(FormatError);
  }
});

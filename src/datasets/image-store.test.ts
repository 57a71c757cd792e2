import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FormatError, MetaError } from "../errors.js";
import { openImageStore, storedClass, writeImageStore } from "./image-store.js";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "metagrad-store-"));
  path = join(dir, "tiny.images");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const layout = { height: 2, width: 2, channels: 1, bits: 8 } as const;
const classes = [
  { name: "a", bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
  { name: "b", bytes: Uint8Array.of(9, 10, 11, 12) },
];
const header = {
  name: "tiny",
  layout,
  classes: classes.map((it) => storedClass(layout, it)),
  splits: { train: [0], test: [1] },
  provenance: { from: ["tiny.zip"], resize: "never" },
};
const images = classes.map(({ bytes }) => bytes);

test("what was written is read, class by class", () => {
  writeImageStore(path, header, images);
  const store = openImageStore(path);
  expect([store.readClass(1), store.readClass(0)]).toEqual([classes[1], classes[0]]);
  expect(store).toMatchObject({ name: "tiny", layout, splits: header.splits, provenance: header.provenance });
  expect(store.classes.map((it) => it.images)).toEqual([2, 1]);
  store.close();
  expect(readdirSync(dir)).toEqual(["tiny.images"]);
});

test("the checksum tells contents, names and splits apart, and not where they came from", () => {
  const checksum = (change: Partial<typeof header>) => {
    writeImageStore(path, { ...header, ...change }, images);
    const store = openImageStore(path);
    store.close();
    return store.checksum;
  };
  const plain = checksum({});
  expect(plain).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(checksum({ provenance: { from: ["other"], resize: "area" } })).toBe(plain);
  expect(checksum({ splits: { train: [0, 1], test: [] } })).not.toBe(plain);
  expect(checksum({ classes: header.classes.map((it) => ({ ...it, name: `${it.name}2` })) })).not.toBe(plain);
});

test("any flipped bit, and any length but the right one, is an error that names the file", () => {
  writeImageStore(path, header, images);
  const whole = readFileSync(path);
  const read = () => {
    const store = openImageStore(path);
    try {
      for (const k of store.classes.keys()) store.readClass(k);
      return store;
    } finally {
      store.close();
    }
  };
  for (let i = 0; i < whole.length; i++) {
    const damaged = Buffer.from(whole);
    damaged[i]! ^= 1;
    writeFileSync(path, damaged);
    try {
      const { name, provenance } = read(); // of all there is, only these are not in the checksum
      expect([name, provenance]).not.toEqual([header.name, header.provenance]);
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      expect((error as Error).message).toContain(`${path}: `);
    }
  }
  writeFileSync(path, whole);
  for (let length = whole.length - 1; length >= 0; length -= 7) {
    truncateSync(path, length);
    expect(read).toThrow(FormatError);
  }
});

test("messages say what is wrong and what to do", () => {
  const again = "Add the data set again by `metagrad data add`";
  writeImageStore(path, header, images);
  const whole = readFileSync(path);
  writeFileSync(path, Buffer.concat([whole.subarray(0, -1), Buffer.of(0)]));
  const store = openImageStore(path);
  expect(() => store.readClass(1)).toThrow(`${path}: the checksum of class b is wrong. ${again}`);
  store.close();
  truncateSync(path, whole.length - 1);
  expect(() => openImageStore(path)).toThrow(
    `expected ${whole.length} bytes, got ${whole.length - 1}. ${again}`,
  );
  writeFileSync(path, whole.toString("latin1").replace('"version":1', '"version":2'), "latin1");
  expect(() => openImageStore(path)).toThrow("made by version 2 of the format, this metagrad reads 1");
  writeFileSync(path, "another file altogether");
  expect(() => openImageStore(path)).toThrow("expected a file of images, got another or a torn one");
  expect(() => openImageStore(join(dir, "none"))).toThrow("none: no such file or folder");
});

test("a write that fails leaves the old file as it was, and nothing else", () => {
  writeImageStore(path, header, images);
  const before = readFileSync(path);
  function* failing() {
    yield images[0]!;
    throw new MetaError("no more");
  }
  expect(() => writeImageStore(path, header, failing())).toThrow("no more");
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(readdirSync(dir)).toEqual(["tiny.images"]);
});

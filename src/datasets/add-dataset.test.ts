// @module-tag slow
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FormatError, MetaError } from "../errors.js";
import { encodePng } from "../formats/index.js";
import { lockFolder } from "../run/lock.js";
import { type AddOptions, addDataset } from "./add-dataset.js";
import { openDataset } from "./dataset.js";
import { folderSet, knownSets } from "./known-sets.js";
import { classFiles, writeFolder, writeZip } from "./testing/class-folder.js";

let dir: string;
let folder: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "metagrad-add-"));
  folder = join(dir, "data");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const gray = folderSet("tiny", true);
const add = (from: string, options: AddOptions = {}) =>
  addDataset("tiny", gray, from, { size: 2, folder, workers: 2, ...options });

test("a folder and an archive of the same classes are the same set", async () => {
  const files = classFiles(3, 2);
  const [made] = (await add(writeFolder(join(dir, "tiny"), files)))!;
  const fromFolder = openDataset("tiny", { folder });
  expect(made).toBe(join(folder, "tiny-2x2.images"));
  expect(readdirSync(folder)).toEqual(["tiny-2x2.images"]);

  const source = fromFolder.source();
  expect(source.classNames).toEqual(["class0", "class1", "class2"]);
  expect([0, 1, 2].map((c) => source.imagesOf!(c))).toEqual([2, 3, 4]);
  expect([...source.image(2, 3)]).toEqual([23, 23, 23, 23]);

  await add(writeZip(join(dir, "tiny.zip"), files));
  const fromZip = openDataset("tiny", { folder });
  expect(fromZip.checksum).toBe(fromFolder.checksum);
  expect(fromZip.provenance).toEqual({ from: ["tiny.zip"], resize: "area" });
});

/** More than one job for each thread. */
const many = () => writeZip(join(dir, "many.zip"), classFiles(4, 1000));

test("the same bytes come from one thread and from two, interrupted or not", async () => {
  const zip = many();
  const [path] = (await add(zip, { workers: 1 }))!;
  const whole = readFileSync(path!);
  rmSync(path!);

  const stop = new AbortController();
  const seen: number[] = [];
  const first = await add(zip, {
    signal: stop.signal,
    progress: (images) => {
      seen.push(images);
      stop.abort();
    },
  });
  expect(first).toBeUndefined();
  expect(existsSync(path!)).toBe(false);

  const resumed: number[] = [];
  await add(zip, { workers: 1, progress: (images) => resumed.push(images) });
  expect(resumed[0]).toBeGreaterThan(seen[0]!); // what was decoded counts
  expect(resumed.length).toBeLessThan(4);
  expect(readFileSync(path!).equals(whole)).toBe(true);
  expect(readdirSync(folder)).toEqual(["tiny-2x2.images"]);
});

test("what an interrupted command left is not used for other archives, nor when the disk has spoilt it", async () => {
  const zip = many();
  const interrupted = async (from: string) => {
    const stop = new AbortController();
    await add(from, { workers: 1, signal: stop.signal, progress: () => stop.abort() });
    const [partial] = readdirSync(folder).filter((name) => name.endsWith(".partial"));
    return join(folder, partial!);
  };
  const partial = await interrupted(zip);
  const [part] = readdirSync(partial);
  const bytes = readFileSync(join(partial, part!));
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(join(partial, part!), bytes);
  const counts: number[] = [];
  expect(await interrupted(zip)).toBe(partial);
  await add(zip, { workers: 1, progress: (images) => counts.push(images) });
  expect(openDataset("tiny", { folder }).source().image(3, 1002)[0]).toBe((10 * 3 + 1002) % 256);

  const old = await interrupted(zip);
  await add(writeZip(join(dir, "other.zip"), classFiles(1, 1)));
  expect(existsSync(old)).toBe(false);
  expect(openDataset("tiny", { folder }).classNames).toEqual(["class0"]);
});

test("a damaged image is named, and what was there before stays", async () => {
  const files = classFiles(2, 2);
  await add(writeFolder(join(dir, "good"), files));
  const { checksum } = openDataset("tiny", { folder });
  const damaged = files["class1/0001.png"]!.slice();
  damaged[40]! ^= 1;
  const bad = { ...files, "class1/0001.png": damaged };
  await expect(add(writeFolder(join(dir, "bad"), bad))).rejects.toThrow(/^class1\/0001\.png: .*is damaged/);
  await expect(add(writeFolder(join(dir, "bad"), bad))).rejects.toBeInstanceOf(FormatError);
  expect(openDataset("tiny", { folder }).checksum).toBe(checksum);

  const zip = writeZip(join(dir, "bad.zip"), files);
  const bytes = readFileSync(zip);
  bytes[50]! ^= 1; // in the first entry
  writeFileSync(zip, bytes);
  await expect(add(zip)).rejects.toThrow(`${zip}: class0/0000.png: is damaged`);
});

test("sizes must be those of the set", async () => {
  const png = encodePng({ width: 3, height: 3, channels: 3, data: new Uint8Array(27) });
  const wrong = { ...knownSets["cifar-fs"]!, catalogue: gray.catalogue };
  const from = writeFolder(join(dir, "wrong"), { "a/1.png": png });
  await expect(addDataset("wrong", wrong, from, { folder })).rejects.toThrow(
    "a/1.png: expected an image of 32 x 32 pixels, got 3 x 3",
  );
  await expect(addDataset("wrong", wrong, from, { folder, size: 84 })).rejects.toThrow("images are 32 x 32");
});

describe("where nothing can be written", () => {
  test("the error says where, and how to choose another place", async () => {
    writeFileSync(folder, "a file in the way");
    const from = writeFolder(join(dir, "tiny"), classFiles(1, 1));
    const error: MetaError = await add(from).then(
      () => expect.unreachable(),
      (it) => it,
    );
    expect(error).toBeInstanceOf(MetaError);
    expect(error.message).toContain(folder);
    expect(error.message).toContain("To keep data elsewhere, set METAGRAD_DATA to a folder");
  });
});

test("archives that are not there are named, with where to get them", async () => {
  const { omniglot } = knownSets;
  await expect(addDataset("omniglot", omniglot!, dir, { folder })).rejects.toThrow(
    `omniglot: expected images_background.zip, or the folder images_background, in ${dir}, got neither. ` +
      "Get it from github.com/brendenlake/omniglot, folder python",
  );
  await expect(add(join(dir, "none"))).rejects.toThrow(`tiny: ${join(dir, "none")}: no such file or folder`);
});

describe("what is read", () => {
  const notesOf = async (files: Record<string, Uint8Array>, set = folderSet("tiny", false)) => {
    const notes: string[] = [];
    const note = (text: string) => void notes.push(text);
    for (const from of [writeFolder(join(dir, "f"), files), writeZip(join(dir, "f.zip"), files)]) {
      notes.push(""); // the same of both
      await addDataset("tiny", set, from, { size: 2, folder, workers: 1, note });
    }
    const half = notes.length / 2;
    expect(notes.slice(half)).toEqual(notes.slice(0, half));
    return notes.slice(1, half);
  };
  const rgb = (r: number, g: number, b: number) => {
    const data = Uint8Array.from({ length: 48 }, (_, k) => [r, g, b][k % 3]!);
    return encodePng({ width: 4, height: 4, channels: 3, data });
  };

  test("is counted, and each kind of file that is left out is told", async () => {
    const nothing = new Uint8Array();
    const files = {
      ...classFiles(2, 2),
      ".DS_Store": nothing,
      "class0/._0000.png": nothing,
      "class0/0000.webp": nothing,
      "README.txt": nothing,
    };
    expect(await notesOf(files)).toEqual([
      "tiny: left out copies of images in another format (1), e.g. class0/0000.webp",
      "tiny: left out files that are no images (1), e.g. README.txt",
      "tiny: left out hidden files (2), e.g. .DS_Store",
      "tiny: read 5 images of 2 classes, all that the files have",
    ]);
  });

  test("gray files stay gray, colour stays colour, and of both all are colour, which is told", async () => {
    const gray = classFiles(1, 2);
    expect(await notesOf(gray)).toEqual(["tiny: read 2 images of 1 class, all that the files have"]);
    expect(openDataset("tiny", { folder }).source().channels).toBe(1);

    rmSync(join(dir, "f"), { recursive: true });
    await notesOf({ "red/1.png": rgb(9, 0, 0), "gray/1.png": rgb(7, 7, 7) });
    expect(openDataset("tiny", { folder }).source().channels).toBe(3);

    rmSync(join(dir, "f"), { recursive: true });
    const notes = await notesOf({ ...gray, "red/1.png": rgb(9, 8, 7) });
    expect(notes).toContain(
      "tiny: 2 of the images are gray, and have three equal channels, as others are in colour",
    );
    const source = openDataset("tiny", { folder }).source();
    expect([...source.image(0, 1).slice(0, 3), ...source.image(1, 0).slice(0, 3)]).toEqual([
      1, 1, 1, 9, 8, 7,
    ]);
  });
});

describe("two at once", () => {
  test("the second names the first, and changes nothing", async () => {
    const zip = many();
    const others = writeZip(join(dir, "other.zip"), classFiles(1, 1));
    const first = add(zip);
    await expect(add(others)).rejects.toThrow(
      new RegExp(
        `^tiny: expected that no other process adds it, got process ${process.pid} on .*, since 20\\d\\d-.*\\. Wait until it is done, or stop it$`,
      ),
    );
    await first;
    expect(openDataset("tiny", { folder }).classNames).toHaveLength(4);
    expect(readdirSync(folder)).toEqual(["tiny-2x2.images"]);
    await add(others);
  });

  test("sets of other names do not wait, and the lock of a dead process is taken over", async () => {
    const from = writeFolder(join(dir, "tiny"), classFiles(2, 2));
    const [, other] = await Promise.all([
      add(from),
      addDataset("other", folderSet("other", true), from, { size: 2, folder, workers: 1 }),
    ]);
    expect(other).toHaveLength(1);
    const dead = {
      pid: 2 ** 22 + 1,
      host: hostname(),
      started: "1",
      place: placeHere(),
      since: "2026-01-01T00:00:00Z",
    };
    mkdirSync(join(folder, ".tiny.lock"));
    writeFileSync(join(folder, ".tiny.lock/lock-dead.json"), JSON.stringify(dead));
    await add(from);
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  /** Names this machine and set of processes, as a lock of our own does. */
  function placeHere(): string {
    const lock = lockFolder(join(dir, "probe"));
    const [file] = readdirSync(join(dir, "probe"));
    const { place } = JSON.parse(readFileSync(join(dir, "probe", file!), "utf8"));
    lock.release();
    return place;
  }
});

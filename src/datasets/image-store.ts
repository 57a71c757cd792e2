/**
 * The file of a decoded data set:
 *
 *     8 bytes   length of the header, little-endian
 *     header    JSON: version, layout, classes with their numbers of images and digests, splits, provenance
 *     images    class after class, as `ImageLayout` says
 *
 * Each class has a SHA-256 of its own, verified when the class is read, so that of a large set only what is
 * used is read. The `checksum` is that of layout, classes, digests and splits: it is the same wherever and
 * from whatever packing the set was decoded, and it goes into the record of a run.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { type ImageClass, type ImageLayout, imageBytes } from "../data/index.js";
import { FormatError } from "../errors.js";
import { checkFields, parseJson } from "../run/json.js";
import { type OpenFile, openFile, writePieces } from "./disk.js";

const FORMAT = "metagrad-images";
const VERSION = 1;
const MAX_HEADER = 2 ** 28;

const Header = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  name: z.string(),
  layout: z.strictObject({
    height: z.int().min(1),
    width: z.int().min(1),
    channels: z.int().min(1),
    bits: z.union([z.literal(1), z.literal(8)]),
  }),
  classes: z.array(z.strictObject({ name: z.string(), images: z.int().min(0), sha256: z.string() })),
  splits: z.record(z.string(), z.array(z.int().min(0))),
  /** What it was made from, and how images got their size. Not part of the checksum. */
  provenance: z.strictObject({ from: z.array(z.string()), resize: z.string() }),
  checksum: z.string(),
});

type Header = z.infer<typeof Header>;

export type Provenance = Header["provenance"];

/** A class's entry in the header. */
export interface StoredClass {
  readonly name: string;
  readonly images: number;
  readonly sha256: string;
}

/** What a header says. */
export interface StoreHeader {
  readonly name: string;
  readonly layout: ImageLayout;
  readonly classes: readonly StoredClass[];
  readonly splits: Readonly<Record<string, readonly number[]>>;
  readonly provenance: Readonly<Provenance>;
}

/** An open file of images. */
export interface ImageStore extends StoreHeader {
  readonly path: string;
  readonly checksum: string;
  /** Length of the file. */
  readonly bytes: number;
  /** Reads a class and verifies its digest. @throws FormatError */
  readClass(index: number): ImageClass;
  close(): void;
}

/** Returns the entry of a class. */
export function storedClass(layout: ImageLayout, { name, bytes }: ImageClass): StoredClass {
  return { name, images: bytes.length / imageBytes(layout), sha256: sha256(bytes) };
}

/** Writes a file of images: whole, or not at all. @param images class by class, in order. @throws MetaError */
export function writeImageStore(path: string, header: StoreHeader, images: Iterable<Uint8Array>): void {
  const { name, layout, classes, splits, provenance } = header;
  const { height, width, channels, bits } = layout;
  const complete: Header = {
    format: FORMAT,
    version: VERSION,
    name,
    layout: { height, width, channels, bits },
    classes: classes.map((it) => ({ ...it })),
    splits: Object.fromEntries(Object.entries(splits).map(([split, indices]) => [split, [...indices]])),
    provenance: { ...provenance, from: [...provenance.from] },
    checksum: contentChecksum(header),
  };
  const json = new TextEncoder().encode(JSON.stringify(complete));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  writePieces(path, concat([length, json], images));
}

/** Opens a file of images: reads its header and checks that the file is whole. @throws FormatError */
export function openImageStore(path: string): ImageStore {
  const file = openFile(path);
  try {
    const [header, start] = readHeader(file, path);
    const { name, layout, classes, splits, provenance, checksum } = header;
    const sizes = classes.map(({ images }) => images * imageBytes(layout));
    const starts = sizes.map(() => 0);
    const end = sizes.reduce((at, size, k) => {
      starts[k] = at;
      return at + size;
    }, start);
    if (file.size !== end) refuse(path, `expected ${end} bytes, got ${file.size}`);
    if (contentChecksum(header) !== checksum) refuse(path, "the checksum of its header is wrong");
    const readClass = (index: number): ImageClass => {
      const { name: className, sha256: digest } = classes[index]!;
      const bytes = file.read(starts[index]!, starts[index]! + sizes[index]!);
      if (sha256(bytes) !== digest) refuse(path, `the checksum of class ${className} is wrong`);
      return { name: className, bytes };
    };
    return {
      ...{ path, name, layout, classes, splits, provenance, checksum },
      bytes: file.size,
      readClass,
      close: file.close,
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Opens a file of images, hands it over, and closes it. @throws FormatError */
export function withImageStore<R>(path: string, use: (store: ImageStore) => R): R {
  const store = openImageStore(path);
  try {
    return use(store);
  } finally {
    store.close();
  }
}

/** Reads all images of a file, to verify their checksums. @throws FormatError */
export function verifyImageStore(path: string): void {
  withImageStore(path, (store) => {
    for (const k of store.classes.keys()) store.readClass(k);
  });
}

function readHeader(file: OpenFile, path: string): [header: Header, end: number] {
  const view = file.size < 8 ? undefined : new DataView(file.read(0, 8).buffer);
  const length = Number(view?.getBigUint64(0, true) ?? MAX_HEADER);
  if (length >= MAX_HEADER || 8 + length > file.size)
    refuse(path, "expected a file of images, got another or a torn one");
  const text = new TextDecoder().decode(file.read(8, 8 + length));
  let header: Header;
  try {
    const json = parseJson(text, path) as Partial<Header> | null;
    if (json?.format === FORMAT && json.version !== VERSION) {
      throw new FormatError(
        `${path}: made by version ${json.version} of the format, this metagrad reads ${VERSION}`,
      );
    }
    header = checkFields(json, Header, path);
  } catch (error) {
    throw new FormatError(`${(error as Error).message}. ${AGAIN}`);
  }
  const { classes, splits } = header;
  for (const [split, indices] of Object.entries(splits)) {
    const wrong = indices.find((index) => index >= classes.length);
    if (wrong !== undefined)
      refuse(path, `splits.${split}: expected indices of ${classes.length} classes, got ${wrong}`);
  }
  return [header, 8 + length];
}

const AGAIN = "Add the data set again by `metagrad data add`";

function refuse(path: string, problem: string): never {
  throw new FormatError(`${path}: ${problem}. ${AGAIN}`);
}

/** Returns the checksum of what is in a set. It does not depend on where it came from. */
function contentChecksum({
  layout,
  classes,
  splits,
}: Pick<StoreHeader, "layout" | "classes" | "splits">): string {
  const { height, width, channels } = layout;
  const entries = classes.map(({ name, images, sha256: digest }) => [name, images, digest]);
  return `sha256:${sha256(JSON.stringify([height, width, channels, entries, splits]))}`;
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function* concat<T>(...sequences: readonly Iterable<T>[]): Iterable<T> {
  for (const sequence of sequences) yield* sequence;
}

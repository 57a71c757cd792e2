/**
 * The formats of src/formats, with files to damage: other programs' and our own.
 *
 * @module
 */
import { unzlibSync, zipSync, zlibSync } from "fflate";
import { decodeRecording, encodeRecording, Point2d, replay, rollout } from "../../src/envs/index.js";
import { MetaError } from "../../src/errors.js";
import { concatBytes } from "../../src/formats/concat-bytes.js";
import { countElements } from "../../src/formats/elements.js";
import {
  decodeEvents,
  decodeJpeg,
  decodeNpy,
  decodeNpz,
  decodePng,
  decodeSafetensors,
  encodeFileVersion,
  encodeNpy,
  encodeScalars,
  type Image,
  loadTree,
  type NpyArray,
  readTar,
  readZip,
  saveTree,
} from "../../src/formats/index.js";
import { fromBase64, readGolden } from "../../src/formats/testing/golden.js";
import { bytesOf, writeTar } from "../../src/formats/testing/write-tar.js";
import { mlp } from "../../src/nn/index.js";
import { Rng } from "../../src/random/index.js";
import { damageBytes, pick } from "./damage.js";
import { damageJson } from "./damage-json.js";
import type { Subject } from "./judge.js";
import { repairPng, repairRecords, repairTar, repairZip } from "./repair.js";

/** Most that deflate makes of a byte. */
const DEFLATE = 1032;

/** Files of other programs that are read, the longest of them left out: they would only take longer. */
function files(format: string, longest = 3000): readonly Uint8Array[] {
  return readGolden(format)
    .filter(({ error }) => error === undefined)
    .map(({ bytes }) => fromBase64(bytes))
    .filter(({ length }) => length <= longest);
}

const always = (chance: number, rng: Rng, repair: (bytes: Uint8Array) => Uint8Array, bytes: Uint8Array) =>
  rng.chance(chance) ? repair(bytes) : bytes;

const pngs = files("png");

/** Damages the pixels before they are packed, or the file. */
function damagedPng(rng: Rng): Uint8Array {
  const bytes = pick(pngs, rng);
  if (rng.chance(0.3)) return repairPng(withRows(bytes, (rows) => damageBytes(rows, rng)));
  return always(0.8, rng, repairPng, damageBytes(bytes, rng));
}

/** Replaces what the first IDAT chunk has packed. */
function withRows(bytes: Uint8Array, edit: (rows: Uint8Array) => Uint8Array): Uint8Array {
  const at = new TextDecoder("latin1").decode(bytes).indexOf("IDAT");
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const end = at + 4 + view.getUint32(at - 4);
  const packed = zlibSync(edit(unzlibSync(bytes.slice(at + 4, end))));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, packed.length);
  return concatBytes([
    bytes.subarray(0, at - 4),
    length,
    bytes.subarray(at, at + 4),
    packed,
    bytes.subarray(end),
  ]);
}

function checkImage({ width, height, channels, data }: Image): void {
  if (data.length === width * height * channels && data.length > 0) return;
  throw new Error(`${width} x ${height} x ${channels} pixels are ${data.length} bytes`);
}

function checkArray({ shape, data }: Pick<NpyArray, "shape" | "data">): void {
  if (countElements(shape) !== data.length) throw new Error(`[${shape}] has ${data.length} elements`);
}

const tars = [
  writeTar({ name: "a", content: "ink" }, { name: "b/c", prefix: "deep", content: "x".repeat(600) }),
  writeTar({ name: "a", content: "ink" }, { name: "l", kind: "1", link: "a" }, { name: "d/", kind: "5" }),
  writeTar(
    { name: "pax", kind: "x", content: "18 path=long/name\n9 size=3\n" },
    { name: "n", content: "ink" },
  ),
  writeTar(
    { name: "L", kind: "L", content: "long/name\0" },
    { name: "n", size: Uint8Array.of(0x80, ...Array(10).fill(0), 3), content: "ink" },
  ),
];

const events = concatBytes([
  encodeFileVersion(1.5),
  encodeScalars({ wallTime: 2, step: 1, scalars: { "train/loss": 0.5, lr: 1e-3 } }),
  encodeScalars({ wallTime: 3, step: 5e9, scalars: { "train/loss": 0.25 } }),
]);

/** Damages the events before they are framed, or the file. */
function damagedEvents(rng: Rng): Uint8Array {
  return always(0.9, rng, repairRecords, damageBytes(events, rng));
}

const net = mlp([2, 3, 1]);
const tree = saveTree(net.init(Rng.seed(0)), { made: "here" });
const safetensors = [...files("safetensors"), tree];

/** Damages the JSON of the header, whose length stays right, or the file. */
function damagedSafetensors(bytes: Uint8Array, rng: Rng): Uint8Array {
  if (rng.chance(0.5)) return damageBytes(bytes, rng);
  const end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = bytesOf(damageJson(new TextDecoder().decode(bytes.subarray(8, end)), rng));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  return concatBytes([length, header, bytes.subarray(end)]);
}

/** Damages an array before it is packed, or the archive. */
function damagedNpz(rng: Rng): Uint8Array {
  if (rng.chance(0.3)) return always(0.8, rng, repairZip, damageBytes(pick(npzs, rng), rng));
  const arrays = { "a.npy": damageBytes(pick(npys, rng), rng), "b.npy": pick(npys, rng) };
  return zipSync(arrays, { level: rng.chance(0.5) ? 6 : 0 });
}

const episode = rollout(new Point2d(), (_, out) => void out.fill(0.1), {
  task: [0.2, 0.1],
  rng: Rng.seed(0),
  maxSteps: 3,
});
const recording = decodeNpz(encodeRecording(episode));
const about = new TextDecoder().decode(recording.get("episode")!.data as Uint8Array);

/** Damages what is said of the episode, an array, or the archive. */
function damagedRecording(rng: Rng): Uint8Array {
  const arrays = Object.fromEntries([...recording].map(([name, array]) => [`${name}.npy`, encodeNpy(array)]));
  if (rng.chance(0.6)) {
    const data = bytesOf(damageJson(about, rng));
    arrays["episode.npy"] = encodeNpy({ dtype: "uint8", shape: [data.length], data });
  } else {
    const name = pick(Object.keys(arrays), rng);
    arrays[name] = pick([damageBytes(arrays[name]!, rng), pick(Object.values(arrays), rng)], rng);
  }
  const bytes = zipSync(arrays);
  return rng.chance(0.2) ? repairZip(damageBytes(bytes, rng)) : bytes;
}

const npys = files("npy");
const npzs = files("npz");
const zips = files("zip");
const jpegs = files("jpeg");

export const formats: readonly Subject[] = [
  {
    name: "zip",
    damaged: (rng) => always(0.8, rng, repairZip, damageBytes(pick(zips, rng), rng)),
    read(bytes) {
      const archive = readZip(bytes, "a.zip");
      for (const name of archive.names) archive.read(name);
    },
    memory: 2 * DEFLATE,
    named: /^a\.zip: /,
  },
  {
    name: "png",
    damaged: damagedPng,
    read: (bytes) => checkImage(decodePng(bytes, "a.png")),
    memory: 30 * DEFLATE, // a bit becomes a sample, and an alpha
    named: /^a\.png: /,
  },
  {
    name: "jpeg",
    damaged: (rng) => damageBytes(pick(jpegs, rng), rng),
    read: (bytes) => checkImage(decodeJpeg(bytes, "a.jpg")),
    memory: 8 * 64 * 16, // 8 blocks of 64 samples a byte
    named: /^a\.jpg: /,
  },
  {
    name: "tar",
    damaged: (rng) => always(0.9, rng, repairTar, damageBytes(pick(tars, rng), rng)),
    read: (bytes) => void readTar(bytes, "a.tar"),
    memory: 4,
    named: /^a\.tar: /,
  },
  {
    name: "npy",
    damaged: (rng) => damageBytes(pick(npys, rng), rng),
    read: (bytes) => checkArray(decodeNpy(bytes, "a.npy")),
    memory: 16,
    named: /^a\.npy: /,
  },
  {
    name: "npz",
    damaged: damagedNpz,
    read: (bytes) => decodeNpz(bytes, "a.npz").forEach(checkArray),
    memory: 16 * DEFLATE,
    named: /^a\.npz: /,
  },
  {
    name: "safetensors",
    damaged: (rng) => damagedSafetensors(pick(safetensors, rng), rng),
    read: (bytes) => decodeSafetensors(bytes, "a.safetensors").tensors.forEach(checkArray),
    memory: 16,
    named: /^a\.safetensors: /,
  },
  {
    name: "tree",
    damaged: (rng) => damagedSafetensors(tree, rng),
    read: (bytes) => void loadTree(bytes, net.init(Rng.seed(1)), "weights"),
    memory: 16,
    named: /^weights: /,
  },
  {
    name: "recording",
    damaged: damagedRecording,
    read: (bytes) => void replay(new Point2d(), decodeRecording(bytes, "a.npz")),
    memory: 16 * DEFLATE,
    named: /^(a\.npz|replay|point2d): /,
    refusal: MetaError, // of another environment, with a task that is refused: EnvError
  },
  {
    name: "tfevents",
    damaged: damagedEvents,
    read: (bytes) => void decodeEvents(bytes, "events"),
    memory: 4,
    named: /^events: /,
  },
];

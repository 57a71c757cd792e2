/**
 * Files that are nearly right: each format's own files with something changed, and whether its reader answers in our
 * words.
 *
 * A reader may accept a changed file, or refuse it with a `MetaError`. Anything else is a fault: a raw error, a hang, more
 * memory than the limits of the format allow.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { readGolden } from "../src/cli/metaworld-files.js";
import { decodeRecording, encodeRecording, Point2d, rollout } from "../src/envs/index.js";
import { MetaError } from "../src/errors.js";
import { crc32 } from "../src/formats/crc32.js";
import {
  decodeEvents,
  decodeJpeg,
  decodeNpy,
  decodeNpz,
  decodePng,
  decodeSafetensors,
  encodeFileVersion,
  encodeNpz,
  encodePng,
  encodeSafetensors,
  encodeScalars,
  loadTree,
  readTar,
  readZip,
  saveTree,
} from "../src/formats/index.js";
import { crc32c } from "../src/formats/tfrecord.js";
import { Rng } from "../src/random/index.js";
import { RunFolder } from "../src/run/folder.js";
import { configure, openReproduction, readTable, startRun } from "../src/run/index.js";
import { toyExperiment } from "../src/run/testing/toy-experiment.js";
import { tensor } from "../src/tensor/index.js";

export interface Format {
  readonly name: string;
  readonly samples: readonly Uint8Array[];
  /** Reads all that is in a file. */
  read(bytes: Uint8Array): unknown;
  /** Whether files are JSON: then values are changed for others, too. */
  readonly isJson?: boolean;
  /** Puts checksums right, in place, so that what they guard is read. */
  repair?(bytes: Uint8Array): void;
}

/** Returns a file with one to four things changed. */
export function mutate(sample: Uint8Array, rng: Rng): Uint8Array {
  let bytes = Uint8Array.from(sample);
  for (let i = rng.integer(4); i >= 0; i--) bytes = CHANGES[rng.integer(CHANGES.length)]!(bytes, rng);
  return bytes;
}

type Change = (bytes: Uint8Array<ArrayBuffer>, rng: Rng) => Uint8Array<ArrayBuffer>;

const place = (bytes: Uint8Array, rng: Rng) => rng.integer(Math.max(1, bytes.length));

/** Numbers of which readers are afraid, in little-endian and big-endian. */
const LENGTHS = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

const CHANGES: readonly Change[] = [
  (bytes, rng) => {
    bytes[place(bytes, rng)]! ^= 1 << rng.integer(8);
    return bytes;
  },
  (bytes, rng) => {
    bytes[place(bytes, rng)] = rng.integer(256);
    return bytes;
  },
  (bytes, rng) => bytes.slice(0, place(bytes, rng)),
  (bytes, rng) => {
    const at = place(bytes, rng);
    const length = 1 + rng.integer(40);
    return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
  },
  (bytes, rng) => {
    const [at, from] = [place(bytes, rng), place(bytes, rng)];
    const part = bytes.slice(from, from + 1 + rng.integer(80));
    return Uint8Array.from([...bytes.subarray(0, at), ...part, ...bytes.subarray(at)]);
  },
  (bytes, rng) => {
    const width = [1, 2, 4, 8][rng.integer(4)]!;
    if (bytes.length < width) return bytes;
    const view = new DataView(bytes.buffer);
    const at = rng.integer(bytes.length - width + 1);
    const value = LENGTHS[rng.integer(LENGTHS.length)]!;
    const little = rng.integer(2) === 0;
    if (width === 1) view.setUint8(at, value & 0xff);
    else if (width === 2) view.setUint16(at, value & 0xffff, little);
    else if (width === 4) view.setUint32(at, value, little);
    else view.setBigUint64(at, BigInt(value) * BigInt(1 + rng.integer(2 ** 31)), little);
    return bytes;
  },
  (bytes, rng) => {
    // a digit, sign or bracket of text for another
    const signs = '0123456789-+.eE[]{}(),:"\\ntfN\0é';
    bytes[place(bytes, rng)] = signs.charCodeAt(rng.integer(signs.length)) & 0xff;
    return bytes;
  },
];

const VALUES: readonly unknown[] = [null, -1, 0.5, 1e300, "", "x", [], {}, true, [[]], { a: 1 }];

/** Returns JSON with one value changed for another, taken away, or put where it does not belong. */
export function mutateJson(sample: Uint8Array, rng: Rng): Uint8Array {
  const json: unknown = JSON.parse(new TextDecoder().decode(sample));
  let node = json as Record<string, unknown>;
  for (;;) {
    const names = Object.keys(node);
    const name = names[rng.integer(Math.max(1, names.length))] ?? "extra";
    const inner = node[name];
    if (typeof inner === "object" && inner !== null && rng.integer(3) > 0) {
      node = inner as Record<string, unknown>;
      continue;
    }
    const kind = rng.integer(6);
    if (kind === 0) delete node[name];
    else if (kind === 1) node[`${name}s`] = inner;
    else node[name] = VALUES[rng.integer(VALUES.length)];
    return new TextEncoder().encode(JSON.stringify(json));
  }
}

/** Reads one mutant. Returns what is wrong with the reader, if anything is. */
export function faultOf({ samples, read, repair, isJson = false }: Format, seed: number): string | undefined {
  const rng = Rng.seed(seed);
  const sample = samples[rng.integer(samples.length)]!;
  const bytes = isJson && rng.integer(2) === 0 ? mutateJson(sample, rng) : mutate(sample, rng);
  if (repair !== undefined && rng.integer(4) > 0) repair(bytes);
  try {
    read(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof MetaError) return undefined;
    return `mutant ${seed}: ${String(error)}\n${(error as Error).stack?.split("\n").slice(1, 4).join("\n")}`;
  }
}

const golden = (name: string): { readonly bytes: string }[] =>
  JSON.parse(readFileSync(`test/golden/formats/${name}.json`, "utf8"));
const bytesOf = (name: string, most = 12): Uint8Array[] =>
  golden(name)
    .map(({ bytes }) => Uint8Array.from(Buffer.from(bytes, "base64")))
    .filter(({ length }) => length > 0 && length < 20_000)
    .slice(0, most);

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function repairPng(bytes: Uint8Array): void {
  const numbers = view(bytes);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = numbers.getUint32(at);
    if (at + 12 + length > bytes.length) return;
    numbers.setUint32(at + 8 + length, crc32(bytes.subarray(at + 4, at + 8 + length)));
    at += 12 + length;
  }
}

/** Of stored files only; packed ones keep their checksums. */
function repairZip(bytes: Uint8Array): void {
  const numbers = view(bytes);
  for (let at = 0; at + 46 <= bytes.length; at++) {
    if (numbers.getUint32(at, true) !== 0x02014b50) continue;
    const [method, size, header] = [
      numbers.getUint16(at + 10, true),
      numbers.getUint32(at + 20, true),
      numbers.getUint32(at + 42, true),
    ];
    if (method !== 0 || header + 30 > bytes.length) continue;
    const start = header + 30 + numbers.getUint16(header + 26, true) + numbers.getUint16(header + 28, true);
    if (start + size > bytes.length) continue;
    const sum = crc32(bytes.subarray(start, start + size));
    numbers.setUint32(at + 16, sum, true);
    numbers.setUint32(header + 14, sum, true);
  }
}

function repairRecords(bytes: Uint8Array): void {
  const numbers = view(bytes);
  const masked = (part: Uint8Array) => {
    const sum = crc32c(part);
    return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
  };
  for (let at = 0; at + 16 <= bytes.length; ) {
    const length = Number(numbers.getBigUint64(at, true));
    numbers.setUint32(at + 8, masked(bytes.subarray(at, at + 8)), true);
    if (at + 16 + length > bytes.length) return;
    numbers.setUint32(at + 12 + length, masked(bytes.subarray(at + 12, at + 12 + length)), true);
    at += 16 + length;
  }
}

function repairTar(bytes: Uint8Array): void {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    if (bytes[at] === 0) continue;
    const header = bytes.subarray(at, at + 512);
    header.fill(32, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  }
}

/** An archive of two files, as tar writes it. */
function tarOf(files: Readonly<Record<string, string>>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const header = new Uint8Array(512);
    const put = (text: string, at: number) => header.set(new TextEncoder().encode(text), at);
    put(name, 0);
    put("0000644\0", 100);
    put(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
    put("ustar\x0000", 257);
    header[156] = 48;
    const data = new Uint8Array(Math.ceil(content.length / 512) * 512);
    data.set(new TextEncoder().encode(content));
    return [...header, ...data];
  });
  const bytes = Uint8Array.from([...blocks, ...new Uint8Array(1024)]);
  repairTar(bytes);
  return bytes;
}

/** The same archive, its files not packed: what is changed in one of them is read. */
function stored(archive: Uint8Array): Uint8Array {
  const zip = readZip(archive);
  return zipSync(Object.fromEntries(zip.names.map((name) => [name, zip.read(name)])), { level: 0 });
}

/** All formats whose readers take bytes. */
export function byteFormats(): Format[] {
  const tree = { layers: [tensor([1, 2]), { bias: tensor([[3]]) }], step: tensor([4], { dtype: "int32" }) };
  const recording = rollout(new Point2d(), (_, out) => void out.fill(0.1), {
    task: [0.2, 0.1],
    rng: Rng.seed(0),
  });
  const events = [encodeFileVersion(1), encodeScalars({ wallTime: 2, step: 3, scalars: { a: 1, "b/c": 2 } })];
  const npz = encodeNpz(
    new Map([
      ["x", { dtype: "float64", shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6) }],
      ["y", { dtype: "int32", shape: [], data: Int32Array.of(7) }],
    ]),
  );
  const readAll = (bytes: Uint8Array) => {
    const zip = readZip(bytes);
    return zip.names.map((name) => zip.read(name));
  };
  return [
    { name: "zip", samples: bytesOf("zip"), read: readAll, repair: repairZip },
    {
      name: "png",
      samples: [
        ...bytesOf("png"),
        encodePng({ height: 4, width: 5, channels: 3, data: new Uint8Array(60) } as never),
      ],
      read: (bytes) => decodePng(bytes),
      repair: repairPng,
    },
    { name: "jpeg", samples: bytesOf("jpeg"), read: (bytes) => decodeJpeg(bytes) },
    {
      name: "tar",
      samples: [tarOf({ "a.txt": "hello", "folder/b.txt": "x".repeat(700) })],
      read: (bytes) => readTar(bytes),
      repair: repairTar,
    },
    { name: "npy", samples: bytesOf("npy"), read: (bytes) => decodeNpy(bytes) },
    {
      name: "npz",
      samples: [npz, ...bytesOf("npz").flatMap((it) => [it, stored(it)])],
      read: (bytes) => decodeNpz(bytes),
      repair: repairZip,
    },
    {
      name: "safetensors",
      samples: [
        ...bytesOf("safetensors"),
        encodeSafetensors(new Map([["w", { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) }]]), {
          a: "b",
        }),
      ],
      read: (bytes) => decodeSafetensors(bytes),
    },
    { name: "trees", samples: [saveTree(tree)], read: (bytes) => loadTree(bytes, tree) },
    {
      name: "tfevents",
      samples: [Uint8Array.from(events.flatMap((it) => [...it]))],
      read: (bytes) => decodeEvents(bytes),
      repair: repairRecords,
    },
    {
      name: "recordings",
      samples: [encodeRecording(recording), stored(encodeRecording(recording))],
      read: (bytes) => decodeRecording(bytes),
      repair: repairZip,
    },
  ];
}

function goldenSample(): Uint8Array {
  const step = { o: Array(18).fill(0.1), r: 1.5, s: 0 };
  const rollout = {
    goal_index: 0,
    reset_obs: Array(39).fill(0),
    actions: [[0, 0, 0, 1]],
    v2: [step],
    v1_rewards: [2],
  };
  const golden = { task: "door-open-v3", seed: 42, rand_vecs: [[0.1, 0.2, 0.3]], rollouts: [rollout] };
  return new TextEncoder().encode(JSON.stringify(golden));
}

/** Formats of files in folders: tables, what a reproduction was asked for, records and checkpoints of runs. */
export async function folderFormats(): Promise<{ readonly formats: Format[]; readonly close: () => void }> {
  const dir = mkdtempSync(join(tmpdir(), "metagrad-mutations-"));
  const toy = toyExperiment();
  const config = configure(toy, { set: { steps: 6 }, from: "mutations" });
  const run = join(dir, "run");
  await startRun(toy, config, 0, run);
  const request = {
    format: 1,
    experiment: "toy/walk",
    budget: "smoke",
    sets: ["inner.lr=0.1"],
    seeds: [0, 1],
  };
  const ofFile = (name: string, file: string, sample: Uint8Array, read: () => unknown): Format => ({
    name,
    samples: [sample],
    isJson: file.endsWith(".json"),
    read(bytes) {
      writeFileSync(file, bytes);
      try {
        return read();
      } finally {
        writeFileSync(file, sample);
      }
    },
  });
  const inRun = (name: string, file: string, read: () => unknown) =>
    ofFile(name, join(run, file), readFileSync(join(run, file)), read);
  const table = join(dir, "table.json");
  const formats = [
    ofFile("tables", join(dir, "walk.json"), readFileSync("results/maml-2017/sinusoid.json"), () =>
      readTable(join(dir, "walk.json")),
    ),
    ofFile("requests of tables", table, new TextEncoder().encode(JSON.stringify(request)), () =>
      openReproduction(toy, dir),
    ),
    ofFile("recordings of Meta-World", join(dir, "door.json"), goldenSample(), () =>
      readGolden(join(dir, "door.json")),
    ),
    inRun("records of runs", "config.json", () => RunFolder.open(run)),
    inRun("checkpoints", "checkpoints/000006.json", () => RunFolder.open(run).newest()),
    inRun("tensors of checkpoints", "checkpoints/000006.safetensors", () => RunFolder.open(run).newest()),
  ];
  return { formats, close: () => rmSync(dir, { recursive: true }) };
}

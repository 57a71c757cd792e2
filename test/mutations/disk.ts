/**
 * Formats of files that are read from disk: runs and their tables, data sets, Meta-World's recordings and assets.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { readAssets, readGolden } from "../../src/cli/metaworld-files.js";
import { classFolders, decodeCatalogue } from "../../src/data/index.js";
import { writeImageStore } from "../../src/datasets/image-store.js";
import { openDataset } from "../../src/datasets/index.js";
import { classFiles } from "../../src/datasets/testing/class-folder.js";
import { MetaError } from "../../src/errors.js";
import { readZip } from "../../src/formats/index.js";
import { writeTar } from "../../src/formats/testing/write-tar.js";
import { Rng } from "../../src/random/index.js";
import { RunFolder, stateOf } from "../../src/run/folder.js";
import {
  configure,
  loadEvaluation,
  openReproduction,
  readTable,
  saveEvaluation,
  startRun,
} from "../../src/run/index.js";
import { readResult } from "../../src/run/outcome.js";
import { toyExperiment } from "../../src/run/testing/toy-experiment.js";
import { damageBytes, pick } from "./damage.js";
import { damageJson } from "./damage-json.js";
import type { Subject } from "./judge.js";
import { repairTar, repairZip } from "./repair.js";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const sha256 = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex");

/** Makes the subjects, in a folder of their own, which `close` removes. */
export async function openDisk(): Promise<{
  readonly subjects: readonly Subject[];
  readonly close: () => void;
}> {
  const dir = mkdtempSync(join(tmpdir(), "metagrad-mutations-"));
  const subjects = [...(await runs(dir)), ...tables(dir), ...imageSets(dir), ...metaworld(dir)];
  return { subjects, close: () => rmSync(dir, { recursive: true }) };
}

/** A subject that is a file: written, read, and put back as it was. */
function ofFile(
  it: Pick<Subject, "name" | "damaged"> & Partial<Subject>,
  file: string,
  read: (bytes: Uint8Array) => unknown,
): Subject {
  const whole = readFileSync(file);
  return {
    memory: 64,
    named: /^(\/|--assets \/)/, // a path
    ...it,
    read(bytes) {
      writeFileSync(file, bytes);
      try {
        read(bytes);
      } finally {
        writeFileSync(file, whole);
      }
    },
  };
}

/** Damages JSON in a file. @param repair puts right what it says of itself */
function json(file: string, repair = (text: string) => text): (rng: Rng) => Uint8Array {
  const whole = readFileSync(file, "utf8");
  return (rng) => {
    const text = damageJson(whole, rng);
    return encode(rng.chance(0.9) ? repair(text) : text);
  };
}

async function runs(dir: string): Promise<Subject[]> {
  const toy = toyExperiment();
  const run = join(dir, "run");
  const settings = configure(toy, { set: { steps: 6 }, from: "mutations" });
  await startRun(toy, settings, 0, run);
  const template = (await toy.learner(settings)).init(Rng.seed(0));
  const evaluation = { "test/distance": [1, 2], "test/square": [1, 4] };
  saveEvaluation(run, evaluation);
  const [config, checkpoint] = [join(run, "config.json"), join(run, "checkpoints/000006.json")];
  const tensors = join(run, "checkpoints/000006.safetensors");
  const [metrics, evaluated] = [join(run, "metrics.jsonl"), join(run, "evaluation.safetensors")];
  const whole = {
    tensors: readFileSync(tensors),
    metrics: readFileSync(metrics),
    evaluated: readFileSync(evaluated),
  };
  const newest = () => RunFolder.open(run).newest();
  return [
    ofFile({ name: "record of a run", damaged: json(config) }, config, () => RunFolder.open(run)),
    ofFile({ name: "checkpoint", damaged: json(checkpoint, withChecksum) }, checkpoint, newest),
    ofFile(
      { name: "tensors of a checkpoint", damaged: (rng) => damageBytes(whole.tensors, rng) },
      tensors,
      (bytes) => {
        const before = readFileSync(checkpoint, "utf8");
        writeFileSync(
          checkpoint,
          withChecksum(JSON.stringify({ ...JSON.parse(before), tensors: sha256(bytes) })),
        );
        try {
          stateOf(newest()!, template);
        } finally {
          writeFileSync(checkpoint, before);
        }
      },
    ),
    ofFile(
      { name: "metrics of a run", damaged: (rng) => damagedLines(decode(whole.metrics), rng) },
      metrics,
      () => readResult(run),
    ),
    ofFile(
      { name: "evaluation of a run", damaged: (rng) => damageBytes(whole.evaluated, rng) },
      evaluated,
      () => loadEvaluation(run),
    ),
  ];
}

/** Puts right the checksum that a checkpoint has of itself. */
function withChecksum(text: string): string {
  try {
    const { checksum: _, ...content } = JSON.parse(text);
    return JSON.stringify({ ...content, checksum: sha256(JSON.stringify(content)) });
  } catch {
    return text; // it is no JSON any more
  }
}

function damagedLines(text: string, rng: Rng): Uint8Array {
  const lines = text.split("\n");
  const at = rng.integer(lines.length - 1);
  lines[at] = damageJson(lines[at]!, rng);
  return encode(lines.join("\n"));
}

function tables(dir: string): Subject[] {
  const [table, request] = [join(dir, "sinusoid.json"), join(dir, "table.json")];
  writeFileSync(table, readFileSync("results/maml-2017/sinusoid.json"));
  const asked = { format: 1, experiment: "toy/walk", budget: "smoke", sets: ["inner.lr=0.1"], seeds: [0, 1] };
  writeFileSync(request, JSON.stringify(asked));
  return [
    ofFile({ name: "table", damaged: json(table) }, table, () => readTable(table)),
    ofFile(
      {
        name: "request of a table",
        damaged: json(request),
        refusal: MetaError,
        named: /^(\/|config |--set )/,
      },
      request,
      () => openReproduction(toyExperiment(), dir),
    ),
  ];
}

function imageSets(dir: string): Subject[] {
  const store = join(dir, "own-4x4.images");
  const layout = { height: 4, width: 4, channels: 1, bits: 8 } as const;
  const images = [new Uint8Array(32).fill(7), new Uint8Array(16)];
  const classes = images.map((bytes, k) => ({
    name: `class${k}`,
    images: bytes.length / 16,
    sha256: sha256(bytes),
  }));
  const provenance = { from: ["own"], resize: "area" };
  writeImageStore(
    store,
    { name: "own", layout, classes, splits: { train: [0], test: [1] }, provenance },
    images,
  );
  const whole = readFileSync(store);
  const readAll = () => {
    const set = openDataset("own", { folder: dir });
    for (const split of [...set.splits, undefined]) {
      const source = set.source(split);
      for (let k = 0; k < source.numClasses; k++) {
        const count = source.imagesOf?.(k) ?? source.imagesPerClass;
        if (count > 0) source.image(k, count - 1);
      }
    }
  };
  return [
    ofFile({ name: "data set", damaged: (rng) => damagedStore(whole, rng) }, store, readAll),
    {
      name: "folder of classes",
      damaged: damagedClasses,
      read(bytes) {
        const archive = readZip(bytes, "own");
        const { classes } = classFolders(archive.names, "own", archive.folders);
        const recipe = { height: 4, width: 4, channels: 1, bits: 8, resize: "area" } as const;
        decodeCatalogue(archive, classes, recipe);
      },
      memory: 30 * 1032,
      named: /^(own: |[^:]+\.(png|jpg|JPG|webp): )/,
    },
  ];
}

/** Damages the header, whose length and checksum are put right, or the file. */
function damagedStore(bytes: Uint8Array, rng: Rng): Uint8Array {
  if (rng.chance(0.4)) return damageBytes(bytes, rng);
  const end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const text = damageJson(decode(bytes.subarray(8, end)), rng);
  const header = encode(rng.chance(0.9) ? withContentChecksum(text) : text);
  const out = new Uint8Array(8 + header.length + bytes.length - end);
  new DataView(out.buffer).setBigUint64(0, BigInt(header.length), true);
  out.set(header, 8);
  out.set(bytes.subarray(end), 8 + header.length);
  return out;
}

function withContentChecksum(text: string): string {
  try {
    const header = JSON.parse(text);
    const { height, width, channels } = header.layout;
    const entries = header.classes.map((it: Record<string, unknown>) => [it.name, it.images, it.sha256]);
    const content = JSON.stringify([height, width, channels, entries, header.splits]);
    return JSON.stringify({ ...header, checksum: `sha256:${sha256(content)}` });
  } catch {
    return text; // it has not what the checksum is of
  }
}

const images = Object.entries(classFiles(2, 3));
const NAMES = [
  "",
  "a.png",
  "class0/",
  "class0/0000.JPG",
  "class1/x.webp",
  "../up.png",
  "empty/",
  "/",
  "class0//1.png",
];

/** Names files otherwise, damages images, damages the archive. */
function damagedClasses(rng: Rng): Uint8Array {
  const files = images.map(([name, bytes]) => {
    const isOther = rng.chance(0.05);
    return [isOther ? pick(NAMES, rng) : name, rng.chance(0.03) ? damageBytes(bytes, rng) : bytes] as const;
  });
  const archive = zipSync(Object.fromEntries(files), { level: 0 });
  return rng.chance(0.3) ? repairZip(damageBytes(archive, rng)) : archive;
}

function metaworld(dir: string): Subject[] {
  const [golden, zip, tar] = [
    join(dir, "door-open-v3.json"),
    join(dir, "assets.zip"),
    join(dir, "assets.tgz"),
  ];
  writeFileSync(golden, JSON.stringify(goldenEpisode()));
  const scenes = {
    "assets/sawyer_xyz/a.xml": encode("<mujoco/>"),
    "assets/objects/a.stl": new Uint8Array(84),
  };
  const zipped = zipSync(scenes);
  const packed = writeTar(...Object.entries(scenes).map(([name, content]) => ({ name, content })));
  writeFileSync(zip, zipped);
  writeFileSync(tar, gzipSync(packed));
  const assets = { refusal: MetaError, memory: 2 * 1032 };
  const gzipped = (rng: Rng) => {
    const bytes = gzipSync(rng.chance(0.7) ? repairTar(damageBytes(packed, rng)) : packed);
    return rng.chance(0.4) ? damageBytes(bytes, rng) : bytes;
  };
  return [
    ofFile({ name: "recording of Meta-World", damaged: json(golden) }, golden, () => readGolden(golden)),
    ofFile(
      { ...assets, name: "assets, zip", damaged: (rng) => repairZip(damageBytes(zipped, rng)) },
      zip,
      () => readAssets(zip),
    ),
    ofFile({ ...assets, name: "assets, tgz", damaged: gzipped }, tar, () => readAssets(tar)),
  ];
}

function goldenEpisode() {
  const step = { o: new Array(18).fill(0.1), r: 1.5, s: 0 };
  const rollout = {
    goal_index: 0,
    reset_obs: new Array(39).fill(0),
    actions: [[0, 0, 0, 1]],
    v2: [step],
    v1_rewards: [2],
  };
  return { task: "door-open-v3", seed: 42, rand_vecs: [[0.1, 0.2, 0.3]], rollouts: [rollout] };
}

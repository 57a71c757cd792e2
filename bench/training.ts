/**
 * How fast training is, episodes included, beside PyTorch on the same core; and what drawing the episodes costs.
 *
 * Usage: npm run bench:training -- [WORK...] [--peers DIR] [--rounds N] [--json]
 *
 * The images are Omniglot's 1,200 for training if it has been added, else as many embedded glyphs.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { alignColumns } from "../src/cli/table-text.js";
import { glyphs, type ImageSource, selectClasses } from "../src/data/index.js";
import { openDataset } from "../src/datasets/index.js";
import { encodeSafetensors } from "../src/formats/index.js";
import { median } from "../src/works/index.js";
import type { Times } from "./ours.js";
import { findPeers } from "./peers.js";
import { Server, typescript } from "./processes.js";
import { LEAST_TRAINING_RATIO, MOST_SAMPLING } from "./targets.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: "string", default: process.env.METAGRAD_PEERS },
    rounds: { type: "string", default: "15" },
    json: { type: "boolean", default: false },
  },
});
const works = positionals.length > 0 ? positionals : ["maml/conv-5w1s"];
const TURN_MS = 2000;
const { train } = findPeers(options.peers);
if (!train) console.error("skipped: PyTorch is not there (bench/peers/setup.sh DIR installs it)");

const folder = mkdtempSync(join(tmpdir(), "metagrad-training-"));
try {
  const images = join(folder, "images.safetensors");
  writeFileSync(images, encodeImages(trainingImages()));
  for (const work of works) report(await raceTraining(work, images));
} finally {
  rmSync(folder, { recursive: true });
}

function trainingImages(): ImageSource {
  try {
    const source = openDataset("omniglot").source("vinyals-trainval");
    console.error("images: Omniglot, Vinyals's 1,200 characters for training");
    return source;
  } catch (error) {
    console.error(`images: embedded glyphs. ${(error as Error).message}`);
    return selectClasses(
      glyphs(),
      Array.from({ length: 1200 }, (_, k) => k),
    );
  }
}

function encodeImages(source: ImageSource): Uint8Array {
  const { numClasses, imagesPerClass, height, width } = source;
  const data = new Uint8Array(numClasses * imagesPerClass * height * width);
  for (let k = 0, at = 0; k < numClasses; k++) {
    for (let i = 0; i < imagesPerClass; i++, at += height * width) data.set(source.image(k, i), at);
  }
  const shape = [numClasses, imagesPerClass, height, width];
  return encodeSafetensors(new Map([["images", { dtype: "U8", shape, data }]]));
}

async function raceTraining(work: string, images: string) {
  const runners: { name: string; server: Server; ms: number[] }[] = [];
  const start = async (name: string, command: readonly string[]) => {
    console.error(`${work}: ${name} warms up`);
    runners.push({ name, server: await Server.start(command), ms: [] });
  };
  try {
    await start("ours", typescript("ours.ts", work, "--images", images));
    for (const how of ["func", "loop"] as const)
      if (train) await start(`torch ${how}`, train(work, how, images));
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const { server, ms } of runners) {
        const count = Math.max(1, Math.round(TURN_MS / (ms.length > 0 ? median(ms) : TURN_MS)));
        ms.push(...(await server.ask<Times>(`run ${count}`)).ms);
      }
    }
    const drawing = median(await runners[0]!.server.ask<number[]>("draw 200"));
    const [ours, ...peers] = runners.map(({ name, ms }) => ({ name, ms: median(ms) }));
    return { work, ours: ours!.ms, drawing, peers };
  } finally {
    for (const { server } of runners) server.end();
  }
}

function report({ work, ours, drawing, peers }: Awaited<ReturnType<typeof raceTraining>>): void {
  const sampling = drawing / ours;
  const fastest = Math.min(...peers.map(({ ms }) => ms));
  const ratio = fastest / ours;
  const reached = sampling < MOST_SAMPLING && (peers.length === 0 || ratio >= LEAST_TRAINING_RATIO);
  if (!reached) process.exitCode = 1;
  if (options.json) {
    console.log(
      JSON.stringify({ work, ours, drawing, sampling, peers, ratio: peers.length > 0 ? ratio : null }),
    );
    return;
  }
  const hour = (ms: number) => Math.round(3_600_000 / ms).toLocaleString("en");
  const rows = [{ name: "ours", ms: ours }, ...peers].map(({ name, ms }) => [
    name,
    ms.toPrecision(4),
    hour(ms),
    (ms / ours).toFixed(2),
  ]);
  console.log(`${work}, new episodes every step, one core: ${reached ? "reached" : "MISSED"}`);
  console.log(alignColumns([["", "ms a step", "steps an hour", "its / ours"], ...rows]).join("\n"));
  console.log(
    `drawing episodes: ${drawing.toFixed(2)} ms, ${(100 * sampling).toFixed(1)}% of a step (at most ${100 * MOST_SAMPLING}%)`,
  );
}

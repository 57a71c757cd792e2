/**
 * Our side of a race: the built package, with the line protocol of `peers/`.
 *
 * Usage: node --import tsx bench/ours.ts WORK [--load FILE] [--check] [--images FILE] [--workers N] [--warmup N] [--simd]
 *
 * Warms up, prints `ready`, and answers on stdin until it ends:
 * - `run N`     the milliseconds of N further steps
 * - `peak`      GFLOP/s of a register-only multiply-add loop
 * - `kernels`   those in which most time is spent
 * - `digest`    a hash of all bits of the state
 * - `draw N`    the milliseconds of drawing the episodes of N steps
 * With --simd it computes with plain SIMD, else with relaxed SIMD where Node has it.
 * With --images every step draws new episodes of the images in FILE, as training does.
 * With --check prints how far loss and meta-gradient are from the peer's that wrote FILE, and ends.
 */
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import type * as Data from "../src/data/index.js";
import type * as Engine from "../src/engine/index.js";
import type * as Formats from "../src/formats/index.js";
import type * as Meta from "../src/meta/index.js";
import type * as Random from "../src/random/index.js";
import type * as Works from "../src/works/index.js";

/** The answer to `run`. */
export interface Times {
  readonly peer: string;
  readonly work: string;
  readonly ms: readonly number[];
  readonly loss: number;
  readonly first_ms: number;
  readonly kernels?: Engine.Build;
  /** Floating-point operations of the matrix products of a step. */
  readonly flops?: number;
}

const dist = new URL("../dist/", import.meta.url);
if (!existsSync(dist)) throw new Error("bench: expected a build, got none. Run `npm run build`");
const load = (part: string) => import(new URL(`${part}/index.js`, dist).href);
const { compareWithPeer, hotKernels, Session, works }: typeof Works = await load("works");
const { chooseBuild, currentBuild, executableOf, peakGflops, productFlops, useWorkers }: typeof Engine =
  await load("engine");
const { decodeSafetensors }: typeof Formats = await load("formats");
const { imageArray, rotationsAsClasses, sampleEpisodes }: typeof Data = await load("data");
const { toTensors }: typeof Meta = await load("meta");
const { Rng }: typeof Random = await load("random");

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    load: { type: "string" },
    check: { type: "boolean", default: false },
    images: { type: "string" },
    simd: { type: "boolean", default: false },
    workers: { type: "string", default: "1" },
    warmup: { type: "string" }, // steps; default: half a second of them
  },
});
if (options.simd) chooseBuild("simd");
const work = works.get(positionals[0] ?? "");
if (!work)
  throw new Error(`bench: expected a work of ${[...works.keys()].join(", ")}, got ${positionals[0]}`);
const file = options.load ? decodeSafetensors(readFileSync(options.load), options.load) : undefined;

if (options.check) {
  if (!file) throw new Error("bench: --check needs --load FILE");
  console.log(JSON.stringify(compareWithPeer(work, file)));
} else {
  await serve(work);
}

/** Draws the tasks of one step after another from `images: [class, image, 28, 28]`. */
function episodes({ name, episodes }: Works.Work, path: string): () => Meta.Task {
  const images = decodeSafetensors(readFileSync(path), path).tensors.get("images");
  if (!images || !episodes) throw new Error(`bench: ${name}: --images needs a work of episodes, and images`);
  const [numClasses, each, height, width] = images.shape as [number, number, number, number];
  const bytes = Uint8Array.from(images.data);
  const length = each * height * width;
  const source = rotationsAsClasses(
    imageArray(
      { height, width, channels: 1, bits: 8 },
      Array.from({ length: numClasses }, (_, k) => ({
        name: String(k),
        bytes: bytes.subarray(k * length, (k + 1) * length),
      })),
    ),
  );
  const rng = Rng.seed(0);
  let step = 0;
  return () => toTensors(sampleEpisodes(source, rng.fork("step", step++), episodes));
}

async function serve(work: Works.Work): Promise<void> {
  await useWorkers(Number(options.workers));
  const built = work.build(file);
  const draw = options.images ? episodes(work, options.images) : undefined;
  const session = new Session(built, draw);
  if (options.warmup) session.run(Number(options.warmup));
  else for (let total = 0, count = 0; total < 500 || count < 3; count++) total += session.run(1)[0]!;
  const flops = productFlops(executableOf(built.step, [built.state, built.tasks]).plan);
  const times = (count: number): Times => ({
    peer: "metagrad",
    work: work.name,
    ms: session.run(count),
    loss: session.loss,
    first_ms: session.firstMs,
    kernels: currentBuild(),
    flops,
  });

  console.log("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, count] = line.split(" ");
    if (command === "run") console.log(JSON.stringify(times(Number(count))));
    else if (command === "peak") console.log(JSON.stringify(peakGflops()));
    else if (command === "kernels") console.log(JSON.stringify(hotKernels(work)));
    else if (command === "draw" && draw) console.log(JSON.stringify(timesOf(draw, Number(count))));
    else if (command === "digest") console.log(JSON.stringify(session.digest()));
    else
      throw new Error(
        `bench: expected "run N", "peak", "kernels", "digest" or "draw N" on stdin, got ${JSON.stringify(line)}`,
      );
  }
}

function timesOf(draw: () => unknown, count: number): number[] {
  return Array.from({ length: count }, () => {
    const start = performance.now();
    draw();
    return performance.now() - start;
  });
}

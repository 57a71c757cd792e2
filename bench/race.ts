/**
 * One work, ours and the peers': the same weights, the same loss, then turns on one core.
 *
 * @module
 */
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agreement, type HotKernel, type Measurement, median } from "../src/works/index.js";
import type { Times } from "./ours.js";
import { type PeerFolder, takesPart } from "./peers.js";
import { here, runPinned, Server, typescript } from "./processes.js";
import { MOST_DISAGREEMENT, type PeerName } from "./targets.js";

export interface Timing {
  readonly ms: number;
  readonly min: number;
  /** Steps timed. */
  readonly n: number;
}

export interface PeerResult extends Timing {
  readonly name: PeerName;
  readonly version: string;
  readonly firstMs: number;
  /** Its time divided by ours. */
  readonly ratio: number;
}

export interface OurResult extends Timing {
  readonly kernels: "simd" | "relaxed";
  /** GFLOP/s of the matrix products. */
  readonly gflops: number;
  /** GFLOP/s of a register-only multiply-add loop, measured in the same turns. */
  readonly peakGflops: number;
  /** Times of a fresh process of the built package: the first call, and the steps until full speed. */
  readonly firstMs: number;
  readonly warmMs: number;
  readonly arenaMiB: number;
  /** The dearest kernels. */
  readonly hot: readonly HotKernel[];
}

export interface WorkResult {
  readonly work: string;
  /** Undefined without PyTorch. */
  readonly agreement?: Agreement;
  readonly ours: OurResult;
  readonly peers: readonly PeerResult[];
  readonly skipped: readonly { readonly name: PeerName; readonly why: string }[];
}

export interface RaceOptions {
  readonly rounds: number;
  /** Called with what is being done. */
  readonly tell: (what: string) => void;
}

const TURN_MS = 300;
const SLOW_MS = 5000;
const SLOW_ROUNDS = 3;
const FRESH_PROCESSES = 3;

interface Runner {
  readonly name: "ours" | PeerName;
  readonly server: Server;
  readonly first: Times;
  readonly ms: number[];
}

/** @throws Error when loss or meta-gradient differ from the peers' */
export async function race(
  work: string,
  folder: PeerFolder,
  { rounds, tell }: RaceOptions,
): Promise<WorkResult> {
  const file = join(tmpdir(), `metagrad-bench-${process.pid}.safetensors`);
  const skipped = folder.missing.filter(({ name }) => takesPart(name, work));
  const runners: Runner[] = [];
  const load = folder.dump ? ["--load", file] : [];
  try {
    const agreement = folder.dump ? agree(work, folder.dump(work, file), file, tell) : undefined;
    const entries = [
      { name: "ours" as const, command: typescript("ours.ts", work, ...load) },
      ...folder.peers
        .filter(({ name }) => takesPart(name, work))
        .map(({ name, command }) => ({ name, command: command(work, file) })),
    ];
    for (const { name, command } of entries) {
      tell(`${name} warms up`);
      try {
        const server = await Server.start(command);
        runners.push({ name, server, first: await server.ask<Times>("run 1"), ms: [] });
      } catch (error) {
        if (name === "ours") throw error;
        skipped.push({ name, why: (error as Error).message });
      }
    }
    for (const { name, first } of runners) expectSameLoss(work, name, first.loss, agreement?.peerLoss);

    const [ours, ...peers] = runners;
    const peaks: number[] = [];
    for (let round = 0; round < rounds; round++) {
      tell(`round ${round + 1} of ${rounds}`);
      peaks.push(await ours!.server.ask<number>("peak"));
      for (const { server, first, ms } of runners) {
        const typical = median(ms.length > 0 ? ms : first.ms);
        if (typical > SLOW_MS && round >= SLOW_ROUNDS) continue;
        const count = Math.max(1, Math.min(1000, Math.round(TURN_MS / typical)));
        ms.push(...(await server.ask<Times>(`run ${count}`)).ms);
      }
    }
    tell("kernels");
    const hot = await ours!.server.ask<HotKernel[]>("kernels");
    for (const { server } of runners.splice(0)) server.end();

    const timing = summary(ours!.ms);
    return {
      work,
      ...(agreement ? { agreement } : {}),
      ours: {
        ...timing,
        kernels: ours!.first.kernels!,
        gflops: ours!.first.flops! / timing.ms / 1e6,
        peakGflops: median(peaks),
        ...freshProcesses(work, tell),
        hot,
      },
      peers: peers.map(({ name, first, ms }) => ({
        name: name as PeerName,
        version: first.peer,
        ...summary(ms),
        firstMs: first.first_ms,
        ratio: median(ms) / timing.ms,
      })),
      skipped,
    };
  } finally {
    for (const { server } of runners) server.end();
    rmSync(file, { force: true });
  }
}

/** Lets a peer write weights and what it finds with them, and compares ours. */
function agree(work: string, dump: readonly string[], file: string, tell: RaceOptions["tell"]): Agreement {
  tell("weights, loss and meta-gradient from torch");
  runPinned(dump);
  tell("the same from ours");
  const agreement: Agreement = JSON.parse(runPinned(typescript("ours.ts", work, "--load", file, "--check")));
  const { lossError, gradientError, meanError } = agreement;
  const errors = [lossError, gradientError, meanError];
  if (!errors.every((error) => error <= MOST_DISAGREEMENT)) {
    const got = errors.map((error) => error.toExponential(1)).join(", ");
    throw new Error(
      `${work}: loss, gradient of the typical task and mean over tasks must be right to ${MOST_DISAGREEMENT}, got differences of ${got}. Nothing is timed`,
    );
  }
  return agreement;
}

function expectSameLoss(work: string, name: string, loss: number, expected: number | undefined): void {
  if (expected !== undefined && !(Math.abs(loss / expected - 1) <= MOST_DISAGREEMENT))
    throw new Error(`${work}: ${name} must find the loss ${expected}, got ${loss}. Nothing is timed`);
}

/** First calls and times to full speed, by the command that users have. */
function freshProcesses(work: string, tell: RaceOptions["tell"]) {
  const command = [process.execPath, here("../bin/metagrad.js"), "bench", work, "--json", "--samples", "3"];
  const runs = Array.from({ length: FRESH_PROCESSES }, (_, i): Measurement => {
    tell(`first call, process ${i + 1} of ${FRESH_PROCESSES}`);
    return JSON.parse(runPinned(command));
  });
  const of = (field: "firstMs" | "warmMs" | "arenaMiB") => median(runs.map((run) => run[field]));
  return { firstMs: of("firstMs"), warmMs: of("warmMs"), arenaMiB: of("arenaMiB") };
}

function summary(ms: readonly number[]): Timing {
  return { ms: median(ms), min: Math.min(...ms), n: ms.length };
}

/**
 * How time and memory grow: each part in a process of its own, on one core, and judged by `targets.ts`.
 *
 * Usage: npm run bench:scaling -- [PART...] [--archives DIR] [--json]
 *
 * - `tasks`, `shots`, `steps`   t(2n) / t(n), both programs taking turns in one process
 * - `memory`                    resident memory over 10,000 meta-steps on new tasks, after 20,000
 * - `calls`                     CPU time of a compiled call that has next to nothing to compute
 * - `dropped`                   the engine's memory after 2,000 turns that drop functions, states, shapes, by that after 200
 * - `peak`                      20-way 5-shot, 5 inner steps, second order, meta-batch 16: one step
 * - `help`                      `metagrad --help`
 * - `start`                     Omniglot to the first step of training, on all cores: from its archives in DIR, and again
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { alignColumns } from "../src/cli/table-text.js";
import type * as Random from "../src/random/index.js";
import type * as Tensors from "../src/tensor/index.js";
import type * as Works from "../src/works/index.js";
import { built } from "./built.js";
import { calls, dropped } from "./engine-parts.js";
import type { Finding } from "./findings.js";
import { here, runPinned, typescript } from "./processes.js";
import {
  MOST_COLD_START_S,
  MOST_DOUBLING,
  MOST_GROWTH,
  MOST_HELP_MS,
  MOST_PEAK_GIB,
  MOST_WARM_START_S,
} from "./targets.js";

type Sized = (sizes: Works.Sizes) => Works.Work;

const sinusoid: Works.Sizes = { tasks: 25, examples: 10, innerSteps: 1 };
const conv: Works.Sizes = { tasks: 4, examples: 10, innerSteps: 1 };

const parts: Readonly<Record<string, () => Finding[] | Promise<Finding[]>>> = {
  tasks: () => doubling("tasks", (sizes) => ({ ...sizes, tasks: 2 * sizes.tasks })),
  shots: () => doubling("shots", (sizes) => ({ ...sizes, examples: 2 * sizes.examples })),
  steps: () => doubling("inner steps", (sizes) => ({ ...sizes, innerSteps: 2 * sizes.innerSteps })),
  memory,
  calls,
  dropped,
  peak,
  help,
  start,
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    archives: { type: "string" },
    json: { type: "boolean", default: false },
    part: { type: "boolean", default: false },
  },
});
const chosen = positionals.length > 0 ? positionals : Object.keys(parts);
const unknown = chosen.filter((part) => !Object.hasOwn(parts, part));
if (unknown.length > 0) {
  console.error(`error: scaling: parts are ${Object.keys(parts).join(", ")}, got ${unknown.join(", ")}`);
  process.exitCode = 2;
} else if (options.part) {
  console.log(JSON.stringify(await parts[chosen[0]!]!())); // the process of one part
} else {
  report(
    chosen.flatMap((part): Finding[] => {
      if (part === "start") return start(); // on all cores
      return JSON.parse(runPinned(typescript("scaling.ts", part, "--part")));
    }),
  );
}

function report(findings: readonly Finding[]): void {
  if (findings.some(({ found, atMost }) => !(found <= atMost))) process.exitCode = 1;
  if (options.json) {
    for (const finding of findings) console.log(JSON.stringify(finding));
    return;
  }
  const rows = findings.map(({ what, found, atMost, detail }) => [
    what,
    found.toPrecision(3),
    String(atMost),
    found <= atMost ? "reached" : "MISSED",
    detail,
  ]);
  console.log(alignColumns([["", "found", "at most", "verdict", ""], ...rows]).join("\n"));
}

/** How much longer twice and four times the size take than half of it. */
async function doubling(what: string, twice: (sizes: Works.Sizes) => Works.Sizes): Promise<Finding[]> {
  const { convWork, median, Session, sinusoidWork } = await built("works");
  const works: [string, Sized, Works.Sizes][] = [
    ["sinusoid", (sizes) => sinusoidWork("sinusoid", sizes), sinusoid],
    ["conv 5 ways", (sizes) => convWork("conv", 5, sizes), conv],
  ];
  return works.flatMap(([name, work, once]) => {
    const sizes = [once, twice(once), twice(twice(once))];
    const sessions = sizes.map((size) => ({ session: new Session(work(size).build()), ms: [] as number[] }));
    for (const { session } of sessions) warmUp(session);
    const [{ session: first }] = sessions as [(typeof sessions)[0]];
    const count = Math.max(1, Math.round(20 / median(first.run(3))));
    for (let round = 0; round < 30; round++)
      for (const { session, ms } of sessions) ms.push(...session.run(count));
    const times = sessions.map(({ ms }) => median(ms));
    return times.slice(1).map(
      (time, i): Finding => ({
        what: `${name}, twice the ${what}`,
        found: time / times[i]!,
        atMost: MOST_DOUBLING,
        detail: `${describe(sizes[i]!)}: ${times[i]!.toPrecision(3)} to ${time.toPrecision(3)} ms`,
      }),
    );
  });
}

function describe({ tasks, examples, innerSteps }: Works.Sizes): string {
  return `${tasks} tasks, ${examples} + ${examples}, ${innerSteps} inner steps`;
}

function warmUp(session: Works.Session): void {
  for (let total = 0, count = 0; total < 500 || count < 3; count++) total += session.run(1)[0]!;
}

async function memory(): Promise<Finding[]> {
  const { median, works } = await built("works");
  const { compile } = await built("engine");
  const { Rng } = await built("random");
  const { tensor, tree } = await built("tensor");
  const { step, state: start, tasks: shapes } = works.get("maml/sinusoid")!.build();
  const compiled = compile(step, { donate: [0] });
  let state = start;
  const run = (count: number, rng: Random.Rng): void => {
    for (let i = 0; i < count; i++) {
      const fresh = (x: Tensors.Tensor) => {
        const data = new Float32Array(x.size);
        rng.fillNormal(data, 0, 1);
        return tensor(data, { shape: x.shape });
      };
      const [next, { queryLoss }] = compiled(state, tree.map(fresh, shapes));
      queryLoss.data();
      state = next;
    }
  };
  const rng = Rng.seed(1);
  run(20_000, rng.fork("warm-up")); // V8 makes its young generation larger twice before
  const rss: number[] = [];
  for (let i = 0; i < 100; i++) {
    run(100, rng.fork("step", i));
    rss.push(process.memoryUsage.rss() / 2 ** 20);
  }
  const [before, after] = [median(rss.slice(0, 20)), median(rss.slice(-20))];
  return [
    {
      what: "sinusoid, growth of memory",
      found: Math.max(0, after / before - 1),
      atMost: MOST_GROWTH,
      detail: `${before.toFixed(1)} to ${after.toFixed(1)} MiB over 10,000 meta-steps`,
    },
  ];
}

async function peak(): Promise<Finding[]> {
  const { Session, works } = await built("works");
  const { engineMemory } = await built("engine");
  const work = works.get("maml/conv-20w5s-5")!;
  const { firstMs } = new Session(work.build());
  const gib = process.resourceUsage().maxRSS / 2 ** 20;
  return [
    {
      what: "20-way 5-shot, peak memory in GiB",
      found: gib,
      atMost: MOST_PEAK_GIB,
      detail: `${work.describe}; ${(engineMemory() / 2 ** 20).toFixed(0)} MiB of it the engine's; first step ${(firstMs / 1000).toFixed(1)} s`,
    },
  ];
}

async function help(): Promise<Finding[]> {
  const { median } = await built("works");
  const ms = Array.from({ length: 9 }, () => {
    const start = performance.now();
    runPinned([process.execPath, here("../bin/metagrad.js"), "--help"]);
    return performance.now() - start;
  });
  return [
    {
      what: "metagrad --help, ms",
      found: median(ms),
      atMost: MOST_HELP_MS,
      detail: `median of ${ms.length}, ${Math.min(...ms).toFixed(0)} to ${Math.max(...ms).toFixed(0)}`,
    },
  ];
}

/** From nothing, and with what is kept on disk, until one step of MAML on Omniglot is done and saved. */
function start(): Finding[] {
  const { archives } = options;
  if (archives === undefined) {
    console.error("skipped: start: --archives DIR says where Omniglot's archives are");
    return [];
  }
  const folder = mkdtempSync(join(tmpdir(), "metagrad-start-"));
  const run = (...args: readonly string[]): number => {
    const begin = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [here("../bin/metagrad.js"), ...args], {
      encoding: "utf8",
      env: { ...process.env, METAGRAD_DATA: join(folder, "data") },
    });
    if (status !== 0) throw new Error(stderr);
    return (performance.now() - begin) / 1000;
  };
  try {
    const adding = run("data", "add", "omniglot", "--from", archives);
    const once = () => run("train", "maml-2017/omniglot", "--set", "steps=1", "--out", join(folder, "runs"));
    const first = once();
    const warm = once();
    return [
      {
        what: "Omniglot, archives to first step, s",
        found: adding + first,
        atMost: MOST_COLD_START_S,
        detail: `${adding.toFixed(1)} to decode, ${first.toFixed(1)} to train one step of 32 tasks`,
      },
      {
        what: "Omniglot, decoded before, s",
        found: warm,
        atMost: MOST_WARM_START_S,
        detail: "a process that trains one step, and saves it",
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

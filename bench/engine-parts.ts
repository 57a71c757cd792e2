/** Parts of `scaling.ts` about the engine: what a compiled call costs, and whether memory is given back. */
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type * as Tensors from "../src/tensor/index.js";
import { built } from "./built.js";
import type { Finding } from "./findings.js";
import { MOST_CALL_US, MOST_DROPPED_GROWTH } from "./targets.js";

/** CPU time of a call whose kernels take next to nothing, so that nearly all of it is the call's own. */
export async function calls(): Promise<Finding[]> {
  const { median } = await built("works");
  const { compile } = await built("engine");
  const { mlp } = await built("nn");
  const { Rng } = await built("random");
  const { tensor } = await built("tensor");
  const net = mlp([4, 32, 32, 2]);
  const params = net.init(Rng.seed(0));
  const x = tensor(new Float32Array(4), { shape: [1, 4] });
  const act = (p: typeof params, y: Tensors.Tensor) => net.apply(p, y);
  const plain = compile(act);
  const holding = compile(act, { hold: [0] });
  const one = compile((y: Tensors.Tensor) => y.add(1));
  const donated = compile((p: typeof params, y: Tensors.Tensor) => [p, net.apply(p, y)] as const, {
    donate: [0],
  });
  let state = params;
  const subjects: readonly (readonly [what: string, call: () => void])[] = [
    ["x + 1, 4 numbers", () => one(x)],
    ["an MLP 4-32-32-2, one row", () => plain(params, x)],
    ["the same, parameters held", () => holding(params, x)],
    ["the same, parameters donated", () => ([state] = donated(state, x))],
  ];
  return subjects.map(([what, call]): Finding => {
    const COUNT = 10_000;
    const us = Array.from({ length: 12 }, () => {
      const before = process.cpuUsage();
      for (let i = 0; i < COUNT; i++) call();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / COUNT;
    }).slice(3);
    return {
      what: `a compiled call, µs: ${what}`,
      found: median(us),
      atMost: MOST_CALL_US,
      detail: `its kernels included; median of ${us.length} times ${COUNT} calls`,
    };
  });
}

/** The engine's memory after 2,000 turns by that after 200, for each way to drop what it holds. */
export async function dropped(): Promise<Finding[]> {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const { compile, engineMemory, releaseMemory } = await built("engine");
  const { tensor } = await built("tensor");
  const data = (turn: number, size = 16_384) =>
    tensor(new Float32Array(size).map((_, i) => ((i + turn) % 7) / 7));
  type Tensor = Tensors.Tensor;
  const shapes = compile((x: Tensor) => x.mul(2).sum());
  const ways: Readonly<Record<string, (turn: number) => void>> = {
    "functions that close over data": (turn) => {
      const x = data(turn);
      compile((scale: Tensor) => x.mul(scale).sum())(tensor([2]));
    },
    "functions with donated state": (turn) => {
      const step = compile((x: Tensor) => x.add(1), { donate: [0] });
      step(step(data(turn)));
    },
    "functions with held parameters": (turn) => {
      compile((w: Tensor, x: Tensor) => w.mul(x).sum(), { hold: [0] })(data(turn), tensor([1]));
    },
    "shapes of one function": (turn) => void shapes(data(turn, 1000 + ((17 * turn) % 1000))),
  };
  const findings: Finding[] = [];
  for (const [what, turn] of Object.entries(ways)) {
    const memoryAfter = async (turns: number): Promise<number> => {
      for (let i = 0; i < turns; i++) {
        turn(i);
        if (i % 20 === 19) await setImmediate(); // finalisers run between turns of the event loop
      }
      for (let i = 0; i < 5; i++) {
        collect();
        await setImmediate();
      }
      return engineMemory();
    };
    releaseMemory();
    const few = await memoryAfter(200);
    const many = await memoryAfter(1800);
    findings.push({
      what: `engine memory, 2,000 turns by 200: ${what}`,
      found: few === many ? 1 : many / few,
      atMost: MOST_DROPPED_GROWTH,
      detail: `${(few / 2 ** 10).toFixed(0)} to ${(many / 2 ** 10).toFixed(0)} KiB`,
    });
  }
  return findings;
}

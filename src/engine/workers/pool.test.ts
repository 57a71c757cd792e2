import { afterEach, expect, test, vi } from "vitest";
import { MetaError } from "../../errors.js";
import { maml } from "../../meta/index.js";
import { type MlpParams, meanSquaredError, mlp } from "../../nn/index.js";
import { adam, initTrainState, type TrainState } from "../../optim/index.js";
import { Rng } from "../../random/index.js";
import { scan, type Tensor, tensor, tree, zeros } from "../../tensor/index.js";
import { compile } from "../compile.js";
import { useWorkers } from "../executor/engine.js";
import { EngineMemory, MAX_PAGES } from "../executor/memory.js";
import { explain } from "../explain.js";
import { atomic, type Code, i32, loopWhile, sequence, when } from "../wasm/code.js";
import { ModuleBuilder } from "../wasm/module.js";
import { WorkerPool } from "./pool.js";
import { defineTurns, type Turns } from "./turns.js";

afterEach(async () => {
  await useWorkers(1);
});

function noise(name: string, ...shape: readonly number[]): Tensor {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  Rng.seed(7).fork(name).fillNormal(data, 0, 1);
  return tensor(data, { shape });
}

/** Four steps of MAML over 12 tasks in chunks of 2; all bits of the state and of the losses. */
function trainMaml(): number[][] {
  const net = mlp([3, 64, 64, 2]);
  const loss = (params: MlpParams, { x, y }: { x: Tensor; y: Tensor }) =>
    meanSquaredError(net.apply(params, x), y);
  const optimizer = adam(0.01);
  const part = (name: string) => ({ x: noise(`${name}.x`, 12, 10, 3), y: noise(`${name}.y`, 12, 10, 2) });
  const tasks = { support: part("support"), query: part("query") };
  const step = compile(
    (state: TrainState<MlpParams>) =>
      maml.outerStep(loss, optimizer, state, tasks, { innerLr: 0.1, innerSteps: 2, chunk: 2 }),
    { donate: [0] },
  );
  let state = initTrainState(net.init(Rng.seed(1)), optimizer);
  const losses: Tensor[] = [];
  for (let k = 0; k < 4; k++) {
    const [next, { queryLoss }] = step(state);
    state = next;
    losses.push(queryLoss);
  }
  return [...tree.leaves(state), ...losses].map((x) => [...x.data()]);
}

test.each([2, 3, 5])("%i workers give the bits of one", async (workers) => {
  const alone = trainMaml();
  expect(await useWorkers(workers)).toBe(workers);
  expect(trainMaml()).toEqual(alone);
});

test("a compiled function goes on with another number of workers, also with a state that it keeps", async () => {
  const heavy = (x: Tensor) => scan((sum: Tensor, w: Tensor) => [sum.add(w.matmul(w)), []], x, weights)[0];
  const weights = noise("w", 6, 64, 64);
  const step = compile((x: Tensor) => heavy(x), { donate: [0] });
  const alone = step(step(step(zeros([64, 64])))).data();
  let state = step(zeros([64, 64]));
  await useWorkers(2);
  state = step(state);
  await useWorkers(1);
  expect(step(state).data()).toEqual(alone);
});

test("loops from the last turn to the first keep their order", async () => {
  const weights = noise("w", 9, 64, 64);
  const fn = (x: Tensor) =>
    scan((h: Tensor, w: Tensor) => [h.mul(0.5).add(w.matmul(w)), h.sum()], x, weights, { reverse: true });
  const alone = tree.leaves(compile(fn)(zeros([64, 64]))).map((x) => x.data());
  await useWorkers(2);
  expect(tree.leaves(compile(fn)(zeros([64, 64]))).map((x) => x.data())).toEqual(alone);
});

test("explain says from where turns wait for each other", () => {
  const weights = noise("w", 9, 64, 64);
  const sum = (x: Tensor) => scan((h: Tensor, w: Tensor) => [h.add(w.matmul(w)), []], x, weights)[0];
  expect(explain(sum, zeros([64, 64]))).toMatch(/9 turns, in order from 2\.2/);
  const power = (x: Tensor) => scan((h: Tensor, w: Tensor) => [h.matmul(w), []], x, weights)[0];
  expect(explain(power, zeros([64, 64]))).not.toContain("in order from");
});

test.each([0, 1.5, 65, Number.NaN])("%s workers are refused", async (count) => {
  await expect(useWorkers(count)).rejects.toThrow(
    `useWorkers: count must be an integer in 1..64, got ${count}`,
  );
});

/**
 * Shares four turns with one worker. The owner's first turn waits until the worker has begun its own, in which it
 * does `fate`.
 */
async function share(fate: Code, patience: number): Promise<WorkerPool> {
  const memory = new EngineMemory({ shared: true });
  const pool = await WorkerPool.start(memory, 2, { patience });
  const flag = memory.allocate(64).address;
  const ownArea = 0; // the worker's is not
  const module = new ModuleBuilder({ shared: true, maximumPages: MAX_PAGES });
  const free = module.define(["i32", "i32", "i32"], (fn) => {
    const area = fn.params[1]!.get;
    const isSet = atomic.load(i32.const(flag));
    return when(
      i32.ne(area, i32.const(ownArea)),
      when(i32.eqz(atomic.add(i32.const(flag), i32.const(1))), fate),
      loopWhile(i32.eqz(isSet), sequence()),
    );
  });
  const ordered = module.define(["i32", "i32", "i32"], () => sequence());
  defineTurns(module, "turns0", { count: 4, reverse: false, free, ordered });
  const compiled = new WebAssembly.Module(module.bytes());
  const env = { memory: memory.memory, constants: new WebAssembly.Global({ value: "i32" }, 0) };
  const { exports } = new WebAssembly.Instance(compiled, { env });
  const program = pool.add(compiled, 0, 64);
  pool.run({
    program,
    loop: 0,
    count: 4,
    scratch: 0,
    area: ownArea,
    turns: exports.turns0 as Turns,
  });
  return pool;
}

test("a worker takes part", async () => {
  const pool = await share(sequence(), 20);
  pool.stop();
});

test("a worker that fails is an error that names its chunk", async () => {
  const unreachable: Code = (out) => out.byte(0x00);
  const failure = await share(unreachable, 20).catch((error) => error);
  expect(failure).toBeInstanceOf(MetaError);
  expect(failure.message).toMatch(/worker 1 failed in chunk [12] of 4: RuntimeError: unreachable/);
});

test("a worker that never ends is an error that names its chunk, not a hang", async () => {
  const forever = loopWhile(i32.const(1), sequence());
  const failure = await share(forever, 0.2).catch((error) => error);
  expect(failure).toBeInstanceOf(MetaError);
  expect(failure.message).toMatch(/chunk [12] of 4 was not done within 0.2 s. It was worker 1's/);
});

test("a worker that has died is an error at the next call", async () => {
  const memory = new EngineMemory({ shared: true });
  const pool = await WorkerPool.start(memory, 2);
  const foreign = new ModuleBuilder({ shared: false, maximumPages: 1 }); // its memory is not the pool's
  pool.add(new WebAssembly.Module(foreign.bytes()), 0, 64);
  const noTurns = { program: 0, loop: 0, count: 0, scratch: 0, area: 0, turns: () => {} };
  const next = () => expect(() => pool.run(noTurns)).toThrow(/worker 1 of 1 has died: LinkError/);
  await vi.waitFor(next, { timeout: 25_000 });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Rng } from "../random/index.js";
import { full, grad, scan, sum, type Tensor, tanh, tensor, zeros } from "../tensor/index.js";
import { compile, engineMemory, programOf, releaseMemory } from "./compile.js";
import { useWorkers } from "./executor/engine.js";
import { Executable } from "./executor/executable.js";
import { EngineMemory } from "./executor/memory.js";
import { buildPlan } from "./plan/build.js";
import { collectGarbage } from "./testing/collect-garbage.js";
import { drawInput } from "./testing/random-program.js";

const BYTES = 2 ** 18;
const data = (turn: number) => tensor(new Float32Array(BYTES / 4).map((_, i) => ((i + turn) % 7) / 7));

beforeEach(async () => {
  await collectGarbage();
  releaseMemory();
});
afterEach(async () => {
  await useWorkers(1);
});

/** What the engine holds after so many turns. */
async function memoryAfter(turns: number, turn: (i: number) => void): Promise<number> {
  for (let i = 0; i < turns; i++) turn(i);
  await collectGarbage();
  return engineMemory();
}

describe("memory levels off", () => {
  const nested = (i: number) => {
    const inner = compile((x: Tensor) => x.mul(data(i)).sum());
    compile((x: Tensor) => inner(x).add(inner(tensor([1]))))(tensor([2]));
  };
  const turns: Record<string, (i: number) => void> = {
    "of functions that close over data": (i) => {
      const x = data(i);
      compile((scale: Tensor) => x.mul(scale).sum())(tensor([2]));
    },
    "of functions with donated state": (i) => {
      const step = compile((state: Tensor) => state.add(1), { donate: [0] });
      step(step(data(i)));
    },
    "of functions with held parameters": (i) => {
      compile((w: Tensor, x: Tensor) => w.mul(x).sum(), { hold: [0] })(data(i), tensor([1]));
    },
    "of functions with much scratch memory": (i) => {
      compile((x: Tensor) => grad((y: Tensor) => tanh(tanh(y)).sum())(x))(data(i));
    },
    "of functions that call others": nested,
  };
  it.each(Object.entries(turns))("%s", async (_, turn) => {
    const before = await memoryAfter(10, turn);
    expect(await memoryAfter(30, turn)).toBeLessThanOrEqual(1.1 * before + 1000);
    expect(before).toBeLessThan(BYTES);
  });

  it("of one function of many shapes", async () => {
    const x = data(1);
    const f = compile((y: Tensor) => x.mul(y.sum()).sum(), { cache: 4 });
    const turn = (i: number) => f(zeros([i + 1]));
    const before = await memoryAfter(10, turn);
    expect(await memoryAfter(30, turn)).toBeLessThanOrEqual(1.1 * before);
    expect(before).toBeLessThan(5 * BYTES);
  });

  it("with workers, too", async () => {
    await useWorkers(2);
    const weights = drawInput([6, 64, 64], "smooth", Rng.seed(1));
    const turn = () => {
      const heavy = (x: Tensor) => scan((h: Tensor, w: Tensor) => [h.add(w.matmul(w)), []], x, weights)[0];
      return compile(heavy)(zeros([64, 64])).data();
    };
    const alone = turn();
    const before = await memoryAfter(10, turn);
    expect(await memoryAfter(30, turn)).toBeLessThanOrEqual(1.1 * before);
    expect(turn()).toEqual(alone);
  });
});

describe("a state", () => {
  const makeStep = () => compile((state: Tensor) => state.add(1), { donate: [0] });

  it("can be read when its function is gone", async () => {
    const state = (() => {
      const step = makeStep();
      return step(step(tensor([1, 2])));
    })();
    await memoryAfter(10, (i) => void compile((x: Tensor) => x.mul(data(i)).sum())(tensor([1])));
    expect(state.toArray()).toEqual([3, 4]);
  });

  it("can be read, and passed on, when its program has made room for another", () => {
    const step = compile((state: Tensor) => state.add(1), { donate: [0], cache: 1 });
    const state = step(tensor([1, 2]));
    step(tensor([1]));
    expect(step(state).toArray()).toEqual([3, 4]);
    expect(state.toArray()).toEqual([2, 3]);
  });

  it("is refused when it was consumed, also after its memory was given back", () => {
    const step = makeStep();
    const first = step(tensor([1]));
    const second = step(first);
    releaseMemory(step);
    expect(() => first.data()).toThrow("a donated value must be read before it is passed on");
    expect(second.toArray()).toEqual([3]);
  });

  it("keeps its dtype when its memory is given back", () => {
    const step = compile((s: { n: Tensor; b: Tensor }) => ({ n: s.n.add(1), b: s.b }), { donate: [0] });
    const state = step({ n: tensor([1], { dtype: "int32" }), b: tensor([true, false]) });
    releaseMemory();
    expect([state.n.data(), state.b.data()]).toEqual([Int32Array.of(2), Uint8Array.of(1, 0)]);
  });
});

describe("the cache", () => {
  function counting(options: { readonly cache?: number }) {
    let traced = 0;
    const f = compile((x: Tensor) => {
      traced++;
      return sum(x);
    }, options);
    return (size: number) => {
      const value = f(full([size], 1)).item();
      expect(value).toBe(size);
      return traced;
    };
  }

  it("keeps what was used last", () => {
    const f = counting({ cache: 2 });
    expect([1, 2, 1, 2, 3, 2, 3].map(f)).toEqual([1, 2, 2, 2, 3, 3, 3]);
    expect([1, 3, 2].map(f)).toEqual([4, 4, 5]);
  });

  it("keeps 128 programs where nobody says otherwise", () => {
    const f = counting({});
    for (let size = 1; size <= 128; size++) f(size);
    expect([f(1), f(128), f(129), f(1), f(2)]).toEqual([128, 128, 129, 129, 130]);
  });

  it.each([0, -1, 1.5, Number.NaN])("of %s programs is refused", (cache) => {
    expect(() => compile(sum, { cache })).toThrow(`compile: cache must be an integer >= 1, got ${cache}`);
  });
});

describe("releaseMemory", () => {
  it("gives back what all programs hold, at once", () => {
    const x = data(1);
    const f = compile((scale: Tensor) => x.mul(scale).sum());
    const value = f(tensor([1])).item();
    expect(engineMemory()).toBeGreaterThan(BYTES);
    releaseMemory();
    expect(engineMemory()).toBe(0);
    expect(f(tensor([1])).item()).toBe(value);
  });

  it("gives back what some functions hold, and nothing else", () => {
    const [a, b] = [1, 2].map((i) => {
      const x = data(i);
      return compile((scale: Tensor) => x.mul(scale).sum());
    }) as [(x: Tensor) => Tensor, (x: Tensor) => Tensor];
    a(tensor([1]));
    const one = engineMemory();
    b(tensor([1]));
    releaseMemory(b);
    expect(engineMemory()).toBe(one);
    releaseMemory(a, b);
    expect(engineMemory()).toBe(0);
  });

  it("refuses other functions", () => {
    expect(() => releaseMemory(sum as never)).toThrow(
      "releaseMemory: expected functions that compile() made, got another one",
    );
  });
});

describe("full memory", () => {
  const plan = (i: number) => {
    const x = data(i);
    return buildPlan(
      programOf((scale: Tensor, state: Tensor) => [state.add(1), x.mul(scale).sum()], args),
      {
        kept: [[0, 1]],
      },
    );
  };
  const args: [Tensor, Tensor] = [tensor([1]), tensor([1, 2])];

  it("makes the program that has not run for the longest time give back its own", () => {
    const memory = new EngineMemory({ shared: false, maximumPages: 11 }); // two of three
    const programs: Executable[] = [];
    const states = [0, 1, 2].map((i) => {
      programs.push(new Executable(plan(i), { memory, build: "simd" }));
      const [state] = programs[i]!.call(args);
      if (i === 1) programs[0]!.call(args);
      return state!;
    });
    expect(programs.map(({ isReleased }) => isReleased)).toEqual([false, true, false]);
    expect(states[1]!.toArray()).toEqual([2, 3]);
    expect(programs[0]!.call(args)[1]!.item()).toBeCloseTo(data(0).sum().item(), -1);
  });

  it("refuses what does not fit alone, and goes on with the others", () => {
    const memory = new EngineMemory({ shared: false, maximumPages: 4 });
    const small = buildPlan(programOf((x: Tensor) => x.add(1), [tensor([1])]));
    expect(() => new Executable(plan(0), { memory, build: "simd" })).toThrow(
      /engine: expected \d+ MiB of memory for all compiled programs together, got at most/,
    );
    expect(memory.used).toBe(0);
    expect(new Executable(small, { memory, build: "simd" }).call([tensor([1])])[0]!.toArray()).toEqual([2]);
  });
});

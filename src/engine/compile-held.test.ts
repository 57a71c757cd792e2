import { describe, expect, it } from "vitest";
import { Rng } from "../random/index.js";
import { matmul, scan, type Tensor, tanh, tensor, zeros } from "../tensor/index.js";
import { compile, programOf, releaseMemory } from "./compile.js";
import { Executable } from "./executor/executable.js";
import { EngineMemory } from "./executor/memory.js";
import { buildPlan } from "./plan/build.js";
import { expectAgree } from "./testing/compare.js";
import { drawInput } from "./testing/random-program.js";

interface Policy {
  readonly w: Tensor;
  readonly b: Tensor;
}

const act = ({ w, b }: Policy, x: Tensor) => tanh(matmul(x, w).add(b));
const draw = (seed: number, ...shape: number[]) => drawInput(shape, "smooth", Rng.seed(seed));
const policy = (seed: number): Policy => ({ w: draw(seed, 3, 4), b: draw(seed + 100, 4) });
const x = draw(9, 2, 3);

describe("held arguments", () => {
  it("give what arguments that are passed each time give, bit for bit", () => {
    const held = compile(act, { hold: [0] });
    const plain = compile(act);
    const [a, b] = [policy(1), policy(2)];
    for (const params of [a, a, b, a, { w: a.w, b: b.b }, { ...a }, a]) {
      for (const input of [x, draw(8, 2, 3)]) expectAgree(held(params, input), plain(params, input));
    }
  });

  it("are copied only when they are other tensors", () => {
    const memory = new EngineMemory({ shared: false });
    const params = policy(1);
    const plan = buildPlan(programOf(act, [params, x]), { held: [0, 1] });
    const program = new Executable(plan, { memory, build: "simd" });
    const before = program.call([params.w, params.b, x])[0]!.data();
    params.w.data().fill(0); // forbidden, and seen by a call that copies
    expect(program.call([params.w, params.b, x])[0]!.data()).toEqual(before);
    expect(program.call([tensor(params.w.data(), { shape: [3, 4] }), params.b, x])[0]!.data()).not.toEqual(
      before,
    );
  });

  it("are copied again by a program of other shapes, and after memory was given back", () => {
    const held = compile(act, { hold: [0] });
    const params = policy(3);
    for (const input of [x, draw(4, 1, 3), x]) expectAgree(held(params, input), act(params, input), 1e-6);
    releaseMemory(held);
    expectAgree(held(params, x), act(params, x), 1e-6);
  });

  it("may come out as they are, and be used in loops", () => {
    const f = compile(
      (w: Tensor, xs: Tensor) => [w, scan((h: Tensor, y: Tensor) => [h.add(w.mul(y)), h], w, xs)] as const,
      { hold: [0] },
    );
    const w = tensor([1, 2]);
    for (let i = 0; i < 2; i++) {
      const [same, [last]] = f(w, tensor([1, 2, 3]));
      expect([same.toArray(), last.toArray()]).toEqual([
        [1, 2],
        [7, 14],
      ]);
    }
  });

  it("may be states of a function that trains them, which stay in the engine", () => {
    const train = compile(({ w, b }: Policy) => ({ w: w.mul(0.5), b: b.add(1) }), { donate: [0] });
    const held = compile(act, { hold: [0] });
    let [state, reference] = [policy(5), policy(5)];
    for (let k = 0; k < 4; k++) {
      state = train(state);
      reference = { w: reference.w.mul(0.5), b: reference.b.add(1) };
      for (let t = 0; t < 2; t++) expectAgree(held(state, x), act(reference, x), 1e-6);
    }
    const old = train(state);
    held(old, x);
    const next = train(old);
    expectAgree(held(next, x), act(next, x), 1e-6);
    const fresh = compile(act, { hold: [0] });
    expect(() => fresh(old, x)).toThrow("a donated value must be read before it is passed on");
  });

  it("may stand beside donated ones", () => {
    const step = compile(
      (w: Tensor, state: Tensor, y: Tensor) => [state.add(w.mul(y)), state.sum()] as const,
      { hold: [0], donate: [1] },
    );
    const w = tensor([1, 2]);
    let state = zeros([2]);
    for (let k = 1; k <= 3; k++) [state] = step(w, state, tensor(k));
    expect(state.toArray()).toEqual([6, 12]);
    const [swapped] = step(state, w, tensor(2)); // a state of its own as what it holds
    expect(swapped.toArray()).toEqual([13, 26]);
  });

  it("are refused where there are none", () => {
    expect(() => compile(act, { hold: [-1] })).toThrow(
      "compile: hold must list positions of arguments, got [-1]",
    );
    expect(() => compile(act, { hold: [2] })(policy(1), x)).toThrow(
      "compile: hold must list positions of the 2 arguments, got [2]",
    );
    expect(() => compile(act, { hold: [0], donate: [0] })).toThrow(
      "compile: an argument is either donated or held, got 0 in both",
    );
  });
});

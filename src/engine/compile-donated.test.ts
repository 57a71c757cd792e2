import { describe, expect, it } from "vitest";
import { Rng } from "../random/index.js";
import { eye, full, sum, type Tensor, tanh, tensor, transpose, zeros } from "../tensor/index.js";
import { compile, engineMemory } from "./compile.js";
import { expectAgree } from "./testing/compare.js";
import { drawInput } from "./testing/random-program.js";

const normal =
  (...shape: number[]) =>
  (rng: Rng) =>
    drawInput(shape, "smooth", rng);

describe("donated state", () => {
  type State = { readonly w: Tensor; readonly m: Tensor; readonly steps: Tensor };
  const update = ({ w, m, steps }: State, x: Tensor): [State, Tensor] => {
    const next = m.mul(0.9).add(tanh(w).mul(x));
    return [{ w: w.sub(next.mul(0.1)), m: next, steps: steps.add(1) }, sum(w)];
  };
  const rng = Rng.seed(4);
  const start: State = { w: normal(5, 7)(rng), m: zeros([5, 7]), steps: tensor(0, { dtype: "int32" }) };

  it("gives what state that is passed in and out gives, bit for bit", () => {
    const inPlace = compile(update, { donate: [0] });
    const copied = compile(update);
    let [a, b] = [start, start];
    for (let i = 0; i < 20; i++) {
      const x = tensor(i);
      let losses: [Tensor, Tensor];
      [a, losses] = ((): [State, [Tensor, Tensor]] => {
        const [s, l] = inPlace(a, x);
        const [t, k] = copied(b, x);
        b = t;
        return [s, [l, k]];
      })();
      expectAgree(losses[0], losses[1]);
      if (i % 7 === 3) expectAgree(a, b);
    }
    expectAgree(a, b);
    expect(a.steps.item()).toBe(20);
  });

  it("stays as it was read, and refuses to be read once it was consumed", () => {
    const inPlace = compile(update, { donate: [0] });
    const [first] = inPlace(start, tensor(1));
    const [second] = inPlace(first, tensor(2));
    const read = second.w.data().slice();
    const [third] = inPlace(second, tensor(3));
    expect(second.w.data()).toEqual(read);
    const message =
      "compile: a donated value must be read before it is passed on, got one that a later call has consumed. Use the state which that call returned";
    expect(() => first.w.data()).toThrow(message);
    expect(() => inPlace({ ...third, w: first.w }, tensor(1))).toThrow(message);
    const expected = update(third, tensor(1));
    expectAgree(inPlace(third, tensor(1)), expected, 1e-6); // a refused call changed nothing
  });

  it("may be replaced, restored from a copy, and given to other functions", () => {
    const inPlace = compile(update, { donate: [0] });
    const [state] = inPlace(start, tensor(1));
    const other = compile((s: State) => s.w.add(s.m));
    expectAgree(other(state), state.w.add(state.m));
    const [again] = inPlace({ ...state, m: full([5, 7], 0.5) }, tensor(1));
    expectAgree(again, update({ ...update(start, tensor(1))[0], m: full([5, 7], 0.5) }, tensor(1))[0], 1e-6);
    expectAgree(inPlace(start, tensor(1))[0], update(start, tensor(1))[0], 1e-6);
  });

  it("may come out swapped, unchanged, flipped, or as another result", () => {
    const turn = ([p, q, r]: readonly [Tensor, Tensor, Tensor]) =>
      [[q, p, r] as const, [p, q.add(r), transpose(p)] as const] as const;
    const inPlace = compile(turn, { donate: [0] });
    let [a, b] = [0, 1].map(
      () => [normal(3, 3)(rng.fork("p")), normal(3, 3)(rng.fork("q")), eye(3)] as const,
    ) as [readonly [Tensor, Tensor, Tensor], readonly [Tensor, Tensor, Tensor]];
    for (let i = 0; i < 5; i++) {
      const [got, expected] = [inPlace(a), turn(b)];
      expectAgree(got[1], expected[1]);
      [a, b] = [got[0], expected[0]];
    }
    expectAgree(a, b);
    const flipped = compile((p: Tensor) => transpose(p), { donate: [0] });
    const p = normal(4, 4)(rng);
    expectAgree(flipped(flipped(flipped(p))), transpose(p));
  });

  it("may be passed twice, donated and not", () => {
    const f = compile((p: Tensor, q: Tensor) => [p.add(1), p.mul(q)] as const, { donate: [0] });
    const [p] = f(tensor([1, 2]), tensor([1, 1]));
    expectAgree(f(p, p)[1], tensor([4, 9]));
  });

  it("may have leaves that no result replaces", () => {
    const f = compile((p: { a: Tensor; b: Tensor }, n: Tensor) => p.a.mul(n).sum().add(p.b.sum()), {
      donate: [0],
    });
    const p = { a: tensor([1, 2]), b: tensor([3]) };
    expect([f(p, tensor(2)).item(), f(p, tensor(3)).item()]).toEqual([9, 12]);
  });

  it("needs no more memory after the first call", () => {
    const inPlace = compile(update, { donate: [0] });
    let [state] = inPlace(start, tensor(1));
    const before = engineMemory();
    for (let i = 0; i < 30; i++) [state] = inPlace(state, tensor(1));
    state.w.data();
    expect(engineMemory()).toBe(before);
  });
});

/**
 * How threads take turns of a loop, as WebAssembly: each claims the next turn, computes what is free at once, waits
 * for the turn before and does its steps in order. So sums add up in one order, whoever adds.
 *
 * @module
 */
import { atomic, type Code, call, drop, i32, leave, loopWhile, sequence, when } from "../wasm/code.js";
import type { ModuleBuilder } from "../wasm/module.js";
import { layout } from "./control.js";

/** Looks at `done` before a thread sleeps: some 0.1 ms. */
const SPINS = 20_000;
const TIMED_OUT = 2;

/** Of an instance; `control` and `claim` are addresses of words in `control.ts`. */
export type Turns = (scratch: number, area: number, control: number, claim: number) => void;

export interface SharedLoop {
  readonly count: number;
  readonly reverse: boolean;
  /** Functions of the arena, the area of the thread, and the turn's index. */
  readonly free: number;
  readonly ordered: number;
}

/** Defines and exports `(scratch, area, control, claim) => void`, which takes turns until there are none. */
export function defineTurns(module: ModuleBuilder, name: string, loop: SharedLoop): void {
  const { count, reverse, free, ordered } = loop;
  module.define(
    ["i32", "i32", "i32", "i32"],
    (fn) => {
      const [scratch, area, control, claim] = fn.params.map(({ get }) => get) as [Code, Code, Code, Code];
      const turn = fn.local("i32");
      const done = fn.local("i32");
      const spins = fn.local("i32");
      const word = (at: number) => 4 * at;
      const index = reverse ? i32.sub(i32.const(count - 1), turn.get) : turn.get;
      const look = done.set(atomic.load(control, word(layout.done)));
      const giveUp = when(
        i32.eq(
          atomic.wait(control, done.get, i32.load(control, word(layout.patience)), word(layout.done)),
          i32.const(TIMED_OUT),
        ),
        sequence(atomic.store(control, i32.const(-1), word(layout.failed)), leave),
      );
      const awaitTurn = sequence(
        spins.set(i32.const(SPINS)),
        look,
        loopWhile(
          i32.ne(done.get, turn.get),
          sequence(
            when(
              i32.eqz(spins.get),
              sequence(when(atomic.load(control, word(layout.failed)), leave), giveUp),
              spins.set(i32.sub(spins.get, i32.const(1))),
            ),
            look,
          ),
        ),
      );
      return loopWhile(
        i32.const(1),
        sequence(
          turn.set(atomic.add(control, i32.const(1), word(layout.next))),
          when(i32.ge_s(turn.get, i32.const(count)), leave),
          atomic.store(claim, i32.add(turn.get, i32.const(1))),
          call(free, scratch, area, index),
          awaitTurn,
          call(ordered, scratch, area, index),
          atomic.store(control, i32.add(turn.get, i32.const(1)), word(layout.done)),
          drop(atomic.notify(control, word(layout.done))),
        ),
      );
    },
    name,
  );
}

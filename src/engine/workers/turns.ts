/**
 * How threads take turns of a loop, as WebAssembly: each claims the next turn, computes what is free at once, waits
 * for the turn before and does its steps in order. So sums add up in one order, whoever adds.
 *
 * A thread whose turn has to wait computes another one first, in its second area: of two cores, one of which is
 * slower at the moment, the faster takes more turns.
 *
 * @module
 */
import {
  atomic,
  type Code,
  call,
  drop,
  i32,
  type Local,
  leave,
  loopWhile,
  sequence,
  when,
} from "../wasm/code.js";
import type { FunctionBuilder, ModuleBuilder } from "../wasm/module.js";
import { layout } from "./control.js";

/** Looks at `done` before a thread sleeps: some 0.1 ms. */
const SPINS = 20_000;
const TIMED_OUT = 2;
/** Where no turn is held. */
const NONE = -1;

/**
 * What an instance is given. `area` and `spare` are the addresses of the thread's two areas, `control` and `own` those of the
 * words in `control.ts`, the common ones and the thread's.
 */
export type Turns = (scratch: number, area: number, spare: number, control: number, own: number) => void;

export interface SharedLoop {
  readonly count: number;
  readonly reverse: boolean;
  /** Functions of the arena, the area of the thread, and the turn's index. */
  readonly free: number;
  readonly ordered: number;
}

/** Defines and exports `(scratch, area, spare, control, own) => void`, which takes turns until there are none. */
export function defineTurns(module: ModuleBuilder, name: string, loop: SharedLoop): void {
  const { count, reverse, free, ordered } = loop;
  module.define(
    ["i32", "i32", "i32", "i32", "i32"],
    (fn) => {
      const [scratch, area, spare, control, own] = fn.params as [Local, Local, Local, Local, Local];
      const [turn, held, done, other] = fn.locals("i32", 4) as [Local, Local, Local, Local];
      const index = ({ get }: Local) => (reverse ? i32.sub(i32.const(count - 1), get) : get);
      const say = (word: number, turn: Local) => atomic.store(own.get, after(turn), 4 * word);
      const complete = (turn: Local, at: Local) =>
        sequence(
          say(layout.claim, turn),
          call(ordered, scratch.get, at.get, index(turn)),
          atomic.store(control.get, after(turn), 4 * layout.done),
          drop(atomic.notify(control.get, 4 * layout.done)),
        );
      const hold = sequence(
        say(layout.held, turn),
        held.set(turn.get),
        other.set(area.get),
        area.set(spare.get),
        spare.set(other.get),
      );
      const isTurn = i32.lt_s(turn.get, i32.const(count));
      return sequence(
        held.set(i32.const(NONE)),
        loopWhile(
          i32.const(1),
          sequence(
            turn.set(atomic.add(control.get, i32.const(1), 4 * layout.next)),
            when(isTurn, sequence(say(layout.claim, turn), call(free, scratch.get, area.get, index(turn)))),
            when(
              i32.ne(held.get, i32.const(NONE)),
              sequence(awaitTurn(fn, control, held, done), complete(held, spare), held.set(i32.const(NONE))),
            ),
            when(i32.eqz(isTurn), leave),
            done.set(atomic.load(control.get, 4 * layout.done)),
            when(i32.eq(done.get, turn.get), complete(turn, area), hold),
          ),
        ),
      );
    },
    name,
  );
}

function after(turn: Local): Code {
  return i32.add(turn.get, i32.const(1));
}

/** Waits until all turns before this one are complete; leaves the function when a thread has failed. */
function awaitTurn(fn: FunctionBuilder, control: Local, turn: Local, done: Local): Code {
  const spins = fn.local("i32");
  const look = done.set(atomic.load(control.get, 4 * layout.done));
  const patience = i32.load(control.get, 4 * layout.patience);
  const slept = atomic.wait(control.get, done.get, patience, 4 * layout.done);
  const sleep = sequence(
    when(atomic.load(control.get, 4 * layout.failed), leave),
    when(
      i32.eq(slept, i32.const(TIMED_OUT)),
      sequence(atomic.store(control.get, i32.const(-1), 4 * layout.failed), leave),
    ),
  );
  return sequence(
    spins.set(i32.const(SPINS)),
    look,
    loopWhile(
      i32.ne(done.get, turn.get),
      sequence(when(i32.eqz(spins.get), sleep, spins.set(i32.sub(spins.get, i32.const(1)))), look),
    ),
  );
}

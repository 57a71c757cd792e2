/**
 * The functions of a module that call its kernels in the order of the plan.
 *
 * `run` does all of it on one thread. Where threads share the memory, the same in parts: `part0`, `part1`, … for
 * steps in a row, `turns0`, `turns1`, … for loops between them whose turns threads share out. A turn is the same
 * two functions either way.
 *
 * @module
 */
import type { Kernel } from "../kernels/kernel.js";
import type { Buffer, LoopStep, ParallelTurns, Place, Plan, Step } from "../plan/plan.js";
import { type Code, call, i32, type Local, loopWhile, sequence } from "../wasm/code.js";
import type { FunctionBuilder, ModuleBuilder } from "../wasm/module.js";
import { defineTurns } from "../workers/turns.js";

/** A part of a plan, and the name under which the module exports it. */
export type Part =
  | { readonly kind: "steps"; readonly name: string }
  | {
      readonly kind: "turns";
      readonly name: string;
      readonly count: number;
      /** Where in the arena this thread computes its turns, and how large that is; in bytes. */
      readonly areaOffset: number;
      readonly areaBytes: number;
    };

export interface DriverOptions {
  readonly plan: Pick<Plan, "steps" | "offsets">;
  /** Index of the function that is a kernel. */
  readonly functionOf: (kernel: Kernel) => number;
  /** Byte addresses of buffers outside the arena. */
  readonly lasting: ReadonlyMap<Buffer, number>;
  /** Whether to define the parts, too. */
  readonly inParts: boolean;
}

/** Defines and exports the functions; returns the parts, none unless asked for. */
export function defineDriver(module: ModuleBuilder, options: DriverOptions): readonly Part[] {
  return new Driver(module, options).define();
}

/** What a function knows of where things lie. */
interface Frame {
  readonly fn: FunctionBuilder;
  /** Address of the arena. */
  readonly scratch: Code;
  /** A buffer of the arena that lies elsewhere for this thread. */
  readonly area?: { readonly buffer: Buffer; readonly address: Code };
  /** Indices of the turns of the loops around. */
  readonly turns: ReadonlyMap<number, Code>;
}

type ParallelLoop = LoopStep & { readonly parallel: ParallelTurns };

class Driver {
  readonly #module: ModuleBuilder;
  readonly #options: DriverOptions;
  readonly #turns = new Map<ParallelLoop, { readonly free: number; readonly ordered: number }>();

  constructor(module: ModuleBuilder, options: DriverOptions) {
    this.#module = module;
    this.#options = options;
  }

  define(): readonly Part[] {
    const { steps } = this.#options.plan;
    for (const step of steps) if (isParallel(step)) this.#turns.set(step, this.#defineTurn(step));
    this.#defineSteps("run", steps);
    return this.#options.inParts && this.#turns.size > 0 ? this.#defineParts(steps) : [];
  }

  #defineParts(steps: readonly Step[]): Part[] {
    const parts: Part[] = [];
    let loops = 0;
    for (let from = 0; from < steps.length; ) {
      const to = steps.findIndex((step, i) => i >= from && isParallel(step));
      const end = to < 0 ? steps.length : to;
      if (end > from) {
        const name = `part${parts.length}`;
        this.#defineSteps(name, steps.slice(from, end));
        parts.push({ kind: "steps", name });
      }
      const loop = steps[end];
      if (loop && isParallel(loop)) {
        const name = `turns${loops++}`;
        const { count, reverse } = loop;
        const { area } = loop.parallel;
        defineTurns(this.#module, name, { count, reverse, ...this.#turns.get(loop)! });
        const areaOffset = 4 * this.#options.plan.offsets.get(area)!;
        parts.push({ kind: "turns", name, count, areaOffset, areaBytes: 4 * area.size });
      }
      from = end + 1;
    }
    return parts;
  }

  /** A function of the arena's address. */
  #defineSteps(name: string, steps: readonly Step[]): void {
    this.#module.define(
      ["i32"],
      (fn) => this.#steps(steps, { fn, scratch: fn.params[0]!.get, turns: new Map() }),
      name,
    );
  }

  /** Functions of the addresses of arena and area, and the turn's index. */
  #defineTurn({ id, body, parallel: { area, ordered } }: ParallelLoop): { free: number; ordered: number } {
    const define = (steps: readonly Step[]) =>
      this.#module.define(["i32", "i32", "i32"], (fn) => {
        const [scratch, address, turn] = fn.params.map(({ get }) => get) as [Code, Code, Code];
        return this.#steps(steps, {
          fn,
          scratch,
          area: { buffer: area, address },
          turns: new Map([[id, turn]]),
        });
      });
    return { free: define(body.slice(0, ordered)), ordered: define(body.slice(ordered)) };
  }

  #steps(steps: readonly Step[], frame: Frame): Code {
    return sequence(
      ...steps.map((step): Code => {
        if (step.kind === "kernel") {
          const addresses = step.args.map((place) => this.#address(place, frame));
          return call(this.#options.functionOf(step.kernel), ...addresses);
        }
        const { fn } = frame;
        const turn = fn.local("i32");
        if (!isParallel(step)) {
          const turns = new Map(frame.turns).set(step.id, turn.get);
          return inTurn(step, turn, this.#steps(step.body, { ...frame, turns }));
        }
        const { free, ordered } = this.#turns.get(step)!;
        const args = [
          frame.scratch,
          this.#address({ buffer: step.parallel.area, offset: 0 }, frame),
          turn.get,
        ];
        return inTurn(step, turn, sequence(call(free, ...args), call(ordered, ...args)));
      }),
    );
  }

  #address({ buffer, offset, turns = [] }: Place, { scratch, area, turns: indices }: Frame): Code {
    const { lasting, plan } = this.#options;
    const fixed = lasting.get(buffer);
    let code: Code;
    if (fixed !== undefined) code = i32.const(fixed + 4 * offset);
    else if (buffer === area?.buffer) code = i32.add(area.address, i32.const(4 * offset));
    else code = i32.add(scratch, i32.const(4 * (offset + plan.offsets.get(buffer)!)));
    for (const { loop, stride } of turns) {
      if (stride !== 0) code = i32.add(code, i32.mul(indices.get(loop)!, i32.const(4 * stride)));
    }
    return code;
  }
}

const isParallel = (step: Step): step is ParallelLoop => step.kind === "loop" && step.parallel !== undefined;

/** Runs the body for each turn, in the loop's direction. */
function inTurn({ count, reverse }: LoopStep, turn: Local, body: Code): Code {
  const [start, by] = reverse ? [count - 1, -1] : [0, 1];
  const more = reverse ? i32.ge_s(turn.get, i32.const(0)) : i32.lt_s(turn.get, i32.const(count));
  return sequence(
    turn.set(i32.const(start)),
    loopWhile(more, sequence(body, turn.set(i32.add(turn.get, i32.const(by))))),
  );
}

/**
 * A compiled plan that can be called: gives values to its inputs, runs it, and takes its results.
 *
 * @module
 */
import { dataOf } from "../../tensor/eager/concrete.js";
import { eager, fromData } from "../../tensor/eager/index.js";
import { type Spec, sizeOf } from "../../tensor/shape.js";
import { Tensor } from "../../tensor/tensor.js";
import type { Place, Plan } from "../plan/plan.js";
import type { Turns } from "../workers/turns.js";
import type { Build } from "./build.js";
import type { Holding } from "./holding.js";
import { type Loaded, type LoadOptions, load } from "./load.js";
import type { EngineMemory } from "./memory.js";
import { Resident } from "./resident.js";
import { copyValue, readValue, writeValue } from "./values.js";

type Run = (scratch: number) => void;

/** Bytes into scratch memory, or an address that lasts. */
interface Located {
  readonly isLasting: boolean;
  readonly at: number;
}

interface Input extends Located {
  readonly size: number;
  /** The number of the state that it keeps from call to call; −1 where it keeps none. */
  readonly state: number;
  /** Whether its value stays until another one comes. */
  readonly isHeld: boolean;
}

interface Output extends Located {
  readonly spec: Spec;
  readonly size: number;
  /** The number of the state that it becomes, and the address of that; −1 where it is copied to JavaScript. */
  readonly state: number;
  readonly stateAddress: number;
}

/** Gives back what garbage programs held. */
const garbage = new FinalizationRegistry<Holding>((holding) => holding.release());

export class Executable {
  readonly build: Build;
  protected readonly loaded: Loaded;
  readonly #memory: EngineMemory;
  readonly #holding: Holding;
  readonly #run: Run;
  readonly #inputs: readonly Input[];
  readonly #outputs: readonly Output[];
  /** What each held input was given last. */
  readonly #held: unknown[] = [];

  constructor(plan: Plan, options: LoadOptions) {
    const loaded = load(plan, options);
    const { holding, lasting, instance } = loaded;
    this.build = loaded.build;
    this.loaded = loaded;
    this.#memory = options.memory;
    this.#holding = holding;
    this.#run = instance.exports.run as Run;
    const locate = (place: Place): Located => locateIn(plan, loaded, place);
    const stateOf = new Map(
      plan.kept.map(({ buffer }) => {
        const { dtype, size } = buffer;
        return [buffer, holding.addState({ dtype, size, address: lasting.get(buffer)! })] as const;
      }),
    );
    this.#inputs = plan.inputs.map(({ buffer }) => ({
      ...locate({ buffer, offset: 0 }),
      size: buffer.size,
      state: stateOf.get(buffer) ?? -1,
      isHeld: lasting.has(buffer) && !stateOf.has(buffer),
    }));
    this.#outputs = plan.outputs.map(({ spec, place }, i) => {
      const buffer = plan.kept.find(({ output }) => output === i)?.buffer;
      const state = buffer ? stateOf.get(buffer)! : -1;
      const stateAddress = buffer ? lasting.get(buffer)! : -1;
      return { ...locate(place), spec, size: sizeOf(spec.shape), state, stateAddress };
    });
    garbage.register(this, holding, this);
  }

  /** Whether its memory was given back, so that it cannot be called any more. */
  get isReleased(): boolean {
    return this.#holding.isReleased;
  }

  /** Gives its memory back. States that it returned can still be read. */
  release(): void {
    garbage.unregister(this);
    this.#holding.release();
  }

  /**
   * Runs the plan once.
   *
   * @param leaves the inputs; states that it returned stay where they are
   * @throws MetaError where one of them was consumed; nothing has changed then
   */
  call(leaves: readonly Tensor[]): Tensor[] {
    const inputs = this.#inputs;
    for (let i = 0; i < inputs.length; i++) {
      const { payload } = leaves[i]!;
      if (payload instanceof Resident && this.#held[i] !== payload) this.#prepare(payload, inputs[i]!);
    }
    for (let i = 0; i < inputs.length; i++) this.#give(i, inputs[i]!, leaves[i]!.payload);
    const holding = this.#holding;
    holding.lastRun = this.#memory.tick();
    holding.version++;
    if (this.loaded.shared) this.#runShared(this.loaded.shared);
    else this.#run(this.#memory.scratch);
    return this.#results();
  }

  /** Copies a state that this call overwrites, but for those that it finds in place. */
  #prepare(payload: Resident, { state }: Input): void {
    if (payload.holding === this.#holding ? !this.#isInPlace(payload, state) : !payload.isCurrent) {
      void payload.data;
    }
  }

  #isInPlace(payload: Resident, state: number): boolean {
    return payload.holding === this.#holding && payload.state === state && payload.isCurrent;
  }

  #give(i: number, input: Input, payload: unknown): void {
    if (input.isHeld) {
      if (this.#held[i] === payload) return;
      this.#held[i] = payload;
    }
    const memory = this.#memory;
    const address = input.isLasting ? input.at : memory.scratch + input.at;
    if (payload instanceof Resident) {
      if (this.#isInPlace(payload, input.state)) return;
      const from = payload.addressIn(memory);
      if (from >= 0) {
        copyValue(memory, from, address, input.size);
        return;
      }
    }
    writeValue(memory, address, dataOf(payload));
  }

  /** Runs the plan part by part, and its loops together with the pool's workers. */
  #runShared({ pool, program, parts }: NonNullable<Loaded["shared"]>): void {
    const { scratch } = this.#memory;
    const { instance } = this.loaded;
    let loop = 0;
    for (const part of parts) {
      const run = instance.exports[part.name];
      if (part.kind === "steps") (run as Run)(scratch);
      else {
        const area = scratch + part.areaOffset;
        pool.run({ program, loop: loop++, count: part.count, scratch, area, turns: run as Turns });
      }
    }
  }

  #results(): Tensor[] {
    const memory = this.#memory;
    const { scratch } = memory;
    const outputs = this.#outputs;
    for (const { isLasting, at, size, state, stateAddress } of outputs) {
      const from = isLasting ? at : scratch + at;
      if (state >= 0 && from !== stateAddress) copyValue(memory, from, stateAddress, size);
    }
    const results = new Array<Tensor>(outputs.length);
    for (let i = 0; i < outputs.length; i++) {
      const { isLasting, at, spec, size, state } = outputs[i]!;
      results[i] =
        state >= 0
          ? new Tensor(spec.shape, spec.dtype, eager, new Resident(this.#holding, state))
          : fromData(spec, readValue(memory, spec.dtype, isLasting ? at : scratch + at, size));
    }
    return results;
  }
}

/** Where a place of a plan lies. */
export function locateIn(plan: Plan, { lasting }: Loaded, { buffer, offset }: Place): Located {
  const address = lasting.get(buffer);
  return { isLasting: address !== undefined, at: 4 * offset + (address ?? 4 * plan.offsets.get(buffer)!) };
}

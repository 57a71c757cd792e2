/**
 * What a program holds of the engine's memory, and how it is given back.
 *
 * A program takes areas for its constants and for what stays from call to call, and gives all of them back at once:
 * when it is garbage, when its function keeps too many others, when somebody asks for it, or when memory is full. The
 * last states that it returned are copied to JavaScript then, so that they can still be read.
 *
 * @module
 */
import type { TypedArray } from "../../tensor/dtype.js";
import type { Area } from "./areas.js";
import type { EngineMemory } from "./memory.js";
import { readValue, type Stored } from "./values.js";

export class Holding {
  readonly memory: EngineMemory;
  /** Counts the calls that wrote states: those of an earlier count are gone. */
  version = 0;
  /** When the program ran last, by the memory's clock. */
  lastRun: number;
  #scratchBytes = 0;
  #areas: Area[] = [];
  readonly #states: Stored[] = [];
  /** Copies of the states, after the areas were given back. */
  #saved: readonly TypedArray[] | undefined;
  #onRelease: (() => void) | undefined;

  constructor(memory: EngineMemory) {
    this.memory = memory;
    this.lastRun = memory.tick();
  }

  get isReleased(): boolean {
    return this.#saved !== undefined;
  }

  get scratchBytes(): number {
    return this.#scratchBytes;
  }

  /** Takes a lasting area, and returns its address. */
  take(bytes: number): number {
    const area = this.memory.allocate(bytes);
    this.#areas.push(area);
    return area.address;
  }

  /** Makes sure of so much scratch memory. */
  needScratch(bytes: number): void {
    this.memory.reserveScratch(bytes);
    this.#scratchBytes = bytes;
  }

  /** Adds a state, which calls write from now on; returns its number. */
  addState(state: Stored): number {
    return this.#states.push(state) - 1;
  }

  /** Registers what the program holds, now that it is complete. */
  complete(onRelease?: () => void): void {
    this.#onRelease = onRelease;
    this.memory.add(this);
  }

  addressOf(state: number): number {
    return this.#states[state]!.address;
  }

  /** Copies what a state holds now, or held when the areas were given back. */
  read(state: number): TypedArray {
    return this.#saved?.[state] ?? this.#copy(this.#states[state]!);
  }

  /** Gives everything back. */
  release(): void {
    if (this.isReleased) return;
    const { memory } = this;
    this.#saved = this.version === 0 ? [] : this.#states.map((state) => this.#copy(state));
    for (const area of this.#areas) memory.release(area);
    this.#areas = [];
    memory.remove(this);
    this.#onRelease?.();
  }

  #copy({ dtype, address, size }: Stored): TypedArray {
    return readValue(this.memory, dtype, address, size);
  }
}

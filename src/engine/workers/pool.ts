/**
 * Threads that compute chunks of tasks side by side, on one shared memory.
 *
 * The thread that owns the pool calls programs as ever; where a plan says that the turns of a loop may run at the
 * same time, all threads take turns. Results are the same, bit for bit, for any number of threads.
 *
 * @module
 */
import { MetaError } from "../../errors.js";
import { startThread, type Thread, type ThreadEvents } from "../../platform/threads.js";
import type { Area } from "../executor/areas.js";
import type { EngineMemory } from "../executor/memory.js";
import { layout } from "./control.js";
import type { Turns } from "./turns.js";

/** A loop of a program, and this thread's instance of it. */
export interface SharedLoop {
  readonly program: number;
  readonly loop: number;
  readonly count: number;
  /** Address of the program's arena. */
  readonly scratch: number;
  /** Address where this thread computes its turns. */
  readonly area: number;
  readonly turns: Turns;
}

export interface PoolOptions {
  /** Seconds without a turn completed, after which a thread counts as dead. Default: 60. */
  readonly patience?: number;
  /**
   * Address of the workers' script, `metagrad/worker`, in a bundle whose bundler does not know
   * `new Worker(new URL(…, import.meta.url))`. Default: the bundler has put it where it belongs.
   */
  readonly script?: URL | string;
}

/** A program to compute with, or, without a module, one to forget. */
export interface ProgramMessage {
  readonly program: number;
  readonly module?: WebAssembly.Module;
  /** Address of its constants. */
  readonly constants?: number;
}

/** Looks at a word before the thread sleeps: some 0.1 ms. */
const SPINS = 20_000;
const START_SECONDS = 30;
const WHERE_THE_SCRIPT_IS =
  "In a bundle, the workers' script must lie beside it: copy metagrad/dist/engine/workers/worker.js there, " +
  "or give its address: useWorkers(count, { script })";

export class WorkerPool {
  /** Threads that compute: this one and those started. */
  readonly size: number;
  readonly #memory: EngineMemory;
  readonly #threads: readonly Thread[];
  /** Address of the words that all threads share, and a view of them. */
  readonly #at: number;
  readonly #control: Int32Array;
  readonly #patience: number;
  readonly #script: URL | string | undefined;
  #programs = 0;
  #areaBytes = 0;
  /** The areas that threads compute turns in, by the word that says where. */
  readonly #areas = new Map<number, Area>();
  /** Why the threads cannot be counted on any more. */
  #broken: string | undefined;

  private constructor(memory: EngineMemory, size: number, { patience = 60, script }: PoolOptions) {
    this.size = size;
    this.#memory = memory;
    this.#at = memory.allocate(4 * layout.words).address;
    this.#control = new Int32Array(memory.memory.buffer, this.#at, layout.words);
    this.#control.fill(0);
    this.#patience = 1000 * patience;
    this.#control[layout.patience] = this.#patience;
    this.#script = script;
    this.#threads = Array.from({ length: size - 1 }, (_, i) => this.#start(i + 1));
  }

  /** Starts `size` − 1 threads beside this one. @throws MetaError when one does not start */
  static async start(memory: EngineMemory, size: number, options: PoolOptions = {}): Promise<WorkerPool> {
    const pool = new WorkerPool(memory, size, options);
    try {
      await pool.#ready();
    } catch (error) {
      pool.stop();
      throw error;
    }
    return pool;
  }

  /**
   * Gives a program with loops to share to all threads.
   *
   * @param areaBytes what a turn of its loops needs
   * @returns the program's number
   */
  add(module: WebAssembly.Module, constants: number, areaBytes: number): number {
    this.#reserveAreas(areaBytes);
    const program = this.#programs++;
    this.#post({ program, module, constants });
    return program;
  }

  /** Makes all threads forget a program. */
  remove(program: number): void {
    if (this.#broken === undefined) this.#post({ program });
  }

  /**
   * Computes all turns of a loop, together.
   *
   * @throws MetaError that names the turn when a thread fails; the pool is of no use then
   */
  run({ program, loop, count, scratch, area, turns }: SharedLoop): void {
    if (this.#broken !== undefined) this.#fail(this.#broken);
    const control = this.#control;
    control[layout.program] = program;
    control[layout.loop] = loop;
    control[layout.scratch] = scratch;
    control[layout.failed] = 0;
    for (let i = 0; i < this.size; i++) {
      control[this.#own(i) + layout.claim] = 0;
      control[this.#own(i) + layout.held] = 0;
    }
    Atomics.store(control, layout.next, 0);
    Atomics.store(control, layout.done, 0);
    Atomics.store(control, layout.open, 1);
    this.#wake();
    try {
      const own = this.#own(0);
      turns(scratch, area, control[own + layout.spare]!, this.#at, this.#at + 4 * own);
    } catch (error) {
      this.stop();
      throw error;
    }
    this.#await(layout.done, count, count);
    Atomics.store(control, layout.open, 0);
    this.#await(layout.active, 0, count);
  }

  /** Ends all threads. */
  stop(): void {
    this.#broken ??= "they were stopped";
    for (const thread of this.#threads) thread.stop();
  }

  #started: Promise<void>[] = [];

  #start(index: number): Thread {
    const name = `worker ${index} of ${this.size - 1}`;
    let resolve!: () => void;
    let reject!: (error: Error) => void;
    this.#started.push(
      new Promise((onReady, onFailure) => {
        resolve = onReady;
        reject = onFailure;
      }),
    );
    const onMessage = () => {
      clearTimeout(timer);
      resolve();
    };
    const onDeath = (why: string) => {
      clearTimeout(timer);
      this.#broken ??= `${name} has died: ${why}`;
      reject(new MetaError(`engine: expected ${name} to start, got: ${why}. ${WHERE_THE_SCRIPT_IS}`));
    };
    const timer = setTimeout(() => onDeath(`no answer in ${START_SECONDS} s`), 1000 * START_SECONDS);
    try {
      const thread = this.#startScript(`metagrad ${name}`, { onMessage, onDeath });
      thread.post({ memory: this.#memory.memory, at: this.#at, own: this.#own(index), layout });
      return thread;
    } catch (error) {
      onDeath(String(error)); // a script without an address, or one that the page may not start
      return { post: () => {}, stop: () => {} };
    }
  }

  #startScript(name: string, events: ThreadEvents): Thread {
    if (this.#script !== undefined) {
      const url = new URL(this.#script, globalThis.location?.href ?? "file:///");
      return startThread(url, name, () => new Worker(url, { type: "module" }), events);
    }
    return startThread(
      new URL("./worker.js", import.meta.url),
      name,
      () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }),
      events,
    );
  }

  async #ready(): Promise<void> {
    await Promise.all(this.#started);
  }

  /** Position of a thread's own words. */
  #own(index: number): number {
    return layout.threads + index * layout.stride;
  }

  #post(message: ProgramMessage): void {
    for (const thread of this.#threads) thread.post(message);
    Atomics.add(this.#control, layout.posted, 1);
    this.#wake();
  }

  #wake(): void {
    Atomics.add(this.#control, layout.round, 1);
    Atomics.notify(this.#control, layout.round);
  }

  /** Makes the areas of each thread so large; the first of this one is part of the program's arena. */
  #reserveAreas(bytes: number): void {
    if (bytes <= this.#areaBytes) return;
    for (let i = 0; i < this.size; i++) {
      for (const word of i === 0 ? [layout.spare] : [layout.area, layout.spare]) {
        const at = this.#own(i) + word;
        const area = this.#memory.allocate(bytes); // before the old one goes: it may fail
        const old = this.#areas.get(at);
        if (old) this.#memory.release(old);
        this.#areas.set(at, area);
        this.#control[at] = area.address;
      }
    }
    this.#areaBytes = bytes;
  }

  /** Waits until a word has a value. */
  #await(word: number, wanted: number, count: number): void {
    const control = this.#control;
    for (let spins = 0; ; spins++) {
      const value = Atomics.load(control, word);
      if (value === wanted) return;
      if (Atomics.load(control, layout.failed) !== 0) this.#fail(this.#failure(count));
      if (spins < SPINS) continue;
      if (Atomics.wait(control, word, value, this.#patience) === "timed-out") {
        control[layout.failed] = -1;
        this.#fail(this.#failure(count));
      }
    }
  }

  /** Which turn failed, and why. */
  #failure(count: number): string {
    const control = this.#control;
    const failed = control[layout.failed]!;
    if (failed > 0) {
      const index = (failed - 1 - layout.threads) / layout.stride;
      const length = control[layout.text]!;
      const why = String.fromCharCode(...control.subarray(layout.text + 1, layout.text + 1 + length));
      return `worker ${index} failed in chunk ${control[failed - 1 + layout.claim]} of ${count}: ${why}`;
    }
    const turn = control[layout.done]! + 1;
    const index = Array.from({ length: this.size }, (_, i) => this.#own(i)).findIndex(
      (own) => control[own + layout.claim] === turn || control[own + layout.held] === turn,
    );
    const who = index < 0 ? "" : ` It was worker ${index}'s`;
    return `chunk ${turn} of ${count} was not done within ${this.#patience / 1000} s.${who}`;
  }

  #fail(why: string): never {
    this.#broken = why;
    this.stop();
    throw new MetaError(
      `engine: expected ${this.size} workers to compute, but ${why}. Call useWorkers again to go on`,
    );
  }
}

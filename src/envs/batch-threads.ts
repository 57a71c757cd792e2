/** The owner's side of the threads of a batch: who has which rows, what they are told, and what becomes of them. */
import { ConfigError, EnvError } from "../errors.js";
import { startThread, type Thread } from "../platform/threads.js";
import { allocateControl, awaitChange, BUSY, readText, threadWords, word } from "./batch-control.js";
import type { BatchMemory } from "./batch-memory.js";
import { type RowEnvs, RowError, type RowRunner, type RowStart } from "./batch-rows.js";
import type { FromWorker, ToWorker } from "./batch-worker.js";
import type { EnvSpec, EnvState } from "./env.js";
import type { EnvSource } from "./env-source.js";

const START_SECONDS = 60;

/** Consecutive rows of one thread. */
export interface Block {
  readonly first: number;
  readonly count: number;
}

/** A thread and what it is asked. */
interface Helper extends Block {
  readonly name: string;
  readonly thread: Thread;
  readonly own: Int32Array;
  /** Whoever waits for an answer: the oldest first. */
  readonly waiting: { resolve(answer: FromWorker): void; reject(error: Error): void }[];
}

/** Rows of a batch in several threads: the first block in this one, each other in one of its own. */
export class RowThreads implements RowRunner {
  readonly #own: RowEnvs;
  readonly #memory: BatchMemory;
  readonly #ownCount: number;
  readonly #control: Int32Array;
  readonly #helpers: readonly Helper[];
  readonly #patience: number;
  /** Why the threads cannot be counted on any more. */
  #broken: string | undefined;

  readonly #source: EnvSource;

  /** @param patience seconds in one row */
  constructor(
    source: EnvSource,
    own: RowEnvs,
    memory: BatchMemory,
    [mine, ...others]: readonly Block[],
    patience: number,
  ) {
    this.#source = { ...source, module: String(source.module) };
    this.#own = own;
    this.#memory = memory;
    this.#ownCount = mine!.count;
    this.#patience = 1000 * patience;
    this.#control = allocateControl(others.length);
    this.#helpers = others.map((block, i) => this.#helper(block, i, others.length));
  }

  /** Has the threads make their environments, like that of row 0. @throws EnvError, ConfigError */
  async start(spec: EnvSpec): Promise<void> {
    const started = this.#helpers.map(async (helper, thread) => {
      const { name, first, count } = helper;
      const common = { source: this.#source, spec, memory: this.#memory, control: this.#control };
      const message: ToWorker = { kind: "start", ...common, thread, first, count };
      const answer = await this.#ask(helper, () => helper.thread.post(message), START_SECONDS);
      if (answer.kind === "failed") throw new EnvError(`workerBatch: ${name}: ${answer.why}`);
    });
    try {
      await Promise.all(started);
    } catch (error) {
      this.#broken ??= "one did not start";
      if ((error as Error).name !== "DataCloneError") throw error;
      const why = (error as Error).message;
      throw new ConfigError(`workerBatch: options must be data that can be posted to threads, got: ${why}`);
    }
  }

  reset(starts: readonly RowStart[]): void {
    this.#together(
      (helper) => {
        const theirs = starts.filter(({ row }) => isIn(helper, row));
        return theirs.length > 0 && { kind: "reset", starts: theirs };
      },
      () => this.#own.reset(starts.filter(({ row }) => row < this.#ownCount)),
    );
  }

  step(): void {
    const { active } = this.#memory;
    this.#together(
      ({ first, count }) => active.subarray(first, first + count).includes(1) && "step",
      () => this.#own.step(),
    );
  }

  async save(): Promise<readonly EnvState[]> {
    this.#demandWhole();
    const own = this.#own.save();
    const others = this.#helpers.map(async (helper) => {
      const answer = await this.#ask(helper, () => post(helper, { kind: "save" }), this.#patience / 1000);
      if (answer.kind === "saved") return answer.states;
      const { row, why } = answer as FromWorker & { kind: "failed" };
      throw new RowError(row!, why);
    });
    return [...own, ...(await Promise.all(others)).flat()];
  }

  restore(states: readonly EnvState[]): void {
    this.#together(
      ({ first, count }) => ({ kind: "restore", states: states.slice(first, first + count) }),
      () => this.#own.restore(states.slice(0, this.#ownCount)),
    );
  }

  close(): void {
    try {
      this.#own.close();
      if (this.#broken === undefined) {
        this.#together(
          () => ({ kind: "close" }),
          () => {},
        );
      }
    } finally {
      this.#broken ??= "they were stopped";
      for (const { thread } of this.#helpers) thread.stop();
    }
  }

  /**
   * Gives each thread what is for it, does what is for this one, and waits for all.
   *
   * @throws RowError of the first row that failed, EnvError if a thread has died
   */
  #together(theirs: (helper: Helper) => ToWorker | "step" | false, mine: () => void): void {
    this.#demandWhole();
    const asked = this.#helpers.flatMap((helper) => {
      const what = theirs(helper);
      return what === false ? [] : [{ helper, what }];
    });
    Atomics.add(this.#control, BUSY, asked.length);
    for (const { helper, what } of asked) {
      Atomics.store(helper.own, word.asked, 1);
      if (what === "step") ring(helper, word.steps);
      else post(helper, what);
    }
    const errors: RowError[] = [];
    try {
      mine();
    } catch (error) {
      errors.push(error as RowError);
    }
    this.#awaitAll();
    for (const { own } of this.#helpers) {
      const failed = Atomics.exchange(own, word.failed, 0);
      if (failed > 0) errors.push(new RowError(failed - 1, readText(own)));
    }
    errors.sort((a, b) => a.row - b.row);
    if (errors.length > 0) throw errors[0];
  }

  /** Waits until no thread is busy. */
  #awaitAll(): void {
    let progress = this.#progress();
    for (;;) {
      const busy = Atomics.load(this.#control, BUSY);
      const dead = this.#helpers.find(({ own }) => Atomics.load(own, word.failed) < 0);
      if (dead) this.#fail(`${dead.name} died in row ${dead.own[word.row]}: ${readText(dead.own)}`);
      if (busy === 0) return;
      if (awaitChange(this.#control, BUSY, busy, this.#patience)) continue;
      const now = this.#progress();
      if (now === progress) {
        const { name, own } = this.#helpers.find(({ own }) => Atomics.load(own, word.asked) === 1)!;
        this.#fail(`${name} was not done with row ${own[word.row]} within ${this.#patience / 1000} s`);
      }
      progress = now;
    }
  }

  /** Rows that the threads have begun. */
  #progress(): number {
    return this.#helpers.reduce((sum, { own }) => sum + Atomics.load(own, word.progress), 0);
  }

  #demandWhole(): void {
    if (this.#broken !== undefined) throw this.#error(this.#broken);
  }

  #fail(why: string): never {
    this.#broken = why;
    for (const { thread } of this.#helpers) thread.stop();
    throw this.#error(why);
  }

  #error(why: string): EnvError {
    return new EnvError(
      `workerBatch: expected ${1 + this.#helpers.length} threads to go on, but ${why}. Make the batch again`,
    );
  }

  /** Posts something, and waits for the answer. @throws EnvError if the thread dies, or has none within some seconds */
  #ask({ name, waiting }: Helper, post: () => void, seconds: number): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(this.#error(`${name} gave no answer in ${seconds} s`)),
        1000 * seconds,
      );
      const settle =
        <T>(how: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          how(value);
        };
      waiting.push({ resolve: settle(resolve), reject: settle(reject) });
      post();
    });
  }

  #helper(block: Block, index: number, helpers: number): Helper {
    const name = `worker ${index + 1} of ${helpers}`;
    const here = import.meta.url; // in a variable, so that bundlers do not follow what only Node asks for
    const isSource = here.endsWith(".ts");
    const typescript = isSource || /\.[cm]?tsx?$/.test(String(this.#source.module));
    const thread = startThread(
      new URL(isSource ? "./batch-worker.ts" : "./batch-worker.js", here),
      `metagrad rows, ${name}`,
      () => new Worker(new URL("./batch-worker.js", import.meta.url), { type: "module" }),
      {
        onMessage: (answer) => helper.waiting.shift()?.resolve(answer as FromWorker),
        onDeath: (why) => {
          this.#broken ??= `${name} has died: ${why}`;
          for (const { reject } of helper.waiting.splice(0)) reject(this.#error(this.#broken));
        },
      },
      { typescript },
    );
    const helper: Helper = { ...block, name, thread, own: threadWords(this.#control, index), waiting: [] };
    return helper;
  }
}

function isIn({ first, count }: Block, row: number): boolean {
  return row >= first && row < first + count;
}

/** Posts a message, for which the thread goes back to its event loop. */
function post(helper: Helper, message: ToWorker): void {
  helper.thread.post(message);
  ring(helper, word.posted);
}

/** Adds to a word, and wakes the thread. */
function ring({ own }: Helper, what: number): void {
  Atomics.add(own, what, 1);
  Atomics.add(own, word.bell, 1);
  Atomics.notify(own, word.bell);
}

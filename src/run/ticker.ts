/**
 * A line of a terminal that counts the seconds while the main thread computes and cannot.
 *
 * A thread writes it: once a second, and only while it holds the lock and nobody has asked it to stop.
 *
 * @module
 */
import { Worker } from "node:worker_threads";

const LOCK = 0;
const TURN = 1;

/** `words`: a lock, and the number of the line that is to be written. */
const SCRIPT = `
const { writeSync } = require("node:fs");
const { parentPort, workerData: { fd, words } } = require("node:worker_threads");
let timer;
parentPort.on("message", ({ turn, text, columns, since }) => {
  clearInterval(timer);
  timer = setInterval(() => {
    while (Atomics.compareExchange(words, ${LOCK}, 0, 1) !== 0) Atomics.wait(words, ${LOCK}, 1, 10);
    try {
      const line = text + "  " + Math.round((Date.now() - since) / 1000) + " s";
      if (Atomics.load(words, ${TURN}) === turn) writeSync(fd, "\\r\\u001b[2K" + line.slice(0, columns - 1));
      else clearInterval(timer);
    } catch {
      // the terminal is busy or gone: the next second will tell
    }
    Atomics.store(words, ${LOCK}, 0);
    Atomics.notify(words, ${LOCK});
  }, 1000);
});
`;

export class Ticker {
  readonly #fd: number;
  readonly #words = new Int32Array(new SharedArrayBuffer(8));
  #worker: Worker | undefined;

  /** @param fd the terminal */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Begins a line, which the caller has written for the first time. */
  start(text: string, columns: number): void {
    this.#worker ??= this.#begin();
    const turn = Atomics.add(this.#words, TURN, 1) + 1;
    this.#worker.postMessage({ turn, text, columns, since: Date.now() });
  }

  /** From here on nothing is written. */
  stop(): void {
    if (this.#worker === undefined) return;
    while (Atomics.compareExchange(this.#words, LOCK, 0, 1) !== 0) Atomics.wait(this.#words, LOCK, 1, 10);
    Atomics.add(this.#words, TURN, 1);
    Atomics.store(this.#words, LOCK, 0);
    Atomics.notify(this.#words, LOCK);
  }

  #begin(): Worker {
    const workerData = { fd: this.#fd, words: this.#words };
    const worker = new Worker(SCRIPT, { eval: true, execArgv: [], workerData });
    worker.unref();
    return worker;
  }
}

// @ts-check
/**
 * A thread of the pool (`pool.ts`): keeps instances of the programs that have loops to share, and runs turns of them.
 *
 * Plain JavaScript without imports, so that it starts as it is: from source, from a build, in a page.
 *
 * It sleeps on a word of shared memory. Messages (programs) reach it only when it does not: whoever posts one adds
 * to `posted`, and the thread goes back to its event loop until it has received as many.
 */

/** @typedef {import("./turns.js").Turns} Turns */

/** Looks at a word before the thread sleeps: some 0.1 ms. */
const SPINS = 20_000;

/** @type {Map<number, WebAssembly.Exports>} */
const programs = new Map();
/** @type {{ memory: WebAssembly.Memory, at: number, own: number, layout: import("./control.js").Layout }} */
let pool;
/** @type {Int32Array} */
let control;
let received = 0;
let seen = 0;

/** @param {any} message */
function receive(message) {
  if (message.memory) {
    pool = message;
    control = new Int32Array(pool.memory.buffer, pool.at, pool.layout.words);
    send({ ready: true });
  } else {
    received++;
    receiveProgram(message);
  }
  if (received === Atomics.load(control, pool.layout.posted)) work();
}

/** @param {import("./pool.js").ProgramMessage} message */
function receiveProgram({ program, module, constants }) {
  if (!module) {
    programs.delete(program);
    return;
  }
  const env = {
    memory: pool.memory,
    constants: new WebAssembly.Global({ value: "i32" }, constants),
  };
  programs.set(program, new WebAssembly.Instance(module, { env }).exports);
}

/** Takes part in loops until there are messages to receive. */
function work() {
  const { round, open, active, posted } = pool.layout;
  for (;;) {
    const now = Atomics.load(control, round);
    if (received !== Atomics.load(control, posted)) return;
    if (now !== seen) {
      seen = now;
      Atomics.add(control, active, 1);
      if (Atomics.load(control, open) === 1) takeTurns();
      Atomics.sub(control, active, 1);
      Atomics.notify(control, active);
    } else sleep(round, now);
  }
}

function takeTurns() {
  const { program, loop, scratch, area, spare, done, failed } = pool.layout;
  const { at, own } = pool;
  const word = (/** @type {number} */ index) => Atomics.load(control, index);
  try {
    const turns = /** @type {Turns} */ (programs.get(word(program))?.[`turns${word(loop)}`]);
    turns(word(scratch), word(own + area), word(own + spare), at, at + 4 * own);
  } catch (error) {
    describe(error);
    Atomics.store(control, failed, 1 + own);
    Atomics.store(control, done, -1); // so that nobody falls asleep on it
    Atomics.notify(control, done);
  }
}

/** @param {unknown} error */
function describe(error) {
  const { text, textLength } = pool.layout;
  const codes = Array.from(String(error).slice(0, textLength - 1), (char) => char.charCodeAt(0));
  control.set([codes.length, ...codes], text);
}

/**
 * @param {number} word
 * @param {number} value
 */
function sleep(word, value) {
  for (let i = 0; i < SPINS; i++) if (Atomics.load(control, word) !== value) return;
  Atomics.wait(control, word, value);
}

const port = globalThis.process?.getBuiltinModule?.("node:worker_threads").parentPort;

/** @param {unknown} message */
function send(message) {
  if (port) port.postMessage(message);
  else globalThis.postMessage(message);
}

if (port) port.on("message", receive);
else globalThis.onmessage = ({ data }) => receive(data);

/**
 * One meta-step of second-order MAML in TensorFlow.js: the sinusoid works of works.py.
 * (The conv works are out of its reach: the filter gradient of a convolution has no gradient there.)
 *
 * Usage: node maml_tfjs.mjs WORK [wasm|cpu] [--once] [--repeats N] [--load FILE] --modules DIR/tfjs
 *
 * `--modules` is the folder that setup.sh made. Without `--load` (a file of maml_torch.py --dump) the weights
 * and data are random ones of the same distribution.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

const STEPS = { "maml/sinusoid": 1, "maml/sinusoid-5": 5 };
const TASKS = 25;
const EXAMPLES = 10;
const INNER_LR = 0.01;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    once: { type: "boolean", default: false },
    repeats: { type: "string", default: "20" },
    load: { type: "string" },
    modules: { type: "string" },
  },
});
const [work, backend = "wasm"] = positionals;
const steps = STEPS[work];
if (!steps) fail(`expected a work of ${Object.keys(STEPS).join(", ")}, got ${work}`);
if (!options.modules) fail("expected --modules DIR/tfjs, the folder that setup.sh made");

const require = createRequire(path.resolve(options.modules, "package.json"));
const tf = require("@tensorflow/tfjs");
if (backend === "wasm") {
  const { setWasmPaths } = require("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(`${path.dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
}
if (!(await tf.setBackend(backend))) fail(`no backend ${backend}`);
await tf.ready();

const given = options.load ? load(options.load) : random();
const params = ["dense1", "dense2", "head"].flatMap((layer) =>
  ["kernel", "bias"].map((part) => tf.variable(given[`params.${layer}.${part}`])),
);
const [xs, ys, xq, yq] = ["support.x", "support.y", "query.x", "query.y"].map((name) =>
  tf.unstack(given[name]),
);
const adam = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);

function net([w1, b1, w2, b2, w3, b3], x) {
  const h = x.matMul(w1).add(b1).relu().matMul(w2).add(b2).relu();
  return h.matMul(w3).add(b3);
}

function loss(phi, x, y) {
  return net(phi, x).sub(y).square().mean();
}

function taskLoss(theta, i) {
  let phi = theta;
  for (let k = 0; k < steps; k++) {
    const g = tf.grads((...q) => loss(q, xs[i], ys[i]))(phi);
    phi = phi.map((p, j) => p.sub(g[j].mul(INNER_LR)));
  }
  return loss(phi, xq[i], yq[i]);
}

/** One meta-step; returns the loss before it. */
function step() {
  return tf.tidy(() => {
    const metaLoss = (...theta) => tf.addN(xs.map((_, i) => taskLoss(theta, i))).div(TASKS);
    const { value, grads } = tf.valueAndGrads(metaLoss)(params);
    adam.applyGradients(params.map((p, j) => ({ name: p.name, tensor: grads[j] })));
    params[0].dataSync(); // waits for the backend
    return value.dataSync()[0];
  });
}

function timed(count) {
  return Array.from({ length: count }, () => {
    const start = performance.now();
    step();
    return +(performance.now() - start).toFixed(4);
  });
}

function random() {
  const normal = (shape, scale = 1) => tf.randomNormal(shape).mul(scale);
  return {
    "params.dense1.kernel": normal([1, 40], 0.5),
    "params.dense1.bias": tf.zeros([40]),
    "params.dense2.kernel": normal([40, 40], 0.15),
    "params.dense2.bias": tf.zeros([40]),
    "params.head.kernel": normal([40, 1], 0.15),
    "params.head.bias": tf.zeros([1]),
    "support.x": normal([TASKS, EXAMPLES, 1]),
    "support.y": normal([TASKS, EXAMPLES, 1]),
    "query.x": normal([TASKS, EXAMPLES, 1]),
    "query.y": normal([TASKS, EXAMPLES, 1]),
  };
}

/** The float32 tensors of a safetensors file. */
function load(file) {
  const bytes = readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, start));
  const tensors = Object.entries(header).filter(([, { dtype }]) => dtype === "F32");
  return Object.fromEntries(
    tensors.map(([name, { shape, data_offsets }]) => {
      const [from, to] = data_offsets.map((offset) => start + offset);
      const data = new Float32Array(new Uint8Array(bytes.subarray(from, to)).buffer);
      return [name, tf.tensor(data, shape)];
    }),
  );
}

function fail(message) {
  console.error(`maml_tfjs.mjs: ${message}`);
  process.exit(2);
}

const about = { peer: `tfjs ${tf.version.tfjs} ${backend}`, work };
const start = performance.now();
const firstLoss = step();
const notes = { loss: firstLoss, first_ms: +(performance.now() - start).toFixed(1) };
timed(4);
if (options.once) {
  const ms = timed(Number(options.repeats)).sort((a, b) => a - b);
  const middle = ms.length >> 1;
  const median = ms.length % 2 ? ms[middle] : (ms[middle - 1] + ms[middle]) / 2;
  console.log(JSON.stringify({ ...about, ms_median: +median.toFixed(4), ms_min: ms[0], ...notes }));
} else {
  console.log("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    const count = Number(/^run (\d+)$/.exec(line.trim())?.[1]);
    if (!count) fail(`expected "run N" on stdin, got ${JSON.stringify(line)}`);
    console.log(JSON.stringify({ ...about, ms: timed(count), ...notes }));
  }
}

/**
 * What people give in place of tensors: arrays, typed arrays, arrays on the host, numbers. No function of the public
 * API may answer in V8's words.
 */
import { describe, expect, test } from "vitest";
import * as metagrad from "./index.js";
import * as metarl from "./metarl/index.js";
import * as rl from "./rl/index.js";

const {
  MetaError,
  Rng,
  accuracy,
  adam,
  adaptationCurve,
  add,
  compile,
  concatenate,
  conv4,
  grad,
  initTrainState,
  maml,
  mamlPlusPlus,
  metaSgd,
  mlp,
  oneHot,
  reptile,
  sampleSinusoids,
  scan,
  softmaxCrossEntropy,
  tensor,
  toTensors,
  vmap,
  zeros,
} = metagrad;

/** Parts of a library for those who write transforms, and what takes no tensors: samplers, files, optimisers' makers. */
const OTHERS = [
  ...["describeNonFinite", "evalProgram", "showProgram", "trace", "promote", "expectShape", "oracleInputs"],
  ...["hostFloat32", "hostInt32", "sampleMinibatches", "consecutiveEpisodes", "useWorkers"],
  ...["cifarFsCatalogue", "classFolders", "decodeCatalogue", "decodeClass", "draw", "drawPlainly", "glyphs"],
  ...[
    "imageArray",
    "imageBytes",
    "invertImages",
    "isGrayFile",
    "leftOut",
    "miniImageNetCatalogue",
    "numImages",
  ],
  ...["omniglotCatalogue", "omniglotOneShotCatalogue", "omniglotOneShotTasks", "readOmniglot", "resizeImage"],
  ...["rotationsAsClasses", "mamlPlusPlus.multiStepWeights"],
  ...["a2c.agent", "actionNoise", "convActorCritic", "mlpActorCritic", "ppo.agent", "selfTunedA2c.agent"],
  ...["gruActorCritic", "mlpQNetwork", "convQNetwork", "rainbow.agent", "playOnPolicy", "playWithReplay"],
];
const OTHER_PARTS = ["stats", "tree", "initializer"];

const insteadOfTensors = {
  "an array": [1, 2],
  "nested arrays": [[1, 2]],
  "a typed array": new Float32Array(2),
  "an array on the host": { shape: [2], dtype: "float32", data: new Float32Array(2) },
  "a number": 3,
};

type Callable = (...args: unknown[]) => unknown;

function functionsOf(part: object, prefix = ""): [name: string, fn: Callable][] {
  return Object.entries(part).flatMap(([name, value]): [string, Callable][] => {
    if (OTHERS.includes(prefix + name) || OTHER_PARTS.includes(name)) return [];
    if (typeof value === "object" && value !== null && prefix === "") return functionsOf(value, `${name}.`);
    return typeof value === "function" && !/^class/.test(String(value)) ? [[prefix + name, value]] : [];
  });
}

const all = [metagrad, rl, metarl].flatMap((part) => functionsOf(part));

test("the public functions are looked at", () => expect(all.length).toBeGreaterThan(150));

describe.each(Object.entries(insteadOfTensors))("%s in place of everything", (_, wrong) => {
  test.each(all)("%s", async (_name, fn) => {
    try {
      await fn(...Array(Math.max(fn.length, 1)).fill(wrong));
    } catch (error) {
      if (error instanceof MetaError) return;
      throw error; // in V8's words, with where they came from
    }
  });
});

const net = mlp([1, 40, 40, 1]);
const params = net.init(Rng.seed(0));
const optimizer = adam(1e-3);
const state = initTrainState(params, optimizer);
const loss = ((p: typeof params, { x, y }: metagrad.Batch) =>
  metagrad.meanSquaredError(net.apply(p, x), y)) satisfies metagrad.LossFn<metagrad.MlpParams>;
const drawn = sampleSinusoids(Rng.seed(0), { tasks: 2, shots: 3, queries: 3 });
const tasks = toTensors(drawn);
const inner = { innerLr: 0.1, innerSteps: 1 };
const net4 = conv4({ ways: 5 });
const never = (value: unknown) => value as never;

test.each<[mistake: string, make: () => unknown, message: string | RegExp]>([
  [
    "host arrays for a learner",
    () => maml.outerStep(loss, optimizer, state, never(drawn), inner),
    /got an array on the host. toTensors makes/,
  ],
  [
    "host arrays for a measure",
    () => adaptationCurve(loss, params, never(drawn), { innerLr: 1, steps: 1 }),
    /toTensors makes/,
  ],
  [
    "host arrays for a compiled function",
    () => compile((t: metagrad.Task) => loss(params, t.support))(never(drawn)),
    "compile: arguments[0].support.x must be a tensor, got an array on the host. toTensors makes",
  ],
  [
    "parameters for maml's state",
    () => maml.outerStep(loss, optimizer, never(params), tasks, inner),
    "maml.outerStep: expected a state { params, optState, step }, got a tree of 0, 1, 2. initTrainState(params, optimizer) makes one",
  ],
  [
    "parameters for meta-SGD's state",
    () => metaSgd.outerStep(loss, optimizer, never(params), tasks, inner),
    "metaSgd.outerStep: expected a state",
  ],
  [
    "parameters for Reptile's state",
    () => reptile.outerStep(never(loss), optimizer, never(params), never(tasks), never(inner)),
    "reptile.outerStep: expected a state",
  ],
  [
    "parameters for MAML++'s state",
    () =>
      mamlPlusPlus.outerStep(never(loss), optimizer, never(params), tasks, never(inner), never(undefined)),
    "mamlPlusPlus.outerStep: expected a state",
  ],
  [
    "a state for parameters",
    () => adaptationCurve(loss, never(state), tasks, { innerLr: 1, steps: 1 }),
    "grad: parameters must be floats, got int32[] at optState.0.count. This is a training state: pass its params",
  ],
  [
    "no optimiser",
    () => initTrainState(params, never(undefined)),
    "initTrainState: expected an optimizer, as adam(0.001) makes it, got undefined",
  ],
  [
    "adam without a rate",
    () => (adam as Callable)(),
    "adam: learningRate must be a finite number >= 0, got undefined",
  ],
  [
    "float labels",
    () => softmaxCrossEntropy(zeros([2, 3]), tensor([0, 1])),
    'softmaxCrossEntropy: a label must be int32, got float32[2]. Use cast(x, "int32")',
  ],
  [
    "float labels of accuracy",
    () => accuracy(zeros([2, 3]), tensor([0, 1])),
    "accuracy: a label must be int32",
  ],
  ["float indices", () => oneHot(tensor([0, 1]), 3), "oneHot: an index must be int32"],
  [
    "an input too wide",
    () => net.apply(params, zeros([5, 3])),
    "mlp([1, 40, 40, 1]): layer 0 expects an input of [..., 1], got float32[5, 3]",
  ],
  [
    "channels first",
    () => net4.apply(net4.init(Rng.seed(0)), zeros([2, 1, 28, 28])),
    "conv4: expected images [n, height, width, 1], got float32[2, 1, 28, 28]. Channels come last: transpose([0, 2, 3, 1])",
  ],
  [
    "an array beside a tensor",
    () => tensor([1, 2]).add(never([1, 2])),
    "add: operands must be tensors or numbers, got an array. tensor([…]) makes a tensor of numbers",
  ],
  [
    "an array into a network",
    () => net.apply(params, never([[1]])),
    "mlp: expected a tensor, got an array. tensor([…])",
  ],
  [
    "a seed in place of a stream",
    () => net.init(never(0)),
    "mlp: init: expected an Rng, got number 0. Rng.seed(0) makes one",
  ],
  [
    "a result in place of a function",
    () => grad(never(tensor([1]))),
    "grad: expected a function of tensors, got a tensor",
  ],
  [
    "numbers to differentiate",
    () => grad((x: metagrad.Tensor) => x)(never(3)),
    "grad: parameters must be a tensor, or an array or plain object of tensors, got number 3",
  ],
  [
    "arrays to map over",
    () => vmap((x: metagrad.Tensor) => x)(never([1, 2])),
    "vmap: arguments[0][0] must be a tensor",
  ],
  [
    "arrays to loop over",
    () =>
      scan(
        never((c: unknown, x: unknown) => [c, x]),
        tensor(0),
        never([1, 2]),
      ),
    "scan: xs[0] must be a tensor",
  ],
  [
    "an array to concatenate",
    () => concatenate(never([[1], [2]])),
    "concatenate: expected a tensor, got an array",
  ],
  ["numbers to add", () => add(never("1"), 2), "add: operands must be tensors or numbers, got 1"],
  [
    "pixels without a dtype",
    () => tensor(Uint8Array.of(0, 255)),
    'tensor: got a Uint8Array, which is for bools, 0 or 1, with 255 in it. Say what it is to become, as in tensor(data, { dtype: "float32" })',
  ],
  [
    "integers of another width",
    () => tensor(never(new Uint16Array(2))),
    "tensor: got a Uint16Array, which no dtype has",
  ],
  [
    "a dtype that there is not",
    () => tensor([1], { dtype: never("float16") }),
    "tensor: dtype must be one of float32, float64, int32, bool, got float16",
  ],
  ["a number for a shape", () => zeros(never(3)), "full: expected a shape as in [2, 3], got 3"],
  [
    "a tensor for host arrays",
    () => toTensors(never(tensor([1]))),
    "toTensors: expected arrays on the host, got a tensor",
  ],
])("%s", (_, make, message) => {
  expect(make).toThrow(MetaError);
  expect(make).toThrow(message);
});

/** Computes the same in Node and in a page: what it returns says whether a bit of it differs. */
import {
  adam,
  type Conv4Params,
  compile,
  conv4,
  cos,
  exp,
  glyphs,
  initTrainState,
  type LossFn,
  log,
  type MlpParams,
  maml,
  meanSquaredError,
  mlp,
  Rng,
  sampleEpisodes,
  sampleSinusoids,
  sigmoid,
  sin,
  softmaxCrossEntropy,
  type Task,
  type Tensor,
  type TrainState,
  tanh,
  tensor,
  toTensors,
  tree,
  valueAndGrad,
} from "../../src/index.js";
import { episodes } from "./episodes.js";

/** Returns the SHA-256 of all bits of some results, by name: hexadecimal. */
export async function digests(): Promise<Record<string, string>> {
  return { ...(await compiledDigests()), episodes: await sha256([await episodes()]) };
}

/** Returns those of compiled programs alone, without MuJoCo. */
export async function compiledDigests(): Promise<Record<string, string>> {
  const results = { sinusoids: sinusoids(), characters: characters(), functions: functions() };
  const entries = Object.entries(results).map(
    async ([name, list]) => [name, await sha256(list.map((it) => it.data()))] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Four steps of MAML on sine waves, in five chunks each. */
function sinusoids(): Tensor[] {
  const net = mlp([1, 40, 40, 1]);
  const loss: LossFn<MlpParams> = (params, { x, y }) => meanSquaredError(net.apply(params, x), y);
  const tasks = (rng: Rng) => sampleSinusoids(rng, { tasks: 25, shots: 10, queries: 10 });
  return train(loss, net.init(Rng.seed(1)), tasks, { innerLr: 0.01, innerSteps: 2, chunk: 5 });
}

/** Four steps of MAML on characters, a task a chunk. */
function characters(): Tensor[] {
  const net = conv4({ ways: 5, filters: 8 });
  const loss: LossFn<Conv4Params> = (params, { x, y }) => softmaxCrossEntropy(net.apply(params, x), y);
  const source = glyphs();
  const tasks = (rng: Rng) => sampleEpisodes(source, rng, { tasks: 4, ways: 5, shots: 1, queries: 2 });
  return train(loss, net.init(Rng.seed(2)), tasks, { innerLr: 0.4, innerSteps: 1, chunk: 1 });
}

/** Functions that JavaScript engines round differently, and their derivatives, over wide ranges. */
function functions(): Tensor[] {
  const x = tensor(Rng.seed(3).fillNormal(new Float32Array(4000), 0, 4));
  const sum = (v: Tensor) =>
    sin(v)
      .mul(exp(cos(v)))
      .add(tanh(v).mul(log(v.square().add(1))))
      .add(sigmoid(v).sqrt().div(v.abs().add(0.1)))
      .sum();
  return compile(valueAndGrad(sum))(x) as Tensor[];
}

function train<P extends MlpParams | Conv4Params>(
  loss: LossFn<P>,
  params: P,
  sample: (rng: Rng) => Parameters<typeof toTensors>[0],
  options: maml.MamlOptions,
): Tensor[] {
  const optimizer = adam(0.003);
  const step = compile(
    (state: TrainState<P>, tasks: Task) => maml.outerStep(loss, optimizer, state, tasks, options),
    { donate: [0] },
  );
  const losses: Tensor[] = [];
  let state = initTrainState(params, optimizer);
  for (let k = 0; k < 4; k++) {
    const [next, { queryLoss }] = step(state, toTensors(sample(Rng.seed(4).fork("step", k))) as Task);
    state = next;
    losses.push(queryLoss);
  }
  return [...tree.leaves(state), ...losses];
}

async function sha256(arrays: readonly ArrayBufferView[]): Promise<string> {
  const parts = arrays.map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

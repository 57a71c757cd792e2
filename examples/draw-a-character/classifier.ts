/** The network that learns, and the programs by which it does: what all threads of the page share. */
import * as mg from "metagrad";
import { loadTree } from "metagrad/formats";

export const WAYS = 5;
export const SHOTS = 5;
/** Gradient steps on the user's drawings. */
export const STEPS = 5;
export const INNER_LR = 0.5;
export const SIZE = mg.DRAWING_SIZE;

export type Params = mg.Conv4Params;

export const net = mg.conv4({ ways: WAYS, filters: 32 });
const { nonTransductive } = mg.queryProtocols(net);
export const loss: mg.LossFn<Params> = (params, { x, y }) => mg.softmaxCrossEntropy(net.apply(params, x), y);

/** Takes one gradient step on the support drawings. Returns also the loss before it. */
export const learn = mg.compile((params: Params, support: mg.Batch): [Params, mg.Tensor] => [
  mg.adapt(loss, params, support, { innerLr: INNER_LR, innerSteps: 1 }),
  loss(params, support),
]);

/**
 * Returns the probability of each class for each image, `[image, class]`: of each in a batch with the support drawings,
 * never with other images that ask for an answer.
 */
export const judge = mg.compile((params: Params, support: mg.Tensor, images: mg.Tensor) =>
  mg.softmax(nonTransductive(params, { support: { x: support }, query: { x: images } })),
);

/** Returns 28 x 28 drawings as the network takes them, `[drawing, 28, 28, 1]`, from bytes 0..255. */
export function toImages(drawings: readonly Uint8Array[]): mg.Tensor {
  const data = new Float32Array(drawings.length * SIZE * SIZE);
  drawings.forEach((drawing, i) => {
    data.set(
      Float32Array.from(drawing, (byte) => byte / 255),
      i * drawing.length,
    );
  });
  return mg.tensor(data, { shape: [drawings.length, SIZE, SIZE, 1] });
}

/** Labels of drawings that lie class by class, `each` of a class: int32 `[classes * each]`. */
export function labels(classes: number, each: number): mg.Tensor {
  return mg.tensor(Int32Array.from({ length: classes * each }, (_, i) => Math.floor(i / each)));
}

const template = net.init(mg.Rng.seed(0));
const [leaves, structure] = mg.tree.flatten(template);

/** Returns the parameters that a safetensors file holds. */
export function readParams(bytes: Uint8Array): Params {
  return loadTree(bytes, template, "initialisation.safetensors");
}

/** Parameters as arrays, which threads can send each other. */
export function toArrays(params: Params): Float32Array[] {
  return mg.tree.leaves(params).map((leaf) => Float32Array.from(leaf.data()));
}

export function fromArrays(arrays: readonly mg.TypedArray[]): Params {
  const tensors = leaves.map(({ shape }, i) => mg.tensor(arrays[i]!, { shape }));
  return mg.tree.unflatten(structure, tensors);
}

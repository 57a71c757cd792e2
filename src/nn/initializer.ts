/**
 * How weights begin.
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import type { Rng } from "../random/index.js";
import { type DType, full, type Shape, type Tensor, tensor } from "../tensor/index.js";

/** Draws a tensor. The last two axes of its shape are input and output features, those before are a window. */
export type Initializer = (rng: Rng, shape: Shape, dtype?: DType) => Tensor;

/** All 0: for biases. */
export const zeros: Initializer = (_, shape, dtype) => full(shape, 0, dtype);

/** All 1: for gains. */
export const ones: Initializer = (_, shape, dtype) => full(shape, 1, dtype);

/** All the same number. */
export function constant(value: number): Initializer {
  return (_, shape, dtype) => full(shape, value, dtype);
}

/** N(0, std²). */
export function normal(std: number): Initializer {
  return drawn((rng, out) => rng.fillNormal(out, 0, std));
}

/** N(0, std²) without what is beyond two standard deviations, as TensorFlow draws it. */
export function truncatedNormal(std: number): Initializer {
  return drawn((rng, out) => rng.fillTruncatedNormal(out, std));
}

/** U[−limit, limit). */
export function uniform(limit: number): Initializer {
  return drawn((rng, out) => rng.fillUniform(out, -limit, limit));
}

/**
 * U[−√(6 / (fanIn + fanOut)), …): the variance of signals and of gradients stays about the same. Also "Xavier".
 *
 * Source: Glorot & Bengio 2010, eq. 16, https://proceedings.mlr.press/v9/glorot10a.html
 */
export const glorotUniform: Initializer = (rng, shape, dtype) => {
  const [fanIn, fanOut] = fans(shape);
  return uniform(Math.sqrt(6 / (fanIn + fanOut)))(rng, shape, dtype);
};

/**
 * N(0, 2 / fanIn): keeps the variance of signals through ReLU.
 *
 * Source: He et al. 2015, eq. 10, https://arxiv.org/abs/1502.01852
 */
export const heNormal: Initializer = (rng, shape, dtype) =>
  normal(Math.sqrt(2 / fans(shape)[0]))(rng, shape, dtype);

/**
 * A matrix whose rows, or columns where they are fewer, are orthogonal and of length `gain`: it keeps the length of
 * signals. Windows count as input features.
 *
 * Source: Saxe, McClelland & Ganguli 2014, https://arxiv.org/abs/1312.6120
 */
export function orthogonal(gain = 1): Initializer {
  return (rng, shape, dtype = "float32") => {
    const outputs = columnsOf(shape);
    const inputs = shape.reduce((product, extent) => product * extent, 1) / outputs;
    const [count, length] = [Math.min(inputs, outputs), Math.max(inputs, outputs)];
    const vectors = orthonormal(rng, count, length);
    const data = new Float64Array(count * length);
    for (const [i, vector] of vectors.entries()) {
      for (let j = 0; j < length; j++) {
        const [row, column] = inputs >= outputs ? [j, i] : [i, j];
        data[row * outputs + column] = gain * vector[j]!;
      }
    }
    return tensor(data, { shape, dtype });
  };
}

/** Draws vectors of length 1 at right angles, from all directions alike: normal ones by Gram and Schmidt, twice. */
function orthonormal(rng: Rng, count: number, length: number): Float64Array[] {
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = rng.fillNormal(new Float64Array(length));
    for (const earlier of [...vectors, ...vectors]) {
      const along = dot(vector, earlier);
      for (let j = 0; j < length; j++) vector[j]! -= along * earlier[j]!;
    }
    const norm = Math.sqrt(dot(vector, vector));
    for (let j = 0; j < length; j++) vector[j]! /= norm;
    vectors.push(vector);
  }
  return vectors;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

type FloatArray = Float32Array | Float64Array;

function drawn(fill: (rng: Rng, out: FloatArray) => FloatArray): Initializer {
  return (rng, shape, dtype = "float32") => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return tensor(fill(rng, dtype === "float64" ? new Float64Array(size) : new Float32Array(size)), {
      shape,
      dtype,
    });
  };
}

function columnsOf(shape: Shape): number {
  const [inputs, outputs] = shape.slice(-2);
  if (inputs !== undefined && outputs !== undefined) return outputs;
  throw new ConfigError(`initializer: a weight must have two axes or more, got [${shape.join(", ")}]`);
}

/** Connections into an output and out of an input. */
function fans(shape: Shape): [fanIn: number, fanOut: number] {
  const outputs = columnsOf(shape);
  const inputs = shape.at(-2)!;
  const window = shape.slice(0, -2).reduce((product, extent) => product * extent, 1);
  return [window * inputs, window * outputs];
}

/** Networks whose ONNX files are kept in test/golden/formats/onnx.json. */
import {
  type Cell,
  conv4,
  gru,
  type LinearParams,
  linear,
  lstm,
  type Module,
  mlp,
  overTime,
} from "../../nn/index.js";
import { Rng } from "../../random/index.js";
import {
  at,
  type DType,
  type Params,
  type Shape,
  type Tensor,
  type Tree,
  tanh,
  tensor,
} from "../../tensor/index.js";
import type { OnnxOptions } from "../onnx/index.js";

/** A recurrent network, and a linear head on its last output. */
function withHead<P extends Params, S extends Tree>(cell: Cell<P, S>, head: Module<LinearParams>) {
  return {
    init: (rng: Rng, dtype?: DType) => ({ cell: cell.init(rng, dtype), head: head.init(rng, dtype) }),
    apply(params: { readonly cell: P; readonly head: LinearParams }, x: Tensor) {
      const [, outputs] = overTime(cell, params.cell, x);
      return head.apply(params.head, at(outputs, -1, 1));
    },
  };
}

interface OnnxCase {
  readonly net: Module;
  /** Shape of the example. */
  readonly shape: Shape;
  readonly options: OnnxOptions;
}

const dynamic = { dynamicBatch: true };

export const onnxCases: Readonly<Record<string, OnnxCase>> = {
  mlp: { net: mlp([2, 8, 3], { activation: tanh }), shape: [4, 2], options: { ...dynamic, opset: 21 } },
  "conv4-strided": { net: conv4({ ways: 3, filters: 2 }), shape: [5, 20, 20, 1], options: {} },
  "conv4-pooled": {
    net: conv4({ ways: 3, filters: 2, padding: 1, downsample: "pool", image: [18, 34] }),
    shape: [2, 18, 34, 1],
    options: dynamic,
  },
  lstm: { net: withHead(lstm(2, 5), linear(5, 2)), shape: [3, 6, 2], options: dynamic },
  gru: { net: withHead(gru(2, 5), linear(5, 2)), shape: [3, 6, 2], options: { opset: 18 } },
};

export function caseParams(name: string): Params {
  return onnxCases[name]!.net.init(Rng.seed(7).fork(name));
}

/** Normal draws. */
export function draw(shape: Shape, rng = Rng.seed(8)): Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tensor(
    Float32Array.from({ length: size }, () => rng.normal()),
    { shape },
  );
}

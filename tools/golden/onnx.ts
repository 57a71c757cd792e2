/**
 * Writes test/golden/formats/onnx.json: files of small networks, and what onnxruntime makes of them.
 *
 * Usage: METAGRAD_PYTHON=… npx tsx tools/golden/onnx.ts      (its environment: tools/golden/requirements.txt)
 */
import { writeFileSync } from "node:fs";
import { exportOnnx } from "../../src/formats/index.js";
import { caseParams, draw, onnxCases } from "../../src/formats/testing/onnx-models.js";
import { askPeer } from "../../src/formats/testing/peers.js";

interface Ran {
  readonly outputs: { readonly output: { readonly shape: number[]; readonly data: number[] } };
}

const lines = Object.entries(onnxCases).map(([name, { net, shape, options }]) => {
  const bytes = exportOnnx(net.apply, caseParams(name), draw(shape), options);
  const ran = options.dynamicBatch ? [shape[0]! + 1, ...shape.slice(1)] : shape;
  const x = draw(ran);
  const inputs = { input: { dtype: x.dtype, shape: ran, data: [...x.data()] } };
  const [answer] = askPeer<Ran>("onnx", [{ file: "a.onnx", bytes, inputs }]);
  const { shape: outputShape, data } = answer!.outputs.output;
  const output = { shape: outputShape, data };
  return JSON.stringify({ name, bytes: Buffer.from(bytes).toString("base64"), shape: ran, output });
});
writeFileSync("test/golden/formats/onnx.json", `[\n${lines.join(",\n")}\n]\n`);

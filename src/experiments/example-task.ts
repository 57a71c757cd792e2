import { zeros } from "../tensor/index.js";

/** Returns an example of a task of characters, 28 x 28 pixels: its shapes and types count, not its values. */
export function exampleTask({ ways, shots }: { readonly ways: number; readonly shots: number }) {
  const x = zeros([ways * shots, 28, 28, 1]);
  return { support: { x, y: zeros([x.shape[0]!], "int32") }, query: { x } };
}

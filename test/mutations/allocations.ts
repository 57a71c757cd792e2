/**
 * How much memory code asks for: every array of numbers and every buffer that it makes is counted.
 *
 * @module
 */

const COUNTED = [
  ...["ArrayBuffer", "Uint8Array", "Uint8ClampedArray", "Int8Array", "Uint16Array", "Int16Array"],
  ...["Uint32Array", "Int32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"],
] as const;

interface Constructor {
  new (...args: unknown[]): { readonly byteLength: number };
  readonly BYTES_PER_ELEMENT?: number;
}

/**
 * Runs something, and returns how many bytes it has asked for, freed or not.
 *
 * @param limit where it asks for more, that is refused: a machine has only so much
 */
export function countAllocations(run: () => void, limit: number): number {
  const globals = globalThis as unknown as Record<string, Constructor>;
  const originals = COUNTED.map((name) => [name, globals[name]!] as const);
  let asked = 0;
  for (const [name, original] of originals) {
    const counting: Constructor = new Proxy(original, {
      construct(target, args, newTarget) {
        const [length] = args;
        if (typeof length === "number" && length > 0) {
          asked += length * (target.BYTES_PER_ELEMENT ?? 1);
          if (asked > limit) throw new Error(`asked for ${asked} bytes of memory`);
        }
        const made = Reflect.construct(target, args, newTarget === counting ? target : newTarget);
        if (typeof length !== "number" && !(length instanceof ArrayBuffer)) asked += made.byteLength;
        return made;
      },
    });
    globals[name] = counting;
  }
  try {
    run();
  } finally {
    for (const [name, original] of originals) globals[name] = original;
  }
  return asked;
}

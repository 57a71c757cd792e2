/** `count` floats in [-1, 1), the same for the same seed; a 32-bit linear congruential sequence. */
export function randomFloats(count: number, seed = 0): Float32Array<ArrayBuffer> {
  let state = Math.imul(seed, 2_654_435_761) + 12_345;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state / 2 ** 31;
  });
}

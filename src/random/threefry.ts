/**
 * Threefry-2x32 with 20 rounds: a keyed bijection of 64 bits.
 *
 * A stream of random numbers is `threefry(key, 0), threefry(key, 1), …`: any element can be had without those
 * before it, and another key is an independent stream.
 *
 * Source: Salmon, Moraes, Dror & Shaw 2011, Parallel random numbers: as easy as 1, 2, 3,
 * https://doi.org/10.1145/2063384.2063405
 * Checked against: DEShawResearch/random123, tests/kat_vectors
 *
 * @module
 */

const PARITY = 0x1bd11bda; // SKEIN_KS_PARITY32

/** Writes the two words of `counter` encrypted under `key` to `out[0]` and `out[1]`. */
export function threefry2x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  out: Uint32Array,
): void {
  const key2 = key0 ^ key1 ^ PARITY;
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  let a = key1; // the schedule: the key words turn by one each four rounds
  let b = key2;
  let c = key0;
  for (let group = 1; group <= 5; group++) {
    // random123, threefry.h, R_32x2: the two sets of rotations take turns. Spelled out, since streams are drawn from in
    // every step of an environment: an array of them costs twice the time
    if (group % 2 === 1) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
    } else {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
    }
    x0 = (x0 + a) | 0;
    x1 = (x1 + b + group) | 0;
    const first = a;
    a = b;
    b = c;
    c = first;
  }
  out[0] = x0;
  out[1] = x1;
}

/**
 * How a replay stores observations: as they are, or, where they are made of bits, 8 of them in a byte.
 *
 * @module
 */
import type { FloatArray } from "../envs/index.js";
import { EnvError } from "../errors.js";

export interface ObservationCode {
  /** Bytes of an observation. */
  readonly bytes: number;
  /** @throws EnvError for numbers that it does not have */
  write(observation: FloatArray, out: Uint8Array): void;
  /** Reads the observation at a byte, and writes its numbers from an index on. */
  read(stored: Uint8Array, at: number, out: Float32Array, index: number): void;
}

/** @param size numbers in an observation */
export function observationCode(kind: "float32" | "bits", size: number): ObservationCode {
  return kind === "bits" ? bits(size) : float32(size);
}

function float32(size: number): ObservationCode {
  const numbers = new Float32Array(size); // has its own alignment, which a byte in the middle has not
  const bytes = new Uint8Array(numbers.buffer);
  return {
    bytes: 4 * size,
    write(observation, out) {
      numbers.set(observation);
      out.set(bytes);
    },
    read(stored, at, out, index) {
      bytes.set(stored.subarray(at, at + 4 * size));
      out.set(numbers, index);
    },
  };
}

/** The numbers of each byte, from its highest bit on. */
const UNPACKED = Float32Array.from({ length: 256 * 8 }, (_, i) => ((i >> 3) >> (7 - (i & 7))) & 1);

function bits(size: number): ObservationCode {
  const whole = size >> 3;
  return {
    bytes: Math.ceil(size / 8),
    write(observation, out) {
      out.fill(0);
      for (let i = 0; i < size; i++) {
        const x = observation[i]!;
        if (x === 1) out[i >> 3]! |= 128 >> (i & 7);
        else if (x !== 0) {
          throw new EnvError(
            `replay: expected observations of bits, got ${x} at ${i}. Store them as "float32"`,
          );
        }
      }
    },
    read(stored, at, out, index) {
      for (let i = 0; i < whole; i++) {
        const from = 8 * stored[at + i]!;
        for (let j = 0; j < 8; j++) out[index + 8 * i + j] = UNPACKED[from + j]!;
      }
      for (let i = 8 * whole; i < size; i++) out[index + i] = UNPACKED[8 * stored[at + whole]! + (i & 7)]!;
    },
  };
}

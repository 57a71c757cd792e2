import { constants, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { deflateSync, zlibSync } from "fflate";
import { expect, test } from "vitest";
import { inflateExactly, unzlibExactly } from "./inflate.js";

const contents = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.uint8Array({ minLength: 5000, maxLength: 5000, max: 40 }),
  fc.nat(70_000).map((length) => new Uint8Array(length).fill(7)),
  fc.nat(70_000).map((length) => Uint8Array.from({ length }, (_, k) => (k * k) >> 7)),
  // symbol k stands 2^k times: codes of 15 bits
  fc.constant(Uint8Array.from({ length: 65_536 }, (_, k) => Math.clz32(k))),
);

const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY } = constants;
const packers = [
  (content: Uint8Array) => deflateSync(content),
  (content: Uint8Array) => deflateSync(content, { level: 0 }),
  ...[Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE].map((strategy) => (content: Uint8Array) => {
    return new Uint8Array(deflateRawSync(content, { strategy, memLevel: 1 })); // many small blocks
  }),
];
const isSame = (a: unknown, b: Uint8Array) => a instanceof Uint8Array && Buffer.compare(a, b) === 0;

test("streams of every kind of block come back; a wrong length is told", () => {
  fc.assert(
    fc.property(contents, fc.constantFrom(...packers), (content, pack) => {
      const packed = pack(content);
      expect(isSame(inflateExactly(packed, content.length), content)).toBe(true);
      expect(inflateExactly(packed, content.length + 1)).toBe("short");
      if (content.length > 0) expect(inflateExactly(packed, content.length - 1)).toBe("long");
    }),
  );
});

test("a stream that is torn anywhere is short, and one that is changed is none, or another", () => {
  const content = Uint8Array.from({ length: 400 }, (_, k) => (k * k) >> 5);
  for (const pack of packers) {
    const packed = pack(content);
    for (let length = 1; length < packed.length - 1; length++) {
      expect(inflateExactly(packed.subarray(0, length), content.length)).toBe("short");
    }
    for (let i = 0; i < packed.length; i++) {
      const changed = packed.map((byte, k) => (k === i ? byte ^ (1 << (i % 8)) : byte));
      const result = inflateExactly(changed, content.length);
      expect(typeof result === "string" || result.length === content.length).toBe(true);
    }
  }
});

test("zlib's checksum is compared", () => {
  const packed = zlibSync(Uint8Array.of(1, 2, 3));
  expect(unzlibExactly(packed, 3)).toEqual(Uint8Array.of(1, 2, 3));
  for (let i = packed.length - 4; i < packed.length; i++) {
    const damaged = packed.map((byte, k) => (k === i ? byte ^ 1 : byte));
    expect(unzlibExactly(damaged, 3)).toBe("damaged");
  }
});

test("a stream of far too much is left at the first byte too many", () => {
  const bomb = new Uint8Array(10_000_000); // a block of zeros, and what would be an error behind it
  bomb.set(deflateSync(new Uint8Array(1000)));
  expect(inflateExactly(bomb, 10)).toBe("long");
});

test("a size beyond all that deflate can do takes no memory", () => {
  expect(inflateExactly(new Uint8Array(100), 2 ** 52)).toBe("short");
});

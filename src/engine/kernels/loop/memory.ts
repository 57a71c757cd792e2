/**
 * Loads and stores of up to four elements that lie `stride` apart.
 *
 * `lanes` of 1 to 3 touch only as many elements: the rest of the vector is zero, or not stored.
 *
 * @module
 */
import { type Code, i32, v128 } from "../../wasm/code.js";

/**
 * @param address of element 0 of the row
 * @param first number of the element that goes to lane 0
 */
export function loadLanes(address: Code, first: number, stride: number, lanes: number): Code {
  if (stride === 1) {
    const offset = 4 * first;
    if (lanes === 4) return v128.load(address, offset);
    if (lanes === 1) return v128.load32_zero(address, offset);
    const two = v128.load64_zero(address, offset);
    return lanes === 2 ? two : v128.load32_lane(2, address, two, offset + 8);
  }
  if (stride === -1 && lanes === 4) {
    const reversed = v128.load(displaced(address, -4 * (first + 3)));
    return v128.shuffle32([3, 2, 1, 0], reversed, v128.const([0, 0, 0, 0]));
  }
  let vector = loadOne(address, first * stride);
  for (let lane = 1; lane < lanes; lane++) {
    const at = (first + lane) * stride;
    vector =
      at >= 0
        ? v128.load32_lane(lane, address, vector, 4 * at)
        : v128.load32_lane(lane, displaced(address, 4 * at), vector);
  }
  return vector;
}

const loadOne = (address: Code, at: number): Code =>
  at >= 0 ? v128.load32_zero(address, 4 * at) : v128.load32_zero(displaced(address, 4 * at));

/** `value` must be a read of a local. */
export function storeLanes(
  address: Code,
  value: Code,
  first: number,
  stride: number,
  lanes: number,
): readonly Code[] {
  if (stride === 1) {
    const offset = 4 * first;
    if (lanes === 4) return [v128.store(address, value, offset)];
    if (lanes === 1) return [v128.store32_lane(0, address, value, offset)];
    const two = v128.store64_lane(0, address, value, offset);
    return lanes === 2 ? [two] : [two, v128.store32_lane(2, address, value, offset + 8)];
  }
  return Array.from({ length: lanes }, (_, lane) => {
    const at = (first + lane) * stride;
    return at >= 0
      ? v128.store32_lane(lane, address, value, 4 * at)
      : v128.store32_lane(lane, displaced(address, 4 * at), value);
  });
}

/** Offsets of instructions are unsigned: what lies before the address is reached by an addition. */
const displaced = (address: Code, bytes: number): Code => i32.add(address, i32.const(bytes));

/**
 * Loads and stores of up to four elements that lie `stride` apart.
 *
 * `lanes` of 1 to 3 touch only as many elements: the rest of the vector is zero, or not stored.
 *
 * @module
 */
import { type Code, i32, v128 } from "../../wasm/code.js";

/**
 * @param start elements from the address to lane 0
 * @param stride elements from lane to lane
 */
export function loadLanes(address: Code, start: number, stride: number, lanes: number): Code {
  if (stride === 1) {
    if (lanes === 4) return at(address, start, v128.load);
    if (lanes === 1) return at(address, start, v128.load32_zero);
    const two = at(address, start, v128.load64_zero);
    return lanes === 2 ? two : loadLane(2, address, start + 2, two);
  }
  if (stride === -1 && lanes === 4) {
    const reversed = at(address, start - 3, v128.load);
    return v128.shuffle32([3, 2, 1, 0], reversed, v128.const([0, 0, 0, 0]));
  }
  let vector = at(address, start, v128.load32_zero);
  for (let lane = 1; lane < lanes; lane++) vector = loadLane(lane, address, start + lane * stride, vector);
  return vector;
}

/** Four times the element `start` behind the address. */
export const loadSplat = (address: Code, start: number): Code => at(address, start, v128.load32_splat);

const loadLane = (lane: number, address: Code, element: number, vector: Code): Code =>
  at(address, element, (base, offset) => v128.load32_lane(lane, base, vector, offset));

/** `value` must be a read of a local. */
export function storeLanes(
  address: Code,
  value: Code,
  start: number,
  stride: number,
  lanes: number,
): readonly Code[] {
  if (stride === 1) {
    if (lanes === 4) return [at(address, start, (base, offset) => v128.store(base, value, offset))];
    if (lanes === 1) return [storeLane(0, address, start, value)];
    const two = at(address, start, (base, offset) => v128.store64_lane(0, base, value, offset));
    return lanes === 2 ? [two] : [two, storeLane(2, address, start + 2, value)];
  }
  return Array.from({ length: lanes }, (_, lane) => storeLane(lane, address, start + lane * stride, value));
}

const storeLane = (lane: number, address: Code, element: number, value: Code): Code =>
  at(address, element, (base, offset) => v128.store32_lane(lane, base, value, offset));

/** Offsets of instructions are unsigned: what lies before the address is reached by an addition. */
function at(address: Code, element: number, access: (base: Code, offset: number) => Code): Code {
  const bytes = 4 * element;
  return bytes >= 0 ? access(address, bytes) : access(i32.add(address, i32.const(bytes)), 0);
}

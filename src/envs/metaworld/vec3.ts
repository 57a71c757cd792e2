/** Points and directions of space, in metres. */

export type Vec3 = readonly [x: number, y: number, z: number];

export const ZERO: Vec3 = [0, 0, 0];

export function vec3(from: ArrayLike<number>, at = 0): Vec3 {
  return [from[at]!, from[at + 1]!, from[at + 2]!];
}

export function add(a: Vec3, b: Vec3): Vec3 {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

export function sub(a: Vec3, b: Vec3): Vec3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

/** Element by element. */
export function mul(a: Vec3, b: Vec3): Vec3 {
  return [a[0] * b[0], a[1] * b[1], a[2] * b[2]];
}

/** `a` moved up, or down. */
export function lift(a: Vec3, z: number): Vec3 {
  return [a[0], a[1], a[2] + z];
}

export function midpoint(a: Vec3, b: Vec3): Vec3 {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2];
}

export function norm([x, y, z]: Vec3): number {
  return Math.sqrt(x * x + y * y + z * z);
}

export function distance(a: Vec3, b: Vec3): number {
  return norm(sub(a, b));
}

/** Distance of two points seen from above. */
export function distanceXy(a: Vec3, b: Vec3): number {
  return norm([a[0] - b[0], a[1] - b[1], 0]);
}

/** Distance of two points seen along y, the axis along which the fingers move. */
export function distanceXz(a: Vec3, b: Vec3): number {
  return norm([a[0] - b[0], 0, a[2] - b[2]]);
}

/** Whether two points are at most so far apart, seen from above, and in height. */
export function isNear(a: Vec3, b: Vec3, xy: number, z: number): boolean {
  return distanceXy(a, b) <= xy && Math.abs(a[2] - b[2]) <= z;
}

export function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}

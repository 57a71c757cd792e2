/**
 * Where a ray first enters a shape, in the shape's own frame.
 *
 * Exact, so that a ball is round at any size, and without triangles to clip. A shape is entered from outside
 * only: what the eye is in does not hide the rest.
 *
 * Hot: a ray is one array that is used again and again, with what is asked and what is found.
 *
 * @module
 */

/** Numbers of a ray by the places below: an object's would be put on the heap anew each time. */
export type Ray = Float64Array;

/** Origin and direction; points are o + t d. */
export const [OX, OY, OZ, DX, DY, DZ] = [0, 1, 2, 3, 4, 5] as const;
/** Half sizes of the shape, from SX on. */
export const SX = 6;
const SY = 7;
export const SZ = 8;
/** What is looked for lies between: in units of d, as t. */
export const [NEAR, FAR] = [9, 10] as const;
/** Found: where, and the direction outwards there, of length 1. */
export const [T, NX, NY, NZ] = [11, 12, 13, 14] as const;

/** Returns the number of the face that is entered, 0 to 5, or −1; a face is smooth. */
export type Hit = (ray: Ray) => number;

export function newRay(): Ray {
  return new Float64Array(15);
}

const SMALLEST = 1e-30; // keeps quotients from being 0 / 0

/** z = 0, seen from above; sz is the side of the squares of a chequered one, of which every other is face 1. */
export function hitPlane(ray: Ray): number {
  const t = -ray[OZ]! / ray[DZ]!;
  if (!(ray[DZ]! < 0 && t >= ray[NEAR]! && t < ray[FAR]!)) return -1;
  const x = ray[OX]! + t * ray[DX]!;
  const y = ray[OY]! + t * ray[DY]!;
  if (Math.abs(x) > ray[SX]! || Math.abs(y) > ray[SY]!) return -1;
  const isOdd = ray[SZ]! > 0 && (Math.floor(x / ray[SZ]!) + Math.floor(y / ray[SZ]!)) % 2 !== 0;
  return found(ray, t, 0, 0, 1, isOdd ? 1 : 0);
}

/** The slab method: inside all three pairs of planes at once. */
export function hitBox(ray: Ray): number {
  const ix = 1 / (ray[DX]! + SMALLEST);
  const iy = 1 / (ray[DY]! + SMALLEST);
  const iz = 1 / (ray[DZ]! + SMALLEST);
  const x = -ray[OX]! * ix - ray[SX]! * Math.abs(ix);
  const y = -ray[OY]! * iy - ray[SY]! * Math.abs(iy);
  const z = -ray[OZ]! * iz - ray[SZ]! * Math.abs(iz);
  const enter = Math.max(x, y, z);
  if (!(enter >= ray[NEAR]! && enter < ray[FAR]!)) return -1;
  if (x + 2 * ray[SX]! * Math.abs(ix) < enter) return -1;
  if (y + 2 * ray[SY]! * Math.abs(iy) < enter) return -1;
  if (z + 2 * ray[SZ]! * Math.abs(iz) < enter) return -1;
  const axis = enter === x ? 0 : enter === y ? 1 : 2;
  const isAhead = ray[DX + axis]! < 0;
  ray[T] = enter;
  ray[NX] = 0;
  ray[NY] = 0;
  ray[NZ] = 0;
  ray[NX + axis] = isAhead ? 1 : -1;
  return 2 * axis + (isAhead ? 0 : 1);
}

/** |p / s| = 1 in each axis: a ball, in a frame that is stretched. */
export function hitEllipsoid(ray: Ray): number {
  const ix = 1 / ray[SX]!;
  const iy = 1 / ray[SY]!;
  const iz = 1 / ray[SZ]!;
  const ox = ray[OX]! * ix;
  const oy = ray[OY]! * iy;
  const oz = ray[OZ]! * iz;
  const dx = ray[DX]! * ix;
  const dy = ray[DY]! * iy;
  const dz = ray[DZ]! * iz;
  const a = dx * dx + dy * dy + dz * dz;
  const b = ox * dx + oy * dy + oz * dz;
  // the distance of line and centre, not |o|² - 1: that would cancel for a small ball far away
  const ex = ox - (b / a) * dx;
  const ey = oy - (b / a) * dy;
  const ez = oz - (b / a) * dz;
  const rest = 1 - (ex * ex + ey * ey + ez * ez);
  if (!(rest >= 0)) return -1;
  const t = -b / a - Math.sqrt(rest / a);
  if (!(t >= ray[NEAR]! && t < ray[FAR]!)) return -1;
  const nx = (ox + t * dx) * ix;
  const ny = (oy + t * dy) * iy;
  const nz = (oz + t * dz) * iz;
  const scale = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz);
  return found(ray, t, nx * scale, ny * scale, nz * scale, 0);
}

/** sx is the radius, sz half the length. */
export function hitCylinder(ray: Ray): number {
  const t = hitTube(ray);
  if (t === MISSED) return -1;
  const z = ray[OZ]! + t * ray[DZ]!;
  if (Math.abs(z) <= ray[SZ]!) return tubeFound(ray, t);
  const top = ray[DZ]! < 0 ? ray[SZ]! : -ray[SZ]!;
  const cap = (top - ray[OZ]!) / ray[DZ]!;
  if (!(cap >= ray[NEAR]! && cap < ray[FAR]!)) return -1;
  const x = ray[OX]! + cap * ray[DX]!;
  const y = ray[OY]! + cap * ray[DY]!;
  if (x * x + y * y > ray[SX]! * ray[SX]!) return -1;
  return ray[DZ]! < 0 ? found(ray, cap, 0, 0, 1, 1) : found(ray, cap, 0, 0, -1, 2);
}

/** sx is the radius, sz half the length between the centres of the ends. */
export function hitCapsule(ray: Ray): number {
  const tube = hitTube(ray);
  if (tube === MISSED) return -1;
  const side = ray[OZ]! + tube * ray[DZ]!;
  if (Math.abs(side) <= ray[SZ]!) return tubeFound(ray, tube);
  const oz = ray[OZ]! - (side > 0 ? ray[SZ]! : -ray[SZ]!);
  const ox = ray[OX]!;
  const oy = ray[OY]!;
  const dx = ray[DX]!;
  const dy = ray[DY]!;
  const dz = ray[DZ]!;
  const sx = ray[SX]!;
  const a = dx * dx + dy * dy + dz * dz;
  const b = ox * dx + oy * dy + oz * dz;
  const ex = ox - (b / a) * dx;
  const ey = oy - (b / a) * dy;
  const ez = oz - (b / a) * dz;
  const rest = sx * sx - (ex * ex + ey * ey + ez * ez);
  if (!(rest >= 0)) return -1;
  const t = -b / a - Math.sqrt(rest / a);
  if (!(t >= ray[NEAR]! && t < ray[FAR]!)) return -1;
  return found(ray, t, (ox + t * dx) / sx, (oy + t * dy) / sx, (oz + t * dz) / sx, 0);
}

const MISSED = Number.POSITIVE_INFINITY;

/** Returns where a ray enters the tube of radius sx that has no ends: −10³⁰ or so where it is along z inside. */
function hitTube(ray: Ray): number {
  const ox = ray[OX]!;
  const oy = ray[OY]!;
  const dx = ray[DX]!;
  const dy = ray[DY]!;
  const sx = ray[SX]!;
  const a = dx * dx + dy * dy + SMALLEST;
  const b = ox * dx + oy * dy;
  const ex = ox - (b / a) * dx;
  const ey = oy - (b / a) * dy;
  const rest = sx * sx - (ex * ex + ey * ey);
  return rest >= 0 ? -b / a - Math.sqrt(rest / a) : MISSED;
}

function tubeFound(ray: Ray, t: number): number {
  if (!(t >= ray[NEAR]! && t < ray[FAR]!)) return -1;
  return found(ray, t, (ray[OX]! + t * ray[DX]!) / ray[SX]!, (ray[OY]! + t * ray[DY]!) / ray[SX]!, 0, 0);
}

function found(ray: Ray, t: number, nx: number, ny: number, nz: number, face: number): number {
  ray[T] = t;
  ray[NX] = nx;
  ray[NY] = ny;
  ray[NZ] = nz;
  return face;
}

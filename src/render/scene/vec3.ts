/** Vectors of three numbers, for what is set up once a shape; inner loops have their own scalars. */
export type Vec3 = readonly [x: number, y: number, z: number];

export function dot([ax, ay, az]: Vec3, [bx, by, bz]: Vec3): number {
  return ax * bx + ay * by + az * bz;
}

export function cross([ax, ay, az]: Vec3, [bx, by, bz]: Vec3): Vec3 {
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}

export function subtract([ax, ay, az]: Vec3, [bx, by, bz]: Vec3): Vec3 {
  return [ax - bx, ay - by, az - bz];
}

/** Returns a + s b. */
export function addScaled([ax, ay, az]: Vec3, s: number, [bx, by, bz]: Vec3): Vec3 {
  return [ax + s * bx, ay + s * by, az + s * bz];
}

export function length(a: Vec3): number {
  return Math.sqrt(dot(a, a));
}

/** Returns the vector of length 1 in the same direction; a vector of length 0 as it is. */
export function normalize(a: Vec3): Vec3 {
  const scale = 1 / (length(a) || 1);
  return [a[0] * scale, a[1] * scale, a[2] * scale];
}

/** Returns the columns of a row-major 3x3 matrix: the axes of the frame that it turns to. */
export function columns(m: ArrayLike<number>): readonly [Vec3, Vec3, Vec3] {
  return [
    [m[0]!, m[3]!, m[6]!],
    [m[1]!, m[4]!, m[7]!],
    [m[2]!, m[5]!, m[8]!],
  ];
}

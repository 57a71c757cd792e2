/** Plane, box, ellipsoid, cylinder and capsule on the z-buffer: a ray for each sample that may show them. */
import {
  DX,
  DY,
  DZ,
  FAR,
  type Hit,
  hitBox,
  hitCapsule,
  hitCylinder,
  hitEllipsoid,
  hitPlane,
  NEAR,
  NX,
  NY,
  NZ,
  newRay,
  OX,
  OY,
  OZ,
  SX,
  SZ,
  T,
} from "./ray-hits.js";
import { corners, halfExtent, type Plane, type Solid } from "./shape.js";
import { FACES, type Surfaces } from "./surfaces.js";
import { columns, dot, subtract, type Vec3 } from "./vec3.js";
import { type Area, areaOf, toView, wholeImage } from "./view.js";

const HITS: Readonly<Record<(Plane | Solid)["kind"], Hit>> = {
  plane: hitPlane,
  box: hitBox,
  sphere: hitEllipsoid,
  ellipsoid: hitEllipsoid,
  cylinder: hitCylinder,
  capsule: hitCapsule,
};

/** Draws a shape in front of what is behind it. */
export function drawPrimitive(surfaces: Surfaces, shape: Plane | Solid, number: number): void {
  const { view } = surfaces;
  const half = halfExtent(shape);
  const hasEnd = half.every(Number.isFinite);
  const points = hasEnd ? corners(shape).map((corner) => toView(view, corner)) : [];
  const area = hasEnd ? areaOf(view, points, edgesOf(points.length)) : wholeImage(view);

  const axes = columns(shape.rotation);
  const local = (v: Vec3): Vec3 => [dot(v, axes[0]), dot(v, axes[1]), dot(v, axes[2])];
  const toEye = subtract(view.eye, [shape.position[0]!, shape.position[1]!, shape.position[2]!]);
  const frame = [toEye, view.ahead, view.right, view.down].map(local);
  ray.set(half, SX);
  if (shape.kind === "capsule") ray[SZ] = shape.size[1]!;
  if (shape.kind === "plane") ray[SZ] = shape.checker?.side ?? 0;
  ray[NEAR] = view.near;
  ray.set(frame[0]!, OX);
  ray.set(frame[1]!, DX);
  trace(surfaces, area, HITS[shape.kind], Float64Array.from([...frame, ...axes].flat()), number * FACES);
}

const ray = newRay();

/**
 * Sends a ray through each sample of an area.
 *
 * @param frame eye, ahead, right, down in the shape's frame, and its axes in the world's: an array of floats, for the
 *   numbers of others may be small integers, and loops be compiled once for each mixture
 */
function trace(
  { view, depth, face, normals }: Surfaces,
  area: Area,
  hit: Hit,
  frame: Float64Array,
  firstFace: number,
): void {
  const ex = frame[0]!;
  const ey = frame[1]!;
  const ez = frame[2]!;
  const ax = frame[3]!;
  const ay = frame[4]!;
  const az = frame[5]!;
  const rx = frame[6]!;
  const ry = frame[7]!;
  const rz = frame[8]!;
  const dx = frame[9]!;
  const dy = frame[10]!;
  const dz = frame[11]!;
  const xx = frame[12]!;
  const xy = frame[13]!;
  const xz = frame[14]!;
  const yx = frame[15]!;
  const yy = frame[16]!;
  const yz = frame[17]!;
  const zx = frame[18]!;
  const zy = frame[19]!;
  const zz = frame[20]!;
  const { width, height, perspective } = view;
  const pixel = 1 / view.scale;
  for (let row = area.top; row < area.bottom; row++) {
    const down = (row + 0.5 - height / 2) * pixel;
    const end = area.right[row - area.top]!;
    for (let column = area.left[row - area.top]!; column < end; column++) {
      const at = row * width + column;
      const right = (column + 0.5 - width / 2) * pixel;
      const mx = right * rx + down * dx;
      const my = right * ry + down * dy;
      const mz = right * rz + down * dz;
      if (perspective) {
        ray[DX] = ax + mx;
        ray[DY] = ay + my;
        ray[DZ] = az + mz;
      } else {
        ray[OX] = ex + mx;
        ray[OY] = ey + my;
        ray[OZ] = ez + mz;
      }
      ray[FAR] = depth[at]!;
      const side = hit(ray);
      if (side < 0) continue;
      depth[at] = ray[T]!;
      face[at] = firstFace + side;
      if (normals.length === 0) continue;
      const nx = ray[NX]!;
      const ny = ray[NY]!;
      const nz = ray[NZ]!;
      normals[3 * at] = xx * nx + yx * ny + zx * nz;
      normals[3 * at + 1] = xy * nx + yy * ny + zy * nz;
      normals[3 * at + 2] = xz * nx + yz * ny + zz * nz;
    }
  }
}

/** Returns the edges of a box or a rectangle, whose corners are in the order of {@link corners}. */
function edgesOf(count: number): [number, number][] {
  const edges: [number, number][] = [];
  for (let a = 0; a < count; a++) {
    for (let bit = 1; bit < count; bit *= 2) if ((a & bit) === 0) edges.push([a, a + bit]);
  }
  return edges;
}

/**
 * Triangles on the z-buffer, in homogeneous coordinates.
 *
 * With h = (right, down, depth) of a corner (depth 1 for parallel rays) and d = (x, y, 1) of a sample, the sample is
 * inside where all three d · (hᵢ × hⱼ) are positive; divided by their sum, they are its weights in space. So nothing
 * needs to be clipped: a corner may be behind the eye, what is too near fails the test of depth. Triangles are seen
 * from both sides: meshes have holes, and triangles that are turned over.
 *
 * Source: Olano & Greer 1997, Triangle scan conversion using 2D homogeneous coordinates, section 3
 *
 * @module
 */
import type { MeshShape } from "./shape.js";
import { FACES, type Surfaces } from "./surfaces.js";
import { columns, cross, dot, normalize, subtract, type Vec3 } from "./vec3.js";
import type { View } from "./view.js";

/** A mesh in the frame of a view, and its directions in the world's: `[vertex, 3]` each. */
interface Placed {
  readonly seen: Float64Array;
  readonly normals: Float64Array | undefined;
  /** From the frame of the mesh to the world's, for triangles without normals. */
  readonly turn: (point: Vec3) => Vec3;
  readonly vertices: ArrayLike<number>;
}

/** Draws a mesh in front of what is behind it. */
export function drawMesh(surfaces: Surfaces, shape: MeshShape, number: number): void {
  const { triangles } = shape.mesh;
  const placed = place(shape, surfaces.view);
  for (let at = 0; at < triangles.length; at += 3) {
    const face = placed.normals ? 0 : (at / 3) % FACES;
    drawTriangle(
      surfaces,
      placed,
      triangles[at]!,
      triangles[at + 1]!,
      triangles[at + 2]!,
      number * FACES + face,
    );
  }
}

function place({ mesh, position, rotation }: MeshShape, { eye, right, down, ahead }: View): Placed {
  const [x, y, z] = columns(rotation);
  const turn = ([a, b, c]: Vec3): Vec3 => [
    a * x[0] + b * y[0] + c * z[0],
    a * x[1] + b * y[1] + c * z[1],
    a * x[2] + b * y[2] + c * z[2],
  ];
  const offset = subtract([position[0]!, position[1]!, position[2]!], eye);
  const normals = mesh.normals && transform(mesh.normals, [x, y, z], [0, 0, 0]);
  const axes = [x, y, z].map((axis): Vec3 => [dot(axis, right), dot(axis, down), dot(axis, ahead)]);
  const origin: Vec3 = [dot(offset, right), dot(offset, down), dot(offset, ahead)];
  return { seen: transform(mesh.vertices, axes, origin), normals, turn, vertices: mesh.vertices };
}

/** Returns points of a frame with these axes and this origin in the frame outside, `[point, 3]`. */
function transform(points: ArrayLike<number>, axes: readonly Vec3[], origin: Vec3): Float64Array {
  const moved = new Float64Array(points.length);
  const m = Float64Array.from([...axes.flat(), ...origin]);
  for (let at = 0; at < points.length; at += 3) {
    const [x, y, z] = [points[at]!, points[at + 1]!, points[at + 2]!];
    for (let k = 0; k < 3; k++) moved[at + k] = m[9 + k]! + x * m[k]! + y * m[3 + k]! + z * m[6 + k]!;
  }
  return moved;
}

function drawTriangle(
  surfaces: Surfaces,
  placed: Placed,
  a: number,
  b: number,
  c: number,
  tag: number,
): void {
  const { view, depth, face, normals } = surfaces;
  const { seen } = placed;
  const { width, height, scale, near } = view;
  const ax = seen[3 * a]!;
  const ay = seen[3 * a + 1]!;
  const at = seen[3 * a + 2]!;
  const bx = seen[3 * b]!;
  const by = seen[3 * b + 1]!;
  const bt = seen[3 * b + 2]!;
  const cx = seen[3 * c]!;
  const cy = seen[3 * c + 1]!;
  const ct = seen[3 * c + 2]!;
  const ah = view.perspective ? at : 1;
  const bh = view.perspective ? bt : 1;
  const ch = view.perspective ? ct : 1;
  // counter-clockwise with y upwards is clockwise with y downwards: negative is seen from outside
  const side = ax * (by * ch - bh * cy) + ay * (bh * cx - bx * ch) + ah * (bx * cy - by * cx) < 0 ? -1 : 1;
  // the edges opposite to a, b and c: cross products of the other two corners
  const ex = side * (by * ch - bh * cy);
  const ey = side * (bh * cx - bx * ch);
  const eh = side * (bx * cy - by * cx);
  const fx = side * (cy * ah - ch * ay);
  const fy = side * (ch * ax - cx * ah);
  const fh = side * (cx * ay - cy * ax);
  const gx = side * (ay * bh - ah * by);
  const gy = side * (ah * bx - ax * bh);
  const gh = side * (ax * by - ay * bx);

  let left = 0;
  let right = width;
  let top = 0;
  let bottom = height;
  if (at >= near && bt >= near && ct >= near) {
    left = Math.max(Math.floor(width / 2 + scale * Math.min(ax / ah, bx / bh, cx / ch)), 0);
    right = Math.min(Math.ceil(width / 2 + scale * Math.max(ax / ah, bx / bh, cx / ch)), width);
    top = Math.max(Math.floor(height / 2 + scale * Math.min(ay / ah, by / bh, cy / ch)), 0);
    bottom = Math.min(Math.ceil(height / 2 + scale * Math.max(ay / ah, by / bh, cy / ch)), height);
  }
  for (let row = top; row < bottom; row++) {
    const y = (row + 0.5 - height / 2) / scale;
    for (let column = left; column < right; column++) {
      const x = (column + 0.5 - width / 2) / scale;
      const wa = ex * x + ey * y + eh;
      const wb = fx * x + fy * y + fh;
      const wc = gx * x + gy * y + gh;
      if (!(wa >= 0 && wb >= 0 && wc >= 0)) continue;
      const t = (wa * at + wb * bt + wc * ct) / (wa + wb + wc);
      const sample = row * width + column;
      if (!(t >= near && t < depth[sample]!)) continue;
      depth[sample] = t;
      face[sample] = tag;
      if (normals.length > 0)
        normals.set(normalAt(placed, a, b, c, -side * wa, -side * wb, -side * wc), 3 * sample);
    }
  }
}

/** Returns the direction outwards at a point with these weights of its triangle's corners; inwards if negative. */
function normalAt(
  { normals, vertices, turn }: Placed,
  a: number,
  b: number,
  c: number,
  wa: number,
  wb: number,
  wc: number,
): Vec3 {
  const corner = (values: ArrayLike<number>, i: number): Vec3 => [
    values[3 * i]!,
    values[3 * i + 1]!,
    values[3 * i + 2]!,
  ];
  if (normals === undefined) {
    const from = corner(vertices, a);
    const across = cross(subtract(corner(vertices, c), from), subtract(corner(vertices, b), from));
    return normalize(turn(wa + wb + wc < 0 ? across : subtract([0, 0, 0], across)));
  }
  return normalize([
    wa * normals[3 * a]! + wb * normals[3 * b]! + wc * normals[3 * c]!,
    wa * normals[3 * a + 1]! + wb * normals[3 * b + 1]! + wc * normals[3 * c + 1]!,
    wa * normals[3 * a + 2]! + wb * normals[3 * b + 2]! + wc * normals[3 * c + 2]!,
  ]);
}

/**
 * What a scene is made of: shapes as MuJoCo describes its geoms, so that `geom_xpos`, `geom_xmat`, `geom_size`
 * and `geom_rgba` can be passed on as they are. Lengths are in metres, z is up.
 *
 * @module
 */
import { ShapeError, suggestion } from "../../errors.js";
import { addScaled, columns, type Vec3 } from "./vec3.js";

/** Red, green, blue and opacity in [0, 1]; colours as a screen shows them (sRGB). */
export type Color = readonly [red: number, green: number, blue: number, opacity: number];

/** Triangles, each counter-clockwise for who sees it from outside. */
export interface Mesh {
  /** `[vertex, 3]`, in the shape's frame */
  readonly vertices: ArrayLike<number>;
  /** Vertices of each triangle: `[triangle, 3]` */
  readonly triangles: ArrayLike<number>;
  /** Directions of length 1, `[vertex, 3]`. Default: each triangle is flat. */
  readonly normals?: ArrayLike<number>;
}

interface Placed {
  /** Where the centre is, `[3]` */
  readonly position: ArrayLike<number>;
  /** Row-major matrix from the shape's frame to the world's, `[3, 3]` */
  readonly rotation: ArrayLike<number>;
  readonly color: Color;
}

/** Half sizes: what a kind needs is in {@link SIZES}; more numbers than that are not read. */
interface Sized {
  readonly size: ArrayLike<number>;
}

/** A rectangle that is seen from its upper side; a half size of 0 has no end. */
export interface Plane extends Placed, Sized {
  readonly kind: "plane";
  /** A second colour for every other square. Default: none */
  readonly checker?: { readonly color: Color; readonly side: number };
}

export interface Solid extends Placed, Sized {
  readonly kind: "box" | "sphere" | "capsule" | "cylinder" | "ellipsoid";
}

export interface MeshShape extends Placed {
  readonly kind: "mesh";
  readonly mesh: Mesh;
}

export type Shape = Plane | Solid | MeshShape;

/** What the numbers of `size` are; capsules and cylinders lie along z, a capsule's ends come on top. */
const SIZES: Readonly<Record<Shape["kind"], readonly string[]>> = {
  plane: ["half x", "half y"],
  box: ["half x", "half y", "half z"],
  sphere: ["radius"],
  capsule: ["radius", "half length"],
  cylinder: ["radius", "half length"],
  ellipsoid: ["radius x", "radius y", "radius z"],
  mesh: [],
};

/** @throws ShapeError, which names the first shape that cannot be drawn */
export function checkShapes(shapes: readonly Shape[]): void {
  for (const [i, shape] of shapes.entries()) {
    const who = `renderScene: shape ${i} (${shape.kind})`;
    const sizes = SIZES[shape.kind];
    if (sizes === undefined) {
      const kinds = Object.keys(SIZES);
      throw new ShapeError(`${who}: expected ${kinds.join(", ")}.${suggestion(shape.kind, kinds)}`);
    }
    expectNumbers(shape.position, 3, `${who}: position`);
    expectNumbers(shape.rotation, 9, `${who}: rotation`);
    expectNumbers(shape.color, 4, `${who}: color`);
    if (shape.kind === "mesh") checkMesh(shape.mesh, who);
    else expectNumbers(shape.size, sizes.length, `${who}: size (${sizes.join(", ")})`);
  }
}

function expectNumbers(values: ArrayLike<number>, atLeast: number, who: string): void {
  if (values.length < atLeast)
    throw new ShapeError(`${who}: expected ${atLeast} numbers, got ${values.length}`);
  for (let k = 0; k < atLeast; k++) {
    if (!Number.isFinite(values[k]))
      throw new ShapeError(`${who}: expected finite numbers, got ${values[k]}`);
  }
}

function checkMesh({ vertices, triangles, normals = vertices }: Mesh, who: string): void {
  const count = vertices.length / 3;
  if (!Number.isInteger(count)) {
    throw new ShapeError(`${who}: expected 3 numbers a vertex, got ${vertices.length} numbers`);
  }
  if (normals.length !== vertices.length) {
    throw new ShapeError(`${who}: expected as many normals as vertices, ${count}, got ${normals.length / 3}`);
  }
  if (triangles.length % 3 !== 0) {
    throw new ShapeError(`${who}: expected 3 vertices a triangle, got ${triangles.length} vertices`);
  }
  for (let k = 0; k < triangles.length; k++) {
    const vertex = triangles[k]!;
    if (!Number.isInteger(vertex) || vertex < 0 || vertex >= count) {
      throw new ShapeError(`${who}: expected triangles of vertices 0..${count - 1}, got ${vertex}`);
    }
  }
}

/** Returns half the sides of the smallest box in the shape's frame that holds it; Infinity for a plane without end. */
export function halfExtent(shape: Plane | Solid): Vec3 {
  const [a, b = 0, c = 0] = Array.from(shape.size);
  switch (shape.kind) {
    case "plane":
      return [a || Number.POSITIVE_INFINITY, b || Number.POSITIVE_INFINITY, 0];
    case "sphere":
      return [a!, a!, a!];
    case "capsule":
      return [a!, a!, b + a!];
    case "cylinder":
      return [a!, a!, b];
    default:
      return [a!, b, c];
  }
}

/** Returns the corners of the box that holds the shape, in the world's frame. */
export function corners(shape: Plane | Solid): Vec3[] {
  const half = halfExtent(shape);
  const axes = columns(shape.rotation);
  let points: Vec3[] = [[shape.position[0]!, shape.position[1]!, shape.position[2]!]];
  for (const [k, axis] of axes.entries()) {
    if (half[k] === 0) continue;
    points = points.flatMap((point) => [addScaled(point, half[k]!, axis), addScaled(point, -half[k]!, axis)]);
  }
  return points;
}

/**
 * Shadows of the sun: a z-buffer seen from the light.
 *
 * What is behind the first surface that a ray of light meets is in shadow. The mean over neighbouring rays makes the
 * edge of a shadow soft (percentage-closer filtering).
 *
 * Source: Williams 1978, Casting curved shadows on curved surfaces; Reeves, Salesin & Cook 1987, Rendering
 * antialiased shadows with depth maps
 *
 * @module
 */
import { drawShape } from "./draw-shape.js";
import { corners, type Shape } from "./shape.js";
import { emptySurfaces, type Surfaces } from "./surfaces.js";
import { addScaled, columns, length, subtract, type Vec3 } from "./vec3.js";
import { parallelView } from "./view.js";

/** Rays of light each way. */
const SIDE = 512;
/** A shadow's edge is so many rays wide. */
const SOFTNESS = 5;
/** How far, in distances of rays, a point is lifted off its surface, that the surface does not shade itself. */
const LIFT = 2.5;

/** Returns the first surfaces that light meets on its way, or undefined where nothing casts a shadow. */
export function shadowMap(shapes: readonly Shape[], light: Vec3): Surfaces | undefined {
  const casters = shapes.filter(({ kind, color }) => kind !== "plane" && color[3] >= 1);
  if (casters.length === 0) return undefined;
  const { center, radius } = ballAround(casters.flatMap(cornersOf));
  const surfaces = emptySurfaces(
    parallelView([-light[0], -light[1], -light[2]], center, radius, SIDE),
    false,
  );
  for (const [i, shape] of casters.entries()) drawShape(surfaces, shape, i);
  return surfaces;
}

/** Returns how much of the light comes to a point of a surface with this normal, in [0, 1]. */
export function lightAt(
  { view, depth }: Surfaces,
  px: number,
  py: number,
  pz: number,
  nx: number,
  ny: number,
  nz: number,
): number {
  const lift = LIFT / view.scale;
  const x = px + lift * nx - view.eye[0];
  const y = py + lift * ny - view.eye[1];
  const z = pz + lift * nz - view.eye[2];
  const t = x * view.ahead[0] + y * view.ahead[1] + z * view.ahead[2];
  const across = (x * view.right[0] + y * view.right[1] + z * view.right[2]) * view.scale;
  const down = (x * view.down[0] + y * view.down[1] + z * view.down[2]) * view.scale;
  const left = across + view.width / 2 - SOFTNESS / 2;
  const top = down + view.height / 2 - SOFTNESS / 2;
  const column = Math.floor(left);
  const row = Math.floor(top);
  const last = view.width - SOFTNESS - 1;
  if (!(column >= 0 && row >= 0 && column < last && row < last)) return 1;

  // a square of SOFTNESS rays each way that need not be at whole rays: those at its edges count in part
  const rest = left - column;
  const below = top - row;
  let lit = 0;
  for (let i = 0; i <= SOFTNESS; i++) {
    const at = (row + i) * view.width + column;
    let along = t <= depth[at]! ? 1 - rest : 0;
    for (let k = 1; k < SOFTNESS; k++) if (t <= depth[at + k]!) along++;
    if (t <= depth[at + SOFTNESS]!) along += rest;
    lit += along * (i === 0 ? 1 - below : i === SOFTNESS ? below : 1);
  }
  return lit / (SOFTNESS * SOFTNESS);
}

function cornersOf(shape: Shape): Vec3[] {
  if (shape.kind !== "mesh") return corners(shape);
  const axes = columns(shape.rotation);
  const { vertices } = shape.mesh;
  const origin: Vec3 = [shape.position[0]!, shape.position[1]!, shape.position[2]!];
  return Array.from({ length: vertices.length / 3 }, (_, i) =>
    axes.reduce((sum, axis, k) => addScaled(sum, vertices[3 * i + k]!, axis), origin),
  );
}

/** Returns the ball around the box around points. */
function ballAround(points: readonly Vec3[]): { center: Vec3; radius: number } {
  const low = [0, 1, 2].map((k) => points.reduce((least, point) => Math.min(least, point[k]!), Infinity));
  const high = [0, 1, 2].map((k) => points.reduce((most, point) => Math.max(most, point[k]!), -Infinity));
  const [x, y, z] = low.map((least, k) => (least + high[k]!) / 2);
  const center: Vec3 = [x!, y!, z!];
  const distances = points.map((point) => length(subtract(point, center)));
  return { center, radius: distances.reduce((most, it) => Math.max(most, it), 0) * 1.02 };
}

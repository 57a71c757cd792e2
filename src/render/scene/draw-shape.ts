/** A shape of any kind on the z-buffer. */
import { drawPrimitive } from "./primitives.js";
import type { Shape } from "./shape.js";
import type { Surfaces } from "./surfaces.js";
import { drawMesh } from "./triangles.js";

/** Draws a shape in front of what is behind it. */
export function drawShape(surfaces: Surfaces, shape: Shape, number: number): void {
  if (shape.kind === "mesh") drawMesh(surfaces, shape, number);
  else drawPrimitive(surfaces, shape, number);
}

/** What is seen at each sample of an image: the z-buffer, and what shading needs to know. */
import type { View } from "./view.js";

export interface Surfaces {
  readonly view: View;
  /** How far ahead, `[height, width]`; Infinity where nothing is. */
  readonly depth: Float32Array;
  /** {@link FACES} times the shape's number, plus the number of its face; −1 where nothing is. */
  readonly face: Int32Array;
  /** Directions outwards in the world's frame, `[height, width, 3]`; empty where only depth is asked for. */
  readonly normals: Float32Array;
}

/** Numbers for the faces of a shape: samples with one number lie on one smooth surface. */
export const FACES = 8;

/** Returns the surfaces of nothing. */
export function emptySurfaces(view: View, withNormals = true): Surfaces {
  const samples = view.width * view.height;
  return {
    view,
    depth: new Float32Array(samples).fill(Number.POSITIVE_INFINITY),
    face: new Int32Array(samples).fill(-1),
    normals: new Float32Array(withNormals ? 3 * samples : 0),
  };
}

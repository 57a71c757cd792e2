import { type Batch, type HostArray, hostFloat32 } from "../../data/index.js";
import { sin } from "../../math.js";
import type { Rng } from "../../random/index.js";

/** Half the width of the interval that a wave is seen on. */
const REACH = 5;

/**
 * Draws waves y = A sin(x + φ), A ~ U[0.1, 5], φ ~ U[0, 2π], each seen at the same even places of [−5, 5].
 *
 * @returns `x: [task, points, 1]`, ascending, and `y` alike
 */
export function sampleWaves(
  rng: Rng,
  { tasks, points }: { readonly tasks: number; readonly points: number },
): Batch<HostArray> {
  const x = hostFloat32([tasks, points, 1]);
  const y = hostFloat32([tasks, points, 1]);
  for (let task = 0; task < tasks; task++) {
    const amplitude = rng.uniform(0.1, 5);
    const phase = rng.uniform(0, 2 * Math.PI);
    for (let k = 0; k < points; k++) {
      const place = ((2 * k) / (points - 1) - 1) * REACH;
      x.data[task * points + k] = place;
      y.data[task * points + k] = amplitude * sin(place + phase);
    }
  }
  return { x, y };
}

/** Draws some of each wave's points, which may come twice. @returns `x: [task, shots, 1]`, and `y` alike */
export function samplePoints({ x, y }: Batch<HostArray>, rng: Rng, shots: number): Batch<HostArray> {
  const [tasks, points] = x.shape as [number, number];
  const drawn = { x: hostFloat32([tasks, shots, 1]), y: hostFloat32([tasks, shots, 1]) };
  for (let place = 0; place < tasks * shots; place++) {
    const from = Math.floor(place / shots) * points + rng.integer(points);
    drawn.x.data[place] = x.data[from]!;
    drawn.y.data[place] = y.data[from]!;
  }
  return drawn;
}

/**
 * A cube in one of two open bins.
 *
 * Source: the compiled scene bin_picking of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import type { Attributes } from "../../mujoco/mjcf.js";
import { BLUE, type Colour, GREEN, RED } from "./colours.js";
import type { Objects } from "./scene.js";
import { body, free, inertial, shapes } from "./shapes.js";

/** An open bin, 20 cm wide and 6 cm high. */
export function bin(colour: Colour, more: Attributes = {}): readonly string[] {
  const { box } = shapes("fixture", colour);
  return [
    box([0.1, 0.005, 0.03], [0, -0.095, 0.03], more),
    box([0.1, 0.005, 0.03], [0, 0.095, 0.03], more),
    box([0.005, 0.09, 0.03], [0.095, 0, 0.03], more),
    box([0.005, 0.09, 0.03], [-0.095, 0, 0.03], more),
    box([0.1, 0.1, 0.005], [0, 0, 0.005], more),
  ];
}

const cube = body(
  "obj",
  { pos: [-0.12, 0.7, 0.04] },
  free(),
  body(
    "objA",
    {},
    inertial(0.1, [0, 0, 0], [2.66667e-5, 2.66667e-5, 2.66667e-5]),
    shapes("block", GREEN).box([0.02, 0.02, 0.02], [0, 0, 0]),
  ),
);

export const binPicking: Objects = {
  objects: [
    cube,
    body("bin_start", { pos: [-0.12, 0.7, 0] }, body("binA", {}, ...bin(RED))),
    body("bin_goal", { pos: [0.12, 0.7, 0] }, body("binB", {}, ...bin(BLUE))),
  ],
};

/**
 * What stands around every task: the floor, the table and the wall along its edge that keeps things on it. The top of
 * the table is z = 0.
 *
 * Source: the compiled scenes of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { element } from "../../mujoco/mjcf.js";
import { DARK_WOOD, FLOOR, WOOD } from "./colours.js";
import { body, shapes } from "./shapes.js";

const wood = shapes("table", WOOD);
const edge = shapes("table", DARK_WOOD);

export const floor = element("geom", {
  name: "floor",
  type: "plane",
  size: [4, 4, 0.1],
  pos: [0, 0, -0.913],
  rgba: FLOOR,
});

export const table = [
  body("tablelink", { pos: [0, 0.6, 0] }, wood.box([0.7, 0.4, 0.46], [0, 0, -0.46])),
  body(
    "RetainingWall",
    { pos: [0, 0.6, 0.06] },
    edge.box([0.7, 0.01, 0.06], [0, -0.39, 0]),
    edge.box([0.7, 0.01, 0.06], [0, 0.39, 0]),
    edge.box([0.01, 0.38, 0.06], [-0.69, 0, 0]),
    edge.box([0.01, 0.38, 0.06], [0.69, 0, 0]),
  ),
];

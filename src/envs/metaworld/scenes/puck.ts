/**
 * A puck on the table, alone or behind a wall: reach, push, pick and place.
 *
 * Source: the compiled scenes reach_v3, push_v3, pick_place_v3 and their kin with a wall of
 * Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { BLUE, DARK_WOOD, GOAL, RED } from "./colours.js";
import type { Objects } from "./scene.js";
import { body, free, inertial, shapes, site } from "./shapes.js";

const standing = shapes("soft", DARK_WOOD);
const fixture = shapes("fixture", DARK_WOOD);

/** 12 cm high, across the way. Two shapes as in the original: what slides along has contacts with both. */
const wall = body(
  "wall",
  { pos: [0.1, 0.75, 0.06] },
  standing.box([0.12, 0.01, 0.06], [0, 0, 0]),
  fixture.box([0.12, 0.01, 0.06], [0, 0, 0]),
);

const bigPuck = puck(0.02, 0.02);
const smallPuck = puck(0.03, 0.015);

function puck(radius: number, half: number): string {
  return body(
    "obj",
    { pos: [0, 0.6, 0.02] },
    free({ name: "objjoint" }),
    inertial(0.75, [0, 0, 0], [0.000880012, 0.000880012, 0.000880012]),
    shapes("puck", RED).cylinder(radius, half, [0, 0, 0], { name: "objGeom" }),
  );
}

function goal(x: number, z: number): string {
  return site("goal", [x, 0.8, z], { rgba: GOAL, size: 0.02 });
}

export const reach: Objects = { objects: [bigPuck, goal(-0.1, 0.2)] };
export const reachWall: Objects = { objects: [smallPuck, wall, goal(-0.1, 0.2)] };
export const push: Objects = { objects: [bigPuck, goal(0.1, 0.02)] };
export const pushWall: Objects = { objects: [bigPuck, wall, goal(0.1, 0.02)] };
export const pickPlace: Objects = { objects: [bigPuck, goal(0.1, 0.2)] };
export const pickPlaceWall: Objects = { objects: [bigPuck, wall, goal(0.1, 0.2)] };

/** A cube of the puck's weight that does not tip: its inertia is that of a tanker. */
export const pushBack: Objects = {
  objects: [
    body(
      "obj",
      { pos: [0, 0.6, 0.02] },
      free({ name: "objjoint" }),
      inertial(0.75, [0, 0, 0], [1e5, 1e5, 1e5]),
      shapes("rubber", BLUE).box([0.02, 0.02, 0.02], [0, 0, 0], { name: "objGeom" }),
    ),
    site("goal", [0.1, 0.6, 0.02], { rgba: GOAL, size: 0.02 }),
  ],
};

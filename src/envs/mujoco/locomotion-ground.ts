/**
 * The floor that bodies run on, and how they touch it.
 *
 * Parts touch the floor, and not each other. Gymnasium's scenes say so by bits, for which MuJoCo sorts all parts in
 * space before every time step to look for pairs; here the pairs are listed, which saves a sixth of an ant's time and a
 * fifth of a half cheetah's. One body is one island, whose search is left out: it changes no bit.
 *
 * @module
 */
import { type Attributes, element } from "./mjcf.js";

/** Lets a part or the floor touch nothing but what a listed pair names. */
export const ONLY_PAIRS = { contype: 0, conaffinity: 0 } as const satisfies Attributes;

export const floor = element("geom", {
  name: "floor",
  type: "plane",
  size: [40, 40, 40],
  rgba: [0.8, 0.9, 0.8, 1],
});

/** How parts and floor slide and give, in MuJoCo's terms: coefficients of friction along, about and across. */
export interface Surface {
  readonly friction: readonly [slide: number, spin: number, roll: number];
  readonly solref: readonly [time: number, damping: number];
  readonly solimp: readonly [least: number, most: number, width: number];
  /** Distance of two things, in metres, from which on a contact is computed. */
  readonly margin: number;
}

/** Lets these parts touch the floor. */
export function touchesFloor(parts: readonly string[], { friction, ...surface }: Surface): string {
  const [slide, spin, roll] = friction;
  const contact = { ...surface, condim: 3, friction: [slide, slide, spin, roll, roll] };
  const pairs = parts.map((part) => element("pair", { geom1: "floor", geom2: part, ...contact }));
  return element("contact", {}, ...pairs);
}

/** The options of the physics, for one body that moves. 1 MB is enough for its contacts: MuJoCo's choice is 13. */
export function options(attributes: Attributes): string {
  return [
    element("size", { memory: "1M" }),
    element("option", attributes, element("flag", { island: "disable" })),
  ].join("\n");
}

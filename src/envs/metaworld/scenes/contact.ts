/**
 * How surfaces touch: friction, and how far contacts give way.
 *
 * Two shapes touch if one's `contype` shares a bit with the other's `conaffinity`; what stands still has `contype` 0, so
 * that it touches what moves and never what stands. MuJoCo's own contacts (`soft`) yield by some tenths of a
 * millimetre; nearly all objects are set harder.
 *
 * Source: the compiled scenes of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { type Attributes, element } from "../../mujoco/mjcf.js";

const HARD = { solref: [0.01, 1], solimp: [0.99, 0.99, 0.01] };
/** Resists turning on the spot, too. */
const TORSIONAL = { condim: 4 };
/** Sliding, turning, rolling. */
const TURNS_HARD = { friction: [1, 0.1, 0.002] };
const GRIPS = { friction: [2, 0.1, 0.002] };
const STANDS = { contype: 0 };
const NEVER = { contype: 0, conaffinity: 0, mass: 0 };

/** Surfaces by name. */
const SURFACES = {
  soft: {},
  hard: HARD,
  block: { ...HARD, ...TORSIONAL },
  puck: { ...HARD, ...TORSIONAL, ...TURNS_HARD },
  rubber: { ...HARD, ...TORSIONAL, ...GRIPS },
  stick: { ...TORSIONAL, solimp: [0.998, 0.998, 0.001] },
  claw: { ...TORSIONAL, solimp: [0.8, 0.9, 0.01], margin: 0.001 },
  pad: { ...TORSIONAL, ...GRIPS, solref: [0.01, 1], solimp: [0.95, 0.99, 0.01], margin: 0.001 },
  /** What stands. */
  table: STANDS,
  fixture: { ...HARD, ...STANDS },
  springy: { ...STANDS, solref: [0.005, 0.1] },
  /** What is only looked at. */
  picture: { ...NEVER, group: 1 },
  /** What only tells where it is. */
  marker: { ...NEVER, group: 3, rgba: [0, 0, 0, 0] },
} as const satisfies Record<string, Attributes>;

export type Surface = keyof typeof SURFACES;

/** The surfaces as MJCF's default classes. */
export function surfaces(): string {
  const classes = Object.entries(SURFACES).map(([name, attributes]) =>
    element("default", { class: name }, element("geom", attributes)),
  );
  return element("default", {}, ...classes);
}

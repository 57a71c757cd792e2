/**
 * What scenes are made of: bodies, joints, inertias, shapes and sites. Lengths in metres, angles in radians, places in
 * the frame of the body around.
 *
 * @module
 */
import { type Attributes, element } from "../../mujoco/mjcf.js";
import type { Vec3 } from "../vec3.js";
import type { Colour } from "./colours.js";
import type { Surface } from "./contact.js";

/** A quarter turn, as the original's files round it. */
export const QUARTER = 1.57;

/** Cylinders and capsules lie along z; along other axes they are turned. */
export const ALONG_X = { euler: [0, QUARTER, 0] } as const;
export const ALONG_Y = { euler: [QUARTER, 0, 0] } as const;

export interface Frame {
  readonly pos?: Vec3;
  /** Turns about x, y, z, one after the other in the turned frame. */
  readonly euler?: Vec3;
  /** w, x, y, z. */
  readonly quat?: readonly [number, number, number, number];
}

export function body(name: string | undefined, frame: Frame, ...children: readonly string[]): string {
  return element("body", { name, ...frame }, ...children);
}

/** Lets a body fly. */
export function free(attributes: Attributes = {}): string {
  return element("joint", { type: "free", ...attributes });
}

interface JointOptions {
  readonly name?: string;
  readonly axis: Vec3;
  readonly range: readonly [low: number, high: number];
  readonly damping: number;
  /** Inertia that the joint has of itself. Default: 0.001, as all but the fingers have. */
  readonly armature?: number;
  readonly stiffness?: number;
  readonly springref?: number;
}

export function slide(options: JointOptions): string {
  return element("joint", { type: "slide", armature: 0.001, ...options });
}

export function hinge(options: JointOptions): string {
  return element("joint", { type: "hinge", armature: 0.001, ...options });
}

/**
 * Mass in kg and inertia in kg·m² about its centre, along the body's axes: the diagonal, or xx, yy, zz, xy, xz, yz.
 * What moves says its own, so that shapes weigh nothing.
 */
export function inertial(
  mass: number,
  pos: Vec3,
  [xx, yy, zz, xy = 0, xz = 0, yz = 0]: readonly number[],
): string {
  const diagonal = xy === 0 && xz === 0 && yz === 0;
  const inertia = diagonal ? { diaginertia: [xx!, yy!, zz!] } : { fullinertia: [xx!, yy!, zz!, xy, xz, yz] };
  return element("inertial", { pos, mass, ...inertia });
}

interface SiteOptions extends Omit<Frame, "pos"> {
  readonly rgba?: Colour;
  readonly size?: number;
}

/** A point with a name. `size` is the radius of the ball that pictures show, if it has a colour. */
export function site(
  name: string,
  pos: Vec3,
  { rgba = [0, 0, 0, 0], size = 0.005, ...rotation }: SiteOptions = {},
): string {
  return element("site", { name, pos, size, rgba, ...rotation });
}

/** A shape that nothing touches, where observations read a frame: the original has the mesh of a picture there. */
export function marker(name: string, frame: Frame): string {
  return element("geom", { class: "marker", name, type: "sphere", size: 0.005, ...frame });
}

/** Shapes of one surface and colour. Boxes are given by half their sides, round ones by radius and half length. */
export function shapes(surface: Surface, rgba: Colour) {
  const geom = (type: string, size: number | readonly number[], pos: Vec3, more: Attributes) =>
    element("geom", { class: surface, type, size, pos, rgba, ...more });
  return {
    box: (half: Vec3, pos: Vec3, more: Attributes = {}) => geom("box", half, pos, more),
    sphere: (radius: number, pos: Vec3, more: Attributes = {}) => geom("sphere", radius, pos, more),
    cylinder: (radius: number, half: number, pos: Vec3, more: Attributes = {}) =>
      geom("cylinder", [radius, half], pos, more),
    capsule: (radius: number, half: number, pos: Vec3, more: Attributes = {}) =>
      geom("capsule", [radius, half], pos, more),
    /** A capsule from the frame's origin, or another point, to a point. */
    rod: (radius: number, to: Vec3, from: Vec3 = [0, 0, 0]) =>
      element("geom", { class: surface, type: "capsule", size: radius, fromto: [...from, ...to], rgba }),
  };
}

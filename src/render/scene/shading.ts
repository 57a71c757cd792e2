/**
 * The colour of a surface: sun and sky, after Lambert, with a faint highlight after Blinn.
 *
 *     colour = albedo · (sky(n) + lit · sun · max(n · l, 0) + fill · (n · v)) + lit · gloss · (n · h)³²
 *
 * Light adds up in squares of what a screen shows (a gamma of 2, near enough to sRGB's): edges and
 * shadows are as smooth as they are meant to be.
 *
 * @module
 */
import { lightAt } from "./shadow.js";
import type { Shape } from "./shape.js";
import { FACES, type Surfaces } from "./surfaces.js";
import type { Vec3 } from "./vec3.js";

/** Red, green and blue, as a screen shows them, 0 to 1. */
export type Tone = readonly [red: number, green: number, blue: number];

export interface Sky {
  readonly horizon: Tone;
  readonly zenith: Tone;
}

const SUN: Tone = [0.8, 0.77, 0.72];
const SKY: Tone = [0.42, 0.45, 0.5];
const GROUND: Tone = [0.2, 0.19, 0.18];
const FILL = 0.1;
const GLOSS = 0.12;
/** Metres after which half of a plane without end is haze. */
const HAZE = 14;

/** Sets `color` to what is seen at a sample, in squares. */
export type Shader = (at: number, color: Float64Array) => void;

/** @param light the direction to the sun, of length 1 @param shadows from {@link shadowMap} */
export function sunlight(
  { view, depth, face, normals }: Surfaces,
  shapes: readonly Shape[],
  light: Vec3,
  sky: Sky,
  shadows: Surfaces | undefined,
): Shader {
  // arrays of floats: those of others may hold small integers, and the loop be compiled anew for each mixture
  const frame = Float64Array.from([view.eye, view.ahead, view.right, view.down, light].flat());
  const squares = Float64Array.from(sky.horizon, (tone) => tone * tone);
  const albedos = albedosOf(shapes);
  const isEndless = Uint8Array.from(shapes, (shape) =>
    shape.kind === "plane" && shape.size[0] === 0 ? 1 : 0,
  );
  const isPlane = Uint8Array.from(shapes, ({ kind }) => (kind === "plane" ? 1 : 0));
  return (at, color) => {
    const shape = Math.floor(face[at]! / FACES);
    const t = depth[at]!;
    const nx = normals[3 * at]!;
    const ny = normals[3 * at + 1]!;
    const nz = normals[3 * at + 2]!;
    const row = Math.floor(at / view.width);
    const down = (row + 0.5 - view.height / 2) / view.scale;
    const right = (at - row * view.width + 0.5 - view.width / 2) / view.scale;
    const rx = frame[3]! + right * frame[6]! + down * frame[9]!;
    const ry = frame[4]! + right * frame[7]! + down * frame[10]!;
    const rz = frame[5]! + right * frame[8]! + down * frame[11]!;
    const lx = frame[12]!;
    const ly = frame[13]!;
    const lz = frame[14]!;

    const towards = nx * lx + ny * ly + nz * lz;
    let lit = towards > 0 ? 1 : 0;
    if (lit > 0 && shadows !== undefined) {
      const px = frame[0]! + t * rx;
      const py = frame[1]! + t * ry;
      const pz = frame[2]! + t * rz;
      lit = lightAt(shadows, px, py, pz, nx, ny, nz);
    }
    const toEye = 1 / Math.sqrt(rx * rx + ry * ry + rz * rz);
    const facing = -(nx * rx + ny * ry + nz * rz) * toEye;
    const hx = lx - rx * toEye;
    const hy = ly - ry * toEye;
    const hz = lz - rz * toEye;
    let shine = Math.max((nx * hx + ny * hy + nz * hz) / Math.sqrt(hx * hx + hy * hy + hz * hz), 0);
    for (let k = 0; k < 5; k++) shine *= shine;

    const isOther = isPlane[shape]! & (face[at]! % FACES);
    const haze = isEndless[shape] === 1 ? 1 - 1 / (1 + (t / HAZE) * (t / HAZE)) : 0;
    const up = (nz + 1) / 2;
    const gloss = isPlane[shape] === 1 ? 0 : GLOSS * lit * shine;
    for (let c = 0; c < 3; c++) {
      const ambient = GROUND[c]! + up * (SKY[c]! - GROUND[c]!) + FILL * facing;
      const surface = albedos[6 * shape + 3 * isOther + c]! * (ambient + SUN[c]! * lit * towards) + gloss;
      color[c] = surface + haze * (squares[c]! - surface);
    }
  };
}

/** Returns the squares of the two colours of each shape, `[shape, 2, 3]`. */
function albedosOf(shapes: readonly Shape[]): Float64Array {
  const albedos = new Float64Array(6 * shapes.length);
  for (const [i, shape] of shapes.entries()) {
    const other = shape.kind === "plane" && shape.checker ? shape.checker.color : shape.color;
    for (let c = 0; c < 3; c++) {
      albedos[6 * i + c] = shape.color[c]! * shape.color[c]!;
      albedos[6 * i + 3 + c] = other[c]! * other[c]!;
    }
  }
  return albedos;
}

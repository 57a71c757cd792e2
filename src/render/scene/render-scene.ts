/**
 * A picture of solid shapes, without a GPU: every shape is met by a ray for each sample that may show it.
 *
 * Opaque shapes share a z-buffer of samples² samples a pixel. A pixel whose samples lie on one smooth surface is shaded
 * once, others once a sample, so edges are smooth and the rest is cheap. Translucent shapes follow, the farthest first.
 * Only + − × ÷ √ are used, so that a picture is the same everywhere, byte for byte.
 *
 * @module
 */
import { ConfigError } from "../../errors.js";
import { Raster } from "../raster.js";
import { drawShape } from "./draw-shape.js";
import { type Shader, type Sky, sunlight } from "./shading.js";
import { shadowMap } from "./shadow.js";
import { checkShapes, type Shape } from "./shape.js";
import { emptySurfaces, type Surfaces } from "./surfaces.js";
import { dot, normalize, subtract, type Vec3 } from "./vec3.js";
import { type Camera, cameraView, type View } from "./view.js";

export interface SceneOptions {
  /** In pixels. Default: 320 */
  readonly width?: number;
  /** In pixels. Default: 240 */
  readonly height?: number;
  /** Samples of a pixel each way: 1 is coarse, 3 very smooth. Default: 2 */
  readonly samples?: number;
  /** The direction to the sun. Default: above, to the side of −x and −y */
  readonly light?: Vec3;
  /** Default: true */
  readonly shadows?: boolean;
  /** What is behind all shapes. */
  readonly sky?: Sky;
}

const SKY: Sky = { horizon: [0.93, 0.945, 0.96], zenith: [0.7, 0.78, 0.87] };
const LIGHT: Vec3 = [-0.35, -0.5, 1];

/** Draws shapes as a camera sees them. @throws ShapeError, ConfigError */
export function renderScene(
  shapes: readonly Shape[],
  camera: Camera,
  { width = 320, height = 240, samples = 2, light = LIGHT, shadows = true, sky = SKY }: SceneOptions = {},
): Raster {
  checkShapes(shapes);
  checkOptions(width, height, samples, camera);
  const view = cameraView(camera, width * samples, height * samples);
  const sun = normalize(light);
  const surfaces = emptySurfaces(view);
  const shader = sunlight(surfaces, shapes, sun, sky, shadows ? shadowMap(shapes, sun) : undefined);

  for (const i of opaque(shapes)) drawShape(surfaces, shapes[i]!, i);
  const pixels: Pixels = { width, height, samples, squares: skySquares(view, width, height, sky) };
  blend(pixels, surfaces, shader, 1);

  const behind = surfaces.depth.slice();
  surfaces.face.fill(-1);
  for (const i of translucent(shapes, view)) {
    drawShape(surfaces, shapes[i]!, i);
    blend(pixels, surfaces, shader, shapes[i]!.color[3]);
    surfaces.depth.set(behind);
    surfaces.face.fill(-1);
  }
  return toRaster(pixels);
}

/** An image in the making, in squares of what a screen shows: `[height, width, 3]`. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly samples: number;
  readonly squares: Float32Array;
}

/** Puts the surfaces over what is there. */
function blend(pixels: Pixels, surfaces: Surfaces, shader: Shader, opacity: number): void {
  const { samples, squares, width, height } = pixels;
  const { face, view } = surfaces;
  const color = new Float64Array(3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const first = y * samples * view.width + x * samples;
      const isOne = isOneSurface(face, first, samples, view.width);
      if (isOne && face[first]! < 0) continue;
      const step = isOne ? samples : 1; // then one sample stands for all
      const share = (opacity * step * step) / (samples * samples);
      let red = 0;
      let green = 0;
      let blue = 0;
      let covered = 0;
      for (let row = 0; row < samples; row += step) {
        for (let column = 0; column < samples; column += step) {
          const at = first + row * view.width + column;
          if (face[at]! < 0) continue;
          shader(at, color);
          red += share * Math.min(color[0]!, 1);
          green += share * Math.min(color[1]!, 1);
          blue += share * Math.min(color[2]!, 1);
          covered += share;
        }
      }
      const to = (y * width + x) * 3;
      squares[to] = squares[to]! * (1 - covered) + red;
      squares[to + 1] = squares[to + 1]! * (1 - covered) + green;
      squares[to + 2] = squares[to + 2]! * (1 - covered) + blue;
    }
  }
}

function isOneSurface(face: Int32Array, first: number, samples: number, width: number): boolean {
  const number = face[first]!;
  for (let row = 0; row < samples; row++) {
    for (let column = 0; column < samples; column++) {
      if (face[first + row * width + column] !== number) return false;
    }
  }
  return true;
}

/** Returns the numbers of opaque shapes, planes last: most of a floor is behind something. */
function opaque(shapes: readonly Shape[]): number[] {
  const solid = [...shapes.keys()].filter((i) => shapes[i]!.color[3] >= 1);
  const isPlane = (i: number) => shapes[i]!.kind === "plane";
  return [...solid.filter((i) => !isPlane(i)), ...solid.filter(isPlane)];
}

/** Returns the numbers of translucent shapes, the farthest first. */
function translucent(shapes: readonly Shape[], { eye, ahead }: View): number[] {
  return shapes
    .flatMap(({ color, position }, i) => {
      const center: Vec3 = [position[0]!, position[1]!, position[2]!];
      return color[3] > 0 && color[3] < 1 ? [{ i, depth: dot(subtract(center, eye), ahead) }] : [];
    })
    .sort((a, b) => b.depth - a.depth)
    .map(({ i }) => i);
}

/** Returns the sky: from the horizon on, the colour of its zenith comes in with the ray's rise. */
function skySquares(view: View, width: number, height: number, { horizon, zenith }: Sky): Float32Array {
  const squares = new Float32Array(width * height * 3);
  const pixel = view.width / width / view.scale;
  for (let y = 0; y < height; y++) {
    const down = (y + 0.5 - height / 2) * pixel;
    for (let x = 0; x < width; x++) {
      const right = (x + 0.5 - width / 2) * pixel;
      const rise = view.ahead[2] + right * view.right[2] + down * view.down[2];
      const up = Math.min(Math.max(rise / Math.sqrt(1 + right * right + down * down), 0), 1);
      for (let c = 0; c < 3; c++) {
        const tone = horizon[c]! + up * (zenith[c]! - horizon[c]!);
        squares[(y * width + x) * 3 + c] = tone * tone;
      }
    }
  }
  return squares;
}

function toRaster({ width, height, squares }: Pixels): Raster {
  const raster = new Raster(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < 3; c++) raster.data[pixel * 4 + c] = 255 * Math.sqrt(squares[pixel * 3 + c]!);
  }
  return raster;
}

function checkOptions(width: number, height: number, samples: number, { fovy = 45 }: Camera): void {
  for (const [name, value, most] of [
    ["width", width, 8192],
    ["height", height, 8192],
    ["samples", samples, 8],
  ] as const) {
    if (!Number.isInteger(value) || value < 1 || value > most)
      throw new ConfigError(`renderScene: ${name} must be an integer from 1 to ${most}, got ${value}`);
  }
  if (!(fovy > 0 && fovy < 180)) {
    throw new ConfigError(`renderScene: the camera's fovy must be in (0, 180) degrees, got ${fovy}`);
  }
}

/** From where, and how, a scene is seen: what is right, down and ahead, and which sample of an image shows what. */
import { cos, sin } from "../../math.js";
import { addScaled, columns, cross, dot, normalize, subtract, type Vec3 } from "./vec3.js";

interface Placed {
  readonly position: Vec3;
  /** Angle from the lower to the upper edge, in degrees. Default: 45, as MuJoCo's */
  readonly fovy?: number;
}

/** Looks at a point, with z upwards. */
export interface LookAtCamera extends Placed {
  readonly lookAt: Vec3;
}

/** Has its x axis to the right, y upwards and z backwards, as MuJoCo's `cam_xpos` and `cam_xmat` say. */
export interface PosedCamera extends Placed {
  /** Row-major matrix from the camera's frame to the world's, `[3, 3]` */
  readonly rotation: ArrayLike<number>;
}

export type Camera = LookAtCamera | PosedCamera;

/** The frame of an eye, and its image of samples. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly eye: Vec3;
  readonly right: Vec3;
  readonly down: Vec3;
  readonly ahead: Vec3;
  /** Rays come from the eye, and do not go in parallel. */
  readonly perspective: boolean;
  /** Samples in a unit of length, at depth 1 where rays come from the eye. */
  readonly scale: number;
  /** Depth from which on things are seen. */
  readonly near: number;
}

const NEAR = 0.01;

/** Returns what a camera sees, in an image of so many samples. */
export function cameraView(camera: Camera, width: number, height: number): View {
  const { position, fovy = 45 } = camera;
  const half = (fovy * Math.PI) / 360;
  const lens = { width, height, eye: position, perspective: true, near: NEAR };
  const scale = ((height / 2) * cos(half)) / sin(half);
  if ("rotation" in camera) {
    const [right, up, back] = columns(camera.rotation);
    return { ...lens, scale, right, down: negate(up), ahead: negate(back) };
  }
  return { ...lens, scale, ...lookingAlong(subtract(camera.lookAt, position)) };
}

/** Returns what parallel rays see of a ball, from just outside it. */
export function parallelView(towards: Vec3, center: Vec3, radius: number, side: number): View {
  const frame = lookingAlong(towards);
  const eye = addScaled(center, -radius, frame.ahead);
  return {
    width: side,
    height: side,
    eye,
    perspective: false,
    scale: side / (2 * radius),
    near: 0,
    ...frame,
  };
}

function lookingAlong(direction: Vec3): { right: Vec3; down: Vec3; ahead: Vec3 } {
  const ahead = normalize(direction);
  const isVertical = Math.abs(ahead[2]) > 0.9999;
  const right = normalize(cross(ahead, isVertical ? [0, 1, 0] : [0, 0, 1]));
  return { ahead, right, down: cross(ahead, right) };
}

/** Returns a point in the frame of the view: right, down, ahead. */
export function toView({ eye, right, down, ahead }: View, point: Vec3): Vec3 {
  const offset = subtract(point, eye);
  return [dot(offset, right), dot(offset, down), dot(offset, ahead)];
}

/** Samples `[left, right)` of the rows `[top, bottom)` of an image. */
export interface Area {
  readonly top: number;
  readonly bottom: number;
  /** Ends of the shape in each row, from the top one on. */
  readonly left: Int32Array;
  readonly right: Int32Array;
}

/**
 * Returns the samples that may show a convex body: those between its edges.
 *
 * @param points its corners, in the frame of the view
 * @param edges pairs of corners
 */
export function areaOf(
  view: View,
  points: readonly Vec3[],
  edges: Iterable<readonly [number, number]>,
): Area {
  const { width, height, perspective, scale, near } = view;
  const areBehind = points.filter(([, , z]) => z < near).length;
  if (areBehind > 0) return areBehind < points.length ? wholeImage(view) : rows(0, 0, 0, 0);
  const xs = points.map(([x, , z]) => width / 2 + (perspective ? x / z : x) * scale);
  const ys = points.map(([, y, z]) => height / 2 + (perspective ? y / z : y) * scale);
  const top = Math.min(Math.max(Math.floor(Math.min(...ys)), 0), height);
  const bottom = Math.max(Math.min(Math.ceil(Math.max(...ys)), height), top);
  const area = rows(top, bottom, width, 0);
  for (const [a, b] of edges) widen(area, xs[a]!, ys[a]!, xs[b]!, ys[b]!);
  for (let row = 0; row < bottom - top; row++) {
    area.left[row] = Math.max(area.left[row]!, 0);
    area.right[row] = Math.min(area.right[row]!, width);
  }
  return area;
}

/** Takes into each row what of an edge is in it. */
function widen({ top, bottom, left, right }: Area, ax: number, ay: number, bx: number, by: number): void {
  const slope = ay === by ? 0 : (bx - ax) / (by - ay);
  const [low, high] = [Math.min(ay, by), Math.max(ay, by)];
  for (let row = Math.max(Math.floor(low), top); row < Math.min(Math.floor(high) + 1, bottom); row++) {
    const from = ax + (Math.max(row, low) - ay) * slope;
    const to = ay === by ? bx : ax + (Math.min(row + 1, high) - ay) * slope;
    left[row - top] = Math.min(left[row - top]!, Math.floor(Math.min(from, to)));
    right[row - top] = Math.max(right[row - top]!, Math.ceil(Math.max(from, to)));
  }
}

export function wholeImage({ width, height }: View): Area {
  return rows(0, height, 0, width);
}

function rows(top: number, bottom: number, left: number, right: number): Area {
  return {
    top,
    bottom,
    left: new Int32Array(bottom - top).fill(left),
    right: new Int32Array(bottom - top).fill(right),
  };
}

function negate([x, y, z]: Vec3): Vec3 {
  return [-x, -y, -z];
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32 } from "../../formats/crc32.js";
import type { Raster } from "../raster.js";
import { renderScene, type SceneOptions } from "./render-scene.js";
import type { Mesh, Shape, Solid } from "./shape.js";
import type { Camera } from "./view.js";

const UPRIGHT = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const RED = [0.8, 0.1, 0.1, 1] as const;
const BLUE = [0.1, 0.1, 0.8, 1] as const;
const SIDE = 300;

const solid = (
  kind: Solid["kind"],
  size: number[],
  position = [0, 0, 0],
  color: Shape["color"] = RED,
): Solid => ({
  kind,
  size,
  position,
  rotation: UPRIGHT,
  color,
});

const cube: Mesh = {
  vertices: [0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => [i & 1, (i >> 1) & 1, i >> 2]).map((bit) => 2 * bit - 1),
  triangles: [
    [0, 2, 1, 1, 2, 3],
    [4, 5, 6, 5, 7, 6],
    [0, 1, 4, 1, 5, 4],
    [2, 6, 3, 3, 6, 7],
    [0, 4, 2, 2, 4, 6],
    [1, 3, 5, 3, 7, 5],
  ].flat(),
};

/** From so far away that rays are next to parallel: the picture is 4.1 m high. */
function farFrom(direction: readonly number[]): Camera {
  const [x, y, z] = direction.map((part) => 1000 * part);
  return { position: [x!, y!, z!], lookAt: [0, 0, 0], fovy: (2 * Math.atan(2.05 / 1000) * 180) / Math.PI };
}

const near: Camera = { position: [0, -4, 0], lookAt: [0, 0, 0] };
const PLAIN: SceneOptions = { width: SIDE, height: SIDE, samples: 1, shadows: false };

/** Returns how many pixels show something other than the sky. */
function covered(shapes: readonly Shape[], camera: Camera): number {
  return differing(renderScene(shapes, camera, PLAIN), renderScene([], camera, PLAIN));
}

function differing(a: Raster, b: Raster): number {
  let count = 0;
  for (let i = 0; i < a.data.length; i += 4) {
    if ([0, 1, 2].some((c) => a.data[i + c] !== b.data[i + c])) count++;
  }
  return count;
}

/** Returns red, green and blue of a pixel, from the middle of the picture on. */
function pixel({ width, height, data }: Raster, right = 0, down = 0): number[] {
  const at = ((Math.floor(height / 2) + down) * width + Math.floor(width / 2) + right) * 4;
  return [...data.subarray(at, at + 3)];
}

const sum = (tones: number[]) => tones.reduce((total, tone) => total + tone, 0);

describe("the outline", () => {
  const X = [1, 0, 0];
  const Y = [0, -1, 0];
  const Z = [0, 0, 1];
  test.each<[string, Shape, readonly number[], number]>([
    ["a sphere", solid("sphere", [1.2]), X, Math.PI * 1.44],
    ["an ellipsoid from x", solid("ellipsoid", [0.3, 0.6, 1.5]), X, Math.PI * 0.6 * 1.5],
    ["an ellipsoid from z", solid("ellipsoid", [0.3, 0.6, 1.5]), Z, Math.PI * 0.3 * 0.6],
    ["a cylinder's side", solid("cylinder", [0.5, 1.1]), Y, 2.2],
    ["a cylinder's end", solid("cylinder", [0.5, 1.1]), Z, Math.PI * 0.25],
    ["a capsule's side", solid("capsule", [0.5, 1.1]), X, 2.2 + Math.PI * 0.25],
    ["a capsule's end", solid("capsule", [0.5, 1.1]), Z, Math.PI * 0.25],
    ["a box from x", solid("box", [0.5, 0.75, 1]), X, 1.5 * 2],
    ["a box from y", solid("box", [0.5, 0.75, 1]), Y, 1 * 2],
    ["a box from z", solid("box", [0.5, 0.75, 1]), Z, 1 * 1.5],
    ["a cube from a corner", solid("box", [0.7, 0.7, 0.7]), [0.577, 0.577, 0.577], 4 * 0.49 * Math.sqrt(3)],
    ["a plane", { ...solid("box", []), kind: "plane", size: [0.5, 0.75] }, Z, 1 * 1.5],
    ["a mesh", { ...solid("box", []), kind: "mesh", mesh: cube }, X, 4],
  ])("of %s has the right area", (_, shape, direction, area) => {
    for (const sign of shape.kind === "plane" ? [1] : [1, -1]) {
      const pixels = covered([shape], farFrom(direction.map((part) => part * sign)));
      const expected = area * (SIDE / 4.1) ** 2;
      expect(Math.abs(pixels - expected)).toBeLessThan(2 * Math.sqrt(expected)); // half a pixel along a square's edge
    }
  });

  test("of a ball nearby is that of the cone of its tangents", () => {
    const distance = 4;
    const scale = SIDE / 2 / Math.tan(Math.PI / 8);
    for (const radius of [0.1, 0.5, 1.2]) {
      const onScreen = (scale * radius) / Math.sqrt(distance * distance - radius * radius);
      const pixels = covered([solid("sphere", [radius])], near);
      expect(Math.abs(Math.sqrt(pixels / Math.PI) - onScreen)).toBeLessThan(0.6);
    }
  });

  test("is the same for a shape and for its parts, turned anyhow", () => {
    const angle = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(angle, angle, (a, b) => {
        const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
        const rotation = [ca, -sa * cb, sa * sb, sa, ca * cb, -ca * sb, 0, sb, cb];
        const middle = { ...solid("cylinder", [0.4, 0.7]), rotation };
        const end = (sign: number) =>
          solid(
            "sphere",
            [0.4],
            [2, 5, 8].map((k) => sign * 0.7 * rotation[k]!),
          );
        const parts = renderScene([middle, end(1), end(-1)], near, PLAIN);
        const whole = renderScene([{ ...middle, kind: "capsule" }], near, PLAIN);
        expect(differing(parts, whole)).toBeLessThan(60); // by rounding of a sample at the seams, and of colours
        const box = renderScene([{ ...solid("box", [1, 1, 1]), rotation }], near, PLAIN);
        const mesh = renderScene(
          [{ kind: "mesh", mesh: cube, rotation, position: [0, 0, 0], color: RED }],
          near,
          PLAIN,
        );
        expect(differing(box, mesh)).toBeLessThan(60);
      }),
      { numRuns: 10 },
    );
  });
});

describe("what is in front", () => {
  test("hides what is behind, in any order of the list", () => {
    const shapes = [
      solid("box", [1, 0.1, 1], [0, 1, 0], BLUE),
      solid("sphere", [0.5]),
      solid("capsule", [0.2, 1], [0.3, -0.4, 0], [0.1, 0.7, 0.1, 1]),
    ];
    const picture = renderScene(shapes, near, PLAIN);
    for (const order of [
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      expect(
        differing(
          renderScene(
            order.map((i) => shapes[i]!),
            near,
            PLAIN,
          ),
          picture,
        ),
      ).toBe(0);
    }
    expect(pixel(picture)[0]).toBeGreaterThan(100); // the ball, before the blue wall
    expect(pixel(picture, 0, -100)[2]).toBeGreaterThan(100);
  });

  test("is nothing that is behind the camera", () => {
    for (const kind of ["sphere", "box", "capsule", "cylinder", "ellipsoid"] as const)
      expect(covered([solid(kind, [0.5, 0.5, 0.5], [0, -5, 0])], near)).toBe(0);
    const mesh: Shape = { ...solid("box", [], [0, -6, 0]), kind: "mesh", mesh: cube };
    expect(covered([mesh], near)).toBe(0);
  });

  test("is not what the camera is in", () => {
    expect(covered([solid("box", [3, 5, 3])], near)).toBe(0);
    expect(covered([solid("sphere", [9]), solid("capsule", [5, 5])], near)).toBe(0);
  });

  test("may begin behind the camera: a floor of triangles is cut off as a plane is", () => {
    const plane: Shape = { ...solid("box", [], [0, 0, -0.5]), kind: "plane", size: [50, 50] };
    const vertices = [-50, -50, 0, 50, -50, 0, 50, 50, 0, -50, 50, 0];
    const mesh: Shape = { ...plane, kind: "mesh", mesh: { vertices, triangles: [0, 1, 2, 0, 2, 3] } };
    const [ofPlane, ofMesh] = [covered([plane], near), covered([mesh], near)];
    expect(ofPlane).toBeGreaterThan(0.4 * SIDE * SIDE);
    expect(ofMesh).toBe(ofPlane);
  });
});

test("a plane is seen from above only, and without a size it has no end", () => {
  const plane: Shape = { ...solid("box", []), kind: "plane", size: [0, 0] };
  expect(covered([plane], { position: [0, 0, 1], lookAt: [0, 0, 0] })).toBe(SIDE * SIDE);
  expect(covered([plane], { position: [0, 0, -1], lookAt: [0, 0, 0] })).toBe(0);
});

test("every other square of a chequered plane has the other colour", () => {
  const plane: Shape = {
    ...solid("box", []),
    kind: "plane",
    size: [2, 2],
    checker: { color: BLUE, side: 1 },
  };
  const picture = renderScene([plane], farFrom([0, 0, 1]), PLAIN);
  const isRed = [-110, -40, 40, 110].map((right) => {
    const [red, , blue] = pixel(picture, right, 20);
    return red! > blue!;
  });
  expect(isRed).toSatisfy((them: boolean[]) =>
    them.every((it, k) => it === (k % 2 === 0) || it === (k % 2 === 1)),
  );
  expect(new Set([isRed[0] !== isRed[1], isRed[1] !== isRed[2], isRed[2] !== isRed[3]])).toEqual(
    new Set([true]),
  );
});

test("MuJoCo's matrix of a camera says the same as a point to look at", () => {
  const lookAt = renderScene(
    [solid("box", [0.5, 0.75, 1])],
    { position: [0, -4, 0], lookAt: [0, 0, 0] },
    PLAIN,
  );
  const rotation = [1, 0, 0, 0, 0, -1, 0, 1, 0]; // x right, z up, looking along y
  const posed = renderScene([solid("box", [0.5, 0.75, 1])], { position: [0, -4, 0], rotation }, PLAIN);
  expect(differing(posed, lookAt)).toBe(0);
});

describe("translucent shapes", () => {
  const wall = solid("box", [2, 0.1, 2], [0, 1, 0], BLUE);
  const marker = (opacity: number): Shape => solid("sphere", [0.5], [0, 0, 0], [0.9, 0.1, 0.1, opacity]);

  test("let through what is behind them, by their opacity", () => {
    const reds = [0, 0.3, 0.6, 1].map(
      (opacity) => pixel(renderScene([marker(opacity), wall], near, PLAIN))[0]!,
    );
    expect(reds).toEqual([...reds].sort((a, b) => a - b));
    expect(new Set(reds).size).toBe(4);
  });

  test("are hidden by what is before them, and cast no shadow", () => {
    const before = solid("box", [1, 0.1, 1], [0, -2, 0]);
    const shaded: SceneOptions = { ...PLAIN, shadows: true };
    const without = renderScene([before, wall], near, shaded);
    expect(differing(renderScene([marker(0.5), before, wall], near, shaded), without)).toBe(0);
  });

  test("are put over each other from the farthest on", () => {
    const green = solid("box", [0.5, 0.1, 0.5], [0, -1, 0], [0.1, 0.9, 0.1, 0.7]);
    const one = renderScene([green, marker(0.7)], near, PLAIN);
    const other = renderScene([marker(0.7), green], near, PLAIN);
    expect(differing(one, other)).toBe(0);
    expect(pixel(one)[1]).toBeGreaterThan(pixel(one)[0]!);
  });
});

describe("light", () => {
  const floor: Shape = {
    ...solid("box", [], [0, 0, -1]),
    kind: "plane",
    size: [0, 0],
    color: [0.7, 0.7, 0.7, 1],
  };
  const above: Camera = { position: [0, 0, 6], lookAt: [0, 0, 0] };

  test("of a sun overhead leaves a disc of shadow under a ball", () => {
    const options: SceneOptions = { width: SIDE, height: SIDE, light: [0, 0, 1] };
    // the ball is 1 m above the floor; seen from the side, its shadow is beside it
    const camera: Camera = { position: [0, -6, 5], lookAt: [0, 0, -1] };
    const lit = renderScene([floor, solid("sphere", [0.5], [0, 0, 0.5])], camera, {
      ...options,
      shadows: false,
    });
    const shaded = renderScene([floor, solid("sphere", [0.5], [0, 0, 0.5])], camera, options);
    expect(sum(pixel(shaded))).toBeLessThan(0.8 * sum(pixel(lit)));
    expect(pixel(shaded, 100, 60)).toEqual(pixel(lit, 100, 60));
  });

  test("falls on the side that is turned to it", () => {
    const ball = (light: readonly [number, number, number]) =>
      renderScene([solid("sphere", [1])], above, { width: SIDE, height: SIDE, light });
    const fromRight = ball([1, 0, 0.3]);
    expect(sum(pixel(fromRight, 35))).toBeGreaterThan(1.3 * sum(pixel(fromRight, -35)));
  });

  test("does not shade a surface with itself", () => {
    const table = solid("box", [1, 1, 0.1]);
    const [shaded, lit] = [true, false].map((shadows) => renderScene([table], above, { ...PLAIN, shadows }));
    expect(differing(shaded!, lit!)).toBe(0);
  });
});

test("more samples make edges smooth", () => {
  const tones = (samples: number) => {
    const black = solid("box", [0.5, 0.5, 0.5], [0, 0, 0], [0, 0, 0, 1]);
    const { data } = renderScene([black], farFrom([0.3, -0.9, 0.2]), {
      ...PLAIN,
      width: 100,
      height: 100,
      samples,
    });
    return new Set(Array.from({ length: 100 * 100 }, (_, i) => sum([...data.subarray(4 * i, 4 * i + 3)])))
      .size;
  };
  expect(tones(2)).toBeGreaterThan(tones(1));
  expect(tones(3)).toBeGreaterThan(tones(2));
});

/** A scene with a shape of every kind. */
const still: Shape[] = [
  { kind: "plane", size: [0, 0], position: [0, 0, -0.5], rotation: UPRIGHT, color: [0.85, 0.86, 0.87, 1] },
  solid("box", [0.8, 0.4, 0.1], [0, 0, -0.4], [0.6, 0.45, 0.35, 1]),
  solid("sphere", [0.25], [-0.5, 0, -0.05]),
  solid("cylinder", [0.15, 0.3], [0, 0, 0], BLUE),
  solid("capsule", [0.1, 0.2], [0.4, 0, 0], [0.1, 0.6, 0.3, 1]),
  solid("ellipsoid", [0.3, 0.1, 0.1], [0.2, -0.3, -0.2], [0.9, 0.7, 0.1, 1]),
  solid("sphere", [0.3], [0.4, 0.1, 0.5], [0.2, 0.8, 0.3, 0.4]),
];
const corner: Camera = { position: [0.9, -2.2, 0.9], lookAt: [0, 0, -0.1] };

test("the picture is this one", () => {
  const picture = renderScene(still, corner, { width: 56, height: 24 });
  const rows = Array.from({ length: 24 }, (_, y) =>
    Array.from({ length: 56 }, (_, x) => {
      const at = (y * 56 + x) * 4;
      return "@%#*+=-:. "[Math.floor(sum([...picture.data.subarray(at, at + 3)]) / 76.6)];
    }).join(""),
  );
  expect(rows.map((row) => row.trimEnd()).join("\n")).toMatchInlineSnapshot(`
    "
                                    ...
                                  .:.:::.
                                 .::..::.
                                 .:::::::
                                 .:::::::
                                 .:::::::
                              :**:::::::.
                         :**: ####.:*+:.
                        .*=**-=##= -*#
                        :*+*#=:##- -##
                        :*###-:##- =#-
                        .*##%**##=-##-
                       :==*#**===+*##*=-:.
                      ++======-::--=#***=:
                      ****+++=++=====+====
                      .:*******+*+***====-
                          ::=******+++==+-
                              .:=*******=-
                                  .:=***=:
                                      .:-


    "
  `);
});

test("the picture is the same on every machine, byte for byte", () => {
  const { data } = renderScene(still, corner, { width: 64, height: 48 });
  expect(crc32(new Uint8Array(data.buffer))).toMatchInlineSnapshot(`1467701432`);
});

test("what cannot be drawn is refused by name", () => {
  const draw =
    (shape: object, options: SceneOptions = {}) =>
    () =>
      renderScene([solid("sphere", [1]), shape as Shape], near, options);
  const box = solid("box", [1, 1, 1]);
  expect(draw({ ...box, kind: "spher" })).toThrow(
    /renderScene: shape 1 \(spher\): expected plane, .*Did you mean sphere\?/,
  );
  expect(draw({ ...box, size: [1, 1] })).toThrow(
    "renderScene: shape 1 (box): size (half x, half y, half z): expected 3 numbers, got 2",
  );
  expect(draw({ ...box, position: [0, Number.NaN, 0] })).toThrow(
    "position: expected finite numbers, got NaN",
  );
  expect(draw({ ...box, kind: "mesh", mesh: { vertices: [0, 0, 0], triangles: [0, 0, 1] } })).toThrow(
    "shape 1 (mesh): expected triangles of vertices 0..0, got 1",
  );
  expect(draw(box, { width: 0 })).toThrow("renderScene: width must be an integer from 1 to 8192, got 0");
  expect(draw(box, { samples: 1.5 })).toThrow("renderScene: samples must be an integer from 1 to 8, got 1.5");
  expect(() => renderScene([], { ...near, fovy: 180 })).toThrow("fovy must be in (0, 180) degrees, got 180");
});

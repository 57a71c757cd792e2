import loadMujoco from "@mujoco/mujoco";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EnvError } from "../../errors.js";
import { element } from "./mjcf.js";

describe("an element of MJCF", () => {
  test("has its attributes in order, and its children inside", () => {
    const ball = element("geom", { type: "sphere", size: 0.03, pos: [0, -0.5, 1e-7], mass: undefined });
    expect(element("body", { name: "ball", mocap: true }, ball, element("site"))).toBe(
      '<body name="ball" mocap="true">\n' +
        '  <geom type="sphere" size="0.03" pos="0 -0.5 1e-7"/>\n' +
        "  <site/>\n" +
        "</body>",
    );
  });

  test("leaves out children that are empty", () => {
    expect(element("body", {}, "")).toBe("<body/>");
  });

  test("escapes what would end an attribute", () => {
    expect(element("body", { name: '<"a" & b>' })).toBe('<body name="&lt;&quot;a&quot; &amp; b&gt;"/>');
  });

  test("refuses numbers that are not finite, by name", () => {
    expect(() => element("geom", { pos: [0, Number.NaN, 0] })).toThrow(
      new EnvError("mjcf: geom pos must be finite, got NaN"),
    );
  });
});

test("numbers come back from MuJoCo bit for bit", async () => {
  const mujoco = await loadMujoco({ print: () => {}, printErr: () => {} });
  const number = fc
    .double({ noNaN: true, min: -1e6, max: 1e6 })
    .filter((x) => x === 0 || Math.abs(x) > 1e-300); // no denormals
  fc.assert(
    fc.property(fc.array(number, { minLength: 3, maxLength: 3 }), (pos) => {
      const xml = element("mujoco", {}, element("worldbody", {}, element("body", { name: "it", pos })));
      const model = mujoco.MjModel.from_xml_string(xml)!;
      expect(Array.from((model.body_pos as Float64Array).slice(3, 6), (x) => x + 0)).toEqual(
        pos.map((x) => x + 0),
      );
      model.delete();
    }),
    { numRuns: 50 },
  );
});

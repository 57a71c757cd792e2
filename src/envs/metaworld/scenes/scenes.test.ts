import loadMujoco from "@mujoco/mujoco";
import { describe, expect, test } from "vitest";
import { sceneNames, sceneXml } from "./index.js";

const mujoco = await loadMujoco({ print: () => {}, printErr: () => {} });

/** All positions and velocities after steps in which the hand goes for the middle of the table and grips. */
function end(xml: string): number[] {
  const model = mujoco.MjModel.from_xml_string(xml)!;
  const data = new mujoco.MjData(model);
  for (let k = 0; k < 400; k++) {
    (data.mocap_pos as Float64Array).set([0, 0.7, 0.25 - k / 2000]);
    (data.mocap_quat as Float64Array).set([1, 0, 1, 0]);
    (data.ctrl as Float64Array).set(k < 300 ? [-1, 1] : [1, -1]);
    mujoco.mj_step(model, data);
  }
  const state = [data.time, ...(data.qpos as Float64Array), ...(data.qvel as Float64Array)];
  data.delete();
  model.delete();
  return state;
}

test("there are 36 scenes, each under its own name", () => {
  expect(sceneNames).toHaveLength(36);
  expect(new Set(sceneNames.map(sceneXml)).size).toBe(36);
  for (const name of sceneNames) expect(sceneXml(name)).toContain(`<mujoco model="${name}">`);
});

test("no scene needs a file", () => {
  for (const name of sceneNames) expect(sceneXml(name)).not.toMatch(/<(mesh|texture|include|hfield)|file=/);
});

describe.each(sceneNames)("the scene %s", (name) => {
  const xml = sceneXml(name);

  test("runs a second without being set back", () => {
    const state = end(xml);
    expect(state[0]).toBeCloseTo(1, 9); // MuJoCo starts anew at time 0 if a state becomes infinite
    expect(state.every(Number.isFinite)).toBe(true);
  });

  test("moves to the last bit as it would without its pictures and markers", () => {
    const seen = /^ *<geom class="(picture|marker)" .*\/>\n/gm;
    expect(xml.match(seen)!.length).toBeGreaterThanOrEqual(20);
    expect(end(xml.replace(seen, ""))).toEqual(end(xml));
  });
});

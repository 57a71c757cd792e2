import type { MjData, MjModel } from "@mujoco/mujoco";
import { expect, test } from "vitest";
import { Rng } from "../../random/index.js";
import { type SceneName, sceneXml } from "../metaworld/scenes/index.js";
import { loadMujoco } from "./engine.js";
import { compileListed } from "./listed-contacts.js";

const mujoco = await loadMujoco();

/** Everything that contacts can differ in: kinds of shapes, ranks, weights, frictions, margins, direct stiffness. */
const HEAP = `<mujoco>
  <option timestep="0.004" cone="elliptic"/>
  <size memory="1M"/>
  <worldbody>
    <geom type="plane" size="2 2 .1"/>
    <geom type="box" size=".6 .02 .02" pos="0 0 .02"/>
    <body pos="0 .1 .3"><freejoint/>
      <geom type="cylinder" size=".05 .08" priority="1" friction=".3 .01 .001"/>
      <geom type="sphere" size=".04" pos="0 0 .1" margin=".004" gap=".001"/>
    </body>
    <body pos=".02 .08 .6"><freejoint/>
      <geom type="box" size=".05 .04 .03" solmix="3" solref=".01 1" condim="4"/>
      <geom type="capsule" size=".02 .05" pos=".05 0 0" solmix="0" condim="6"/>
    </body>
    <body name="a" pos="-.05 .05 .9"><freejoint/><geom type="capsule" size=".03 .1" euler="90 0 0" solref="-800 -9"/></body>
    <body name="b" pos=".05 .12 1.1"><freejoint/>
      <geom type="ellipsoid" size=".05 .03 .04" solimp=".8 .9 .01"/>
      <body pos=".1 0 0"><joint type="hinge" axis="0 1 0"/><geom type="box" size=".05 .01 .01" contype="2" conaffinity="1"/></body>
    </body>
    <body pos="0 0 1.3"><freejoint/>
      <geom type="box" size=".2 .01 .01"/><geom type="box" size=".01 .2 .01"/><geom type="sphere" size=".03"/>
    </body>
  </worldbody>
</mujoco>`;

test("bodies in a heap touch alike, bit for bit", () => {
  for (let seed = 0; seed < 4; seed++) {
    const touched = expectAlike(HEAP, 400, ({ qvel }) => {
      const rng = Rng.seed(seed);
      return (step) => {
        if (step % 50 === 0)
          for (let i = 0; i < qvel.length; i++) qvel[i] += rng.fork("kick", step, i).normal();
      };
    });
    expect(touched).toBeGreaterThan(1000);
  }
});

test.each<SceneName>(["dial", "window_horizontal", "box", "stick_obj", "coffee", "drawer"])(
  "in the scene %s the hand touches alike, bit for bit",
  (name) => {
    expectAlike(sceneXml(name), 1000, ({ mocap_pos, mocap_quat, ctrl }) => {
      const rng = Rng.seed(1);
      mocap_quat.set([1, 0, 1, 0]);
      mocap_pos.set([0, 0.6, 0.2]);
      return () => {
        for (let k = 0; k < 3; k++) mocap_pos[k] += rng.uniform(-0.01, k === 2 ? 0.008 : 0.01);
        mocap_pos[1] = Math.min(0.9, Math.max(0.4, mocap_pos[1]));
        mocap_pos[2] = Math.max(0.02, mocap_pos[2]);
        ctrl[0] = rng.uniform(-1, 1);
        ctrl[1] = -ctrl[0];
      };
    });
  },
);

test("lists what small shapes touch, and leaves long ones that lie side by side to the trees", () => {
  const { model } = compileListed(mujoco, mujoco.parseXMLString(sceneXml("window_horizontal")));
  const plain = mujoco.MjModel.from_xml_string(sceneXml("window_horizontal"));
  const tree = (it: MjModel, body: string) => {
    const id = mujoco.mj_name2id(it, mujoco.mjtObj.mjOBJ_BODY.value, body);
    return it.body_contype[id] !== 0 || it.body_conaffinity[id] !== 0;
  };
  for (const body of ["windowb_a", "window", "rightclaw", "leftpad"])
    expect(tree(plain, body), body).toBe(true);
  expect(tree(model, "windowb_a")).toBe(true);
  for (const body of ["rightclaw", "leftpad"]) expect(tree(model, body), body).toBe(false);
  expect(model.npair).toBeGreaterThan(100);
});

test("a scene that names its contacts, or some that are none, stays as it is", () => {
  const named = HEAP.replace("</worldbody>", `</worldbody><contact><exclude body1="a" body2="b"/></contact>`);
  const { model, colliders } = compileListed(mujoco, mujoco.parseXMLString(named));
  expect([model.npair, model.nexclude, colliders.pairs]).toEqual([0, 1, false]);
  expect(Array.from(colliders.kind)).toEqual(Array.from(model.geom_contype as Int32Array));
});

test("what touches by its kind is known as before", () => {
  const { model, colliders } = compileListed(mujoco, mujoco.parseXMLString(HEAP));
  const plain = mujoco.MjModel.from_xml_string(HEAP);
  expect(model.npair).toBeGreaterThan(0);
  expect([colliders.kind, colliders.affinity]).toEqual(
    [plain.geom_contype, plain.geom_conaffinity].map((it) => Int32Array.from(it)),
  );
});

/** Steps a scene compiled by MuJoCo alone and listed, and compares states and contacts after each; returns how many. */
function expectAlike(xml: string, steps: number, drive: (data: MjData) => (step: number) => void): number {
  const models = [
    mujoco.MjModel.from_xml_string(xml),
    compileListed(mujoco, mujoco.parseXMLString(xml)).model,
  ];
  const sims = models.map((model) => {
    const data = new mujoco.MjData(model);
    return { model, data, act: drive(data) };
  });
  let touched = 0;
  for (let step = 0; step < steps; step++) {
    for (const { model, data, act } of sims) {
      act(step);
      mujoco.mj_step(model, data);
    }
    const [plain, listed] = sims.map(({ data }) => [
      ...(data.qpos as Float64Array),
      ...(data.qvel as Float64Array),
    ]);
    expect(listed, `step ${step}`).toEqual(plain);
    if (step % 20 === 0) {
      const [theirs, ours] = sims.map(({ data }) => contacts(data));
      expect(ours, `step ${step}`).toEqual(theirs);
    }
    touched += sims[0]!.data.ncon;
  }
  for (const { model, data } of sims) {
    data.delete();
    model.delete();
  }
  return touched;
}

function contacts(data: MjData): number[][] {
  const all = data.contact;
  const found = Array.from({ length: all.size() }, (_, i) => {
    const it = all.get(i)!;
    const numbers = [it.geom1, it.geom2, it.dim, it.dist, it.includemargin];
    const arrays = [it.pos, it.frame, it.friction, it.solref, it.solimp].flatMap((array) => [
      ...(array as Float64Array),
    ]);
    it.delete();
    return [...numbers, ...arrays];
  });
  all.delete();
  return found;
}

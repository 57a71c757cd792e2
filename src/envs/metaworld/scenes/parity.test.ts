// @module-tag slow
/** Our scenes beside the original's: equal in all but the meshes. */
import loadMujoco, { type MjData, type MjModel } from "@mujoco/mujoco";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Rng } from "../../../random/index.js";
import { missing, officialModels } from "../testing/official-assets.js";
import { type SceneName, sceneNames, sceneXml } from "./index.js";

const mujoco = await loadMujoco({ print: () => {}, printErr: () => {} });

/** Arrays of MuJoCo's that its declarations leave as `any`. */
type Arrays = Record<string, Float64Array>;

interface Sim {
  readonly model: MjModel;
  readonly data: MjData;
  /** Numbers by name, for each kind of thing. */
  readonly named: Record<Kind, Map<string, number>>;
}

const KINDS = ["body", "jnt", "geom", "site", "cam", "actuator"] as const;
type Kind = (typeof KINDS)[number];

/** Bodies of the original that nothing hangs on and no task asks for. */
const LEFT_OUT = [
  ...["controller_box", "pedestal_feet", "torso", "pedestal", "screen", "head_camera", "right_torso_itb"],
  ...["right_arm_itb", "right_hand_camera", "right_wrist", "right_l4_2", "right_l2_2", "right_l1_2"],
];

/** Bodies whose meshes touch things; here they are of simple shapes. */
const WITH_MESHES = ["right_hand", "top_link", "hdlprs", "puck_goal", "soccer_goal", "object"];

/** Scenes where kinds of touching are our own: two of the lid's four boards do not touch the table. */
const OWN_KINDS: readonly SceneName[] = ["box"];

/** Numbers that a scene of the same joints has the same. */
const OF_MODEL = [
  ...[
    "qpos0",
    "qpos_spring",
    "jnt_type",
    "jnt_axis",
    "jnt_range",
    "jnt_stiffness",
    "jnt_solref",
    "jnt_solimp",
  ],
  ...["jnt_margin", "dof_damping", "dof_armature", "dof_frictionloss", "actuator_trnid", "actuator_gainprm"],
  ...["actuator_biasprm", "actuator_ctrlrange", "actuator_gear", "eq_solref", "eq_solimp"],
  ...["cam_mode", "cam_fovy"],
];

const OPTIONS = [
  ...["timestep", "impratio", "tolerance", "ls_tolerance", "noslip_tolerance", "ccd_tolerance", "integrator"],
  ...["cone", "jacobian", "solver", "iterations", "ls_iterations", "noslip_iterations", "ccd_iterations"],
  ...["disableflags", "enableflags"],
];

/** Scenes in which most tasks start with the hand nearer to the robot. */
const NEAR: readonly SceneName[] = [
  ...(["button_press", "button_press_topdown", "button_press_topdown_wall", "button_press_wall"] as const),
  ...(["coffee", "faucet", "hammer", "lever_pull", "window_horizontal"] as const),
];

describe.skipIf(missing !== "")(`beside the original's${missing}`, () => {
  let official: (name: SceneName) => MjModel;
  beforeAll(() => {
    official = officialModels(mujoco);
  });

  describe.each(sceneNames)("the scene %s", (name) => {
    let theirs: Sim;
    let ours: Sim;
    beforeAll(() => {
      theirs = simulate(official(name));
      ours = simulate(mujoco.MjModel.from_xml_string(sceneXml(name))!);
    });
    afterAll(() => {
      for (const { model, data } of [theirs, ours]) {
        data.delete();
        model.delete();
      }
    });

    test("has its names", () => {
      for (const kind of KINDS) {
        const expected = [...theirs.named[kind].keys()].filter((it) => !LEFT_OUT.includes(it));
        expect([...ours.named[kind].keys()].sort(), kind).toEqual(expected.sort());
      }
    });

    test("has its joints, actuators and options, in their order", () => {
      expect([ours.model.nq, ours.model.nv, ours.model.nu]).toEqual([
        theirs.model.nq,
        theirs.model.nv,
        theirs.model.nu,
      ]);
      expect([...ours.named.jnt]).toEqual([...theirs.named.jnt]);
      for (const array of OF_MODEL) {
        expectNear(arrays(ours.model)[array]!, arrays(theirs.model)[array]!, array);
      }
      const option = (sim: Sim) =>
        OPTIONS.map((it) => (sim.model.opt as unknown as Record<string, number>)[it]);
      expect(option(ours)).toEqual(option(theirs));
    });

    test("has all that is named in its place, and turned alike", () => {
      for (const [kind, prefix] of [
        ["body", "x"],
        ["geom", "geom_x"],
        ["site", "site_x"],
        ["cam", "cam_x"],
      ] as const) {
        const mat = prefix === "x" ? "xmat" : `${prefix}mat`;
        for (const [thing, id] of ours.named[kind]) {
          if (thing === "BoxHandleGeom") continue; // a mesh whose frame is not the middle of its box
          const their = theirs.named[kind].get(thing)!;
          expectNear(
            row(ours.data, `${prefix}pos`, id, 3),
            row(theirs.data, `${prefix}pos`, their, 3),
            thing,
          );
          expectNear(row(ours.data, mat, id, 9), row(theirs.data, mat, their, 9), thing);
        }
      }
    });

    test("has the masses and inertias of all that moves", () => {
      let moving = 0;
      for (const [thing, id] of ours.named.body) {
        if (arrays(ours.model).body_weldid![id] === 0) continue;
        const their = theirs.named.body.get(thing)!;
        if (arrays(theirs.model).body_mass![their]! < 1e-6) continue; // weighs nothing
        moving++;
        for (const array of ["body_mass", "body_subtreemass"]) {
          expectNear(row(ours.model, array, id, 1), row(theirs.model, array, their, 1), `${thing} ${array}`);
        }
        expectNear(row(ours.model, "body_ipos", id, 3), row(theirs.model, "body_ipos", their, 3), thing);
        expectNear(inertia(ours, id), inertia(theirs, their), `inertia of ${thing}`);
      }
      expect(moving).toBeGreaterThanOrEqual(10); // 7 links, the head, 2 fingers
      const stat = (sim: Sim) => [(sim.model.stat as unknown as { meaninertia: number }).meaninertia];
      expectNear(stat(ours), stat(theirs), "mean inertia"); // of nameless bodies, too
    });

    test("touches as it does", () => {
      const kinds = !OWN_KINDS.includes(name);
      const [own, their] = [touching(ours, kinds), touching(theirs, kinds)];
      expect(their.filter((shape) => !own.includes(shape))).toEqual([]);
      const more = own.filter((shape) => !their.includes(shape)).map((shape) => shape.split(":")[0]!);
      expect(more.filter((body) => !WITH_MESHES.includes(body))).toEqual([]);
    });

    test("is within 1 mm after a reset, and 5 mm for 50 steps until the hand touches something", () => {
      const home = NEAR.includes(name) ? [0, 0.4, 0.2] : [0, 0.6, 0.2];
      for (const sim of [ours, theirs]) {
        for (let k = 0; k < 50; k++) step(sim, home, -1);
        mujoco.mj_forward(sim.model, sim.data);
      }
      expect(apart(ours, theirs)).toBeLessThan(1e-3);

      const rng = Rng.seed(0).fork(name);
      const to = [...home];
      for (let k = 0; k < 50; k++) {
        for (let axis = 0; axis < 3; axis++) to[axis]! += 0.01 * rng.uniform(-1, 1);
        const grip = rng.uniform(-1, 1);
        for (const sim of [ours, theirs]) {
          step(sim, to, grip);
          mujoco.mj_forward(sim.model, sim.data);
        }
        if (handTouches(theirs)) break;
        expect(apart(ours, theirs)).toBeLessThan(5e-3);
      }
    });
  });
});

function simulate(model: MjModel): Sim {
  const data = new mujoco.MjData(model);
  mujoco.mj_forward(model, data);
  const named = Object.fromEntries(KINDS.map((kind) => [kind, names(model, kind)]));
  return { model, data, named: named as Sim["named"] };
}

function names(model: MjModel, kind: Kind): Map<string, number> {
  const bytes = model.names as Uint8Array;
  const all = Array.from(arrays(model)[`name_${kind}adr`]!, (start, id) => {
    return [new TextDecoder().decode(bytes.subarray(start, bytes.indexOf(0, start))), id] as const;
  });
  return new Map(all.filter(([name]) => name !== ""));
}

function arrays(of: MjModel | MjData): Arrays {
  return of as unknown as Arrays;
}

function row(of: MjModel | MjData, array: string, id: number, width: number): Float64Array {
  return arrays(of)[array]!.slice(width * id, width * (id + 1));
}

/** Four significant digits of the largest. */
function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  const size = Math.max(...Array.from(expected, Math.abs));
  expect(actual.length, what).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    if (error > 1e-12)
      expect(error / size, `${what} [${i}]: ${actual[i]}, ${expected[i]}`).toBeLessThan(5e-4);
  }
}

/** A body's inertia about its centre, along its own axes `[9]`: R diag(I) Rᵀ. */
function inertia({ model }: Sim, body: number): number[] {
  const [w, x, y, z] = row(model, "body_iquat", body, 4) as unknown as [number, number, number, number];
  const moments = row(model, "body_inertia", body, 3);
  const R = [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
  return R.flatMap((a) => R.map((b) => moments.reduce((sum, moment, k) => sum + a[k]! * moment * b[k]!, 0)));
}

/** All shapes that touch, but for meshes: body, kind, contact, size and place, as text. */
function touching(sim: Sim, kinds: boolean): string[] {
  const { model, data } = sim;
  const all = Array.from({ length: model.ngeom }, (_, geom) => {
    const of = (array: string, width: number) => Array.from(row(model, `geom_${array}`, geom, width));
    const [type] = of("type", 1);
    if (type === MESH || (of("contype", 1)[0] === 0 && of("conaffinity", 1)[0] === 0)) return [];
    const numbers = [
      ...[
        ...of("type", 1),
        ...(kinds ? [...of("contype", 1), ...of("conaffinity", 1)] : []),
        ...of("condim", 1),
      ],
      ...[...of("friction", 3), ...of("solref", 2), ...of("solimp", 5), ...of("margin", 1), ...of("gap", 1)],
      ...of("size", 3).slice(0, type === CAPSULE || type === CYLINDER ? 2 : 3), // a third number means nothing there
      ...row(data, "geom_xpos", geom, 3),
    ];
    const text = numbers.map((x) => (Math.round(x * 1e4) / 1e4 + 0).toString()).join(" ");
    return [`${nameOf(sim, arrays(model).geom_bodyid![geom]!)}: ${text}`];
  });
  return all.flat().sort();
}

const [CAPSULE, CYLINDER, MESH] = [3, 5, 7];

/** A body's name, or that of the body around it. */
function nameOf(sim: Sim, body: number): string {
  const own = [...sim.named.body].find(([, id]) => id === body)?.[0];
  return own ?? nameOf(sim, arrays(sim.model).body_parentid![body]!);
}

/** One step of an environment: 5 time steps on the way to a place of the hand. */
function step({ model, data }: Sim, to: readonly number[], grip: number): void {
  (data.mocap_pos as Float64Array).set(to);
  (data.mocap_quat as Float64Array).set([1, 0, 1, 0]);
  (data.ctrl as Float64Array).set([grip, -grip]);
  for (let k = 0; k < 5; k++) mujoco.mj_step(model, data);
}

/** The largest distance along an axis between bodies of one name that move: hand, fingers, objects. */
function apart(ours: Sim, theirs: Sim): number {
  let worst = 0;
  for (const [thing, id] of ours.named.body) {
    // nor links: with the hand in one place, the elbow is free to be in many
    if (arrays(ours.model).body_weldid![id] === 0 || thing.startsWith("right_l")) continue;
    const their = row(theirs.data, "xpos", theirs.named.body.get(thing)!, 3);
    row(ours.data, "xpos", id, 3).forEach((x, axis) => {
      worst = Math.max(worst, Math.abs(x - their[axis]!));
    });
  }
  return worst;
}

function handTouches({ model, data, named }: Sim): boolean {
  const hand = ["right_hand", "rightclaw", "rightpad", "leftclaw", "leftpad"].map(
    (it) => named.body.get(it)!,
  );
  const bodyOf = arrays(model).geom_bodyid!;
  const contacts = data.contact;
  let touches = false;
  for (let i = 0; i < contacts.size(); i++) {
    const contact = contacts.get(i)!;
    if (hand.includes(bodyOf[contact.geom1]!) !== hand.includes(bodyOf[contact.geom2]!)) touches = true;
    contact.delete();
  }
  contacts.delete();
  return touches;
}

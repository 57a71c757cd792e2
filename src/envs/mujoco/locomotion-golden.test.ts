/** Against Gymnasium and native MuJoCo: test/golden/locomotion.json, by tools/golden/locomotion.py. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { spaceSize } from "../env.js";
import {
  Locomotion,
  type LocomotionName,
  type LocomotionOptions,
  type LocomotionTask,
} from "./locomotion.js";

interface Trace {
  readonly env: LocomotionName;
  readonly options: LocomotionOptions;
  readonly task: LocomotionTask;
  readonly qpos: readonly number[];
  readonly qvel: readonly number[];
  readonly actions: readonly (readonly number[])[];
  readonly rewards: readonly number[];
  /** Positions and velocities after every so many steps. */
  readonly every: number;
  readonly states: readonly (readonly number[])[];
}

interface Touch {
  readonly qpos: readonly number[];
  readonly contacts: readonly Readonly<Record<string, readonly number[]>>[];
  readonly qacc: readonly number[];
}

const golden = JSON.parse(readFileSync("test/golden/locomotion.json", "utf8")) as {
  readonly models: Readonly<Record<"half-cheetah" | "ant", Readonly<Record<string, readonly number[]>>>>;
  readonly contacts: Readonly<Record<"half-cheetah" | "ant", Touch>>;
  readonly traces: readonly Trace[];
};

let locomotion: Locomotion;
beforeAll(async () => {
  locomotion = await Locomotion.load();
});

/** Largest differences of rewards and of states after each step that has one. */
function replay(trace: Trace): { reward: number[]; state: number[] } {
  const env = locomotion.env(trace.env, trace.options);
  const observation = new Float64Array(spaceSize(env.spec.observation));
  env.begin(trace.task as never, trace.qpos, trace.qvel, observation);
  const [reward, state]: [number[], number[]] = [[], []];
  for (const [t, action] of trace.actions.entries()) {
    reward.push(Math.abs(env.step(action, observation).reward - trace.rewards[t]!));
    if ((t + 1) % trace.every !== 0) continue;
    const { qpos, qvel } = env.simulation;
    const expected = trace.states[(t + 1) / trace.every - 1]!;
    state.push(Math.max(...[...qpos, ...qvel].map((x, i) => Math.abs(x - expected[i]!))));
  }
  env.close();
  return { reward, state };
}

// contacts make a difference of rounding grow tenfold in some seven steps of 0.05 s
describe.each(golden.traces)("$env of $options.paper on native MuJoCo", (trace) => {
  test("goes the same way for 100 random actions", () => {
    const { reward, state } = replay(trace);
    expect(reward).toHaveLength(100);
    expect(state).toHaveLength(20);
    expect(Math.max(...reward, ...state)).toBeLessThan(1e-6);
  });

  test("goes the same way to rounding for the first 20", () => {
    const { reward, state } = replay(trace);
    expect(Math.max(...reward.slice(0, 20), ...state.slice(0, 4))).toBeLessThan(1e-12);
  });
});

describe.each(["half-cheetah", "ant"] as const)("the model of %s", (name) => {
  const expected = golden.models[name];

  test.each(Object.keys(expected))("has Gymnasium's %s", (array) => {
    const env = locomotion.env(`${name}/direction`);
    expectSame(read(env.simulation.scene.model, array), expected[array]!);
    env.close();
  });

  test("touches the floor as Gymnasium's, with every part", () => {
    const { qpos, contacts, qacc } = golden.contacts[name];
    const env = locomotion.env(`${name}/direction`);
    const { simulation } = env;
    simulation.qpos.set(qpos);
    simulation.forward();
    const found = simulation.data.contact;
    expect(found.size()).toBe(contacts.length);
    contacts.forEach((contact, i) => {
      for (const [key, values] of Object.entries(contact)) expectSame(read(found.get(i)!, key), values);
    });
    const largest = Math.max(...qacc.map(Math.abs));
    expectSame(
      read(simulation.data, "qacc").map((x) => x / largest),
      qacc.map((x) => x / largest),
      1e-12,
    );
    env.close();
  });
});

/** Numbers of a field, or of a field of a field. */
function read(from: object, path: string): number[] {
  const value = path.split(".").reduce((it, key) => (it as Record<string, unknown>)[key], from as unknown);
  return typeof value === "object" ? [...(value as Iterable<number>)] : [value as number];
}

function expectSame(numbers: readonly number[], expected: readonly number[], rounding = 1e-14): void {
  expect(numbers).toHaveLength(expected.length);
  for (const [i, x] of numbers.entries()) {
    expect(Math.abs(x - expected[i]!)).toBeLessThanOrEqual(rounding * Math.max(1, Math.abs(x)));
  }
}

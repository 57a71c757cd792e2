import { beforeAll, describe, expect, test } from "vitest";
import { Rng } from "../../random/index.js";
import { describeEnv } from "../contract.js";
import { type Env, type EnvState, sampleSpace, spaceSize } from "../env.js";
import {
  Locomotion,
  type LocomotionName,
  type LocomotionOptions,
  type LocomotionTask,
  locomotionEnvs,
} from "./locomotion.js";

let locomotion: Locomotion;
beforeAll(async () => {
  locomotion = await Locomotion.load();
});

const VERSIONS: readonly [LocomotionName, LocomotionOptions][] = [
  ["half-cheetah/direction", { paper: "pearl" }],
  ["half-cheetah/direction", { paper: "maml" }],
  ["half-cheetah/velocity", { paper: "pearl" }],
  ["half-cheetah/velocity", { paper: "maml" }],
  ["ant/direction", { paper: "pearl" }],
  ["ant/direction", { paper: "pearl", contactForces: true }],
  ["ant/direction", { paper: "maml" }],
  ["ant/any-direction", { paper: "pearl" }],
  ["ant/velocity", { paper: "maml" }],
  ["ant/goal", { paper: "pearl" }],
  ["ant/goal", { paper: "maml" }],
];

for (const [name, options] of VERSIONS) {
  const make = () => locomotion.env(name, options) as unknown as Env;
  describeEnv(`${name} ${JSON.stringify(options)}`, make, { describe, test, steps: 12 });
}

/** An environment in an episode of this task, and its observation. */
function begun<Name extends LocomotionName>(
  name: Name,
  task: LocomotionTask<Name>,
  options: LocomotionOptions = {},
) {
  const env = locomotion.env(name, options);
  const observation = new Float64Array(spaceSize(env.spec.observation));
  env.reset(task, Rng.seed(0), observation);
  const info = () => Object.fromEntries(env.spec.info.map((key, i) => [key, env.info[i]!]));
  return { env, observation, info };
}

const tasksOf = <Name extends LocomotionName>(name: Name, options: LocomotionOptions = {}) => {
  const env = locomotion.env(name, options);
  const rng = Rng.seed(1);
  const tasks = Array.from({ length: 400 }, () => env.sampleTask(rng));
  env.close();
  return tasks;
};

describe("the observation", () => {
  test.each([
    ["half-cheetah/velocity", "pearl", 20],
    ["half-cheetah/velocity", "maml", 20],
    ["ant/direction", "pearl", 27],
    ["ant/goal", "pearl", 113],
    ["ant/direction", "maml", 125],
  ] as const)("of %s has in %s %i numbers, all of them written", (name, paper, size) => {
    const env = locomotion.env(name, { paper }) as unknown as Env<EnvState>;
    expect(env.spec.observation.shape).toEqual([size]);
    const observation = new Float64Array(size + 1).fill(Number.NaN);
    env.reset(env.sampleTask(Rng.seed(0)), Rng.seed(0), observation);
    expect(observation.findIndex(Number.isNaN)).toBe(size);
    env.close();
  });

  test("hides where along x a half cheetah is, but for the trunk's place at its end", () => {
    const env = locomotion.env("half-cheetah/direction");
    const observation = new Float64Array(20);
    const qpos = [3, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.65, 0.45];
    const qvel = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    env.begin({ direction: [1, 0] }, qpos, qvel, observation);
    const trunk = [...observation.subarray(17)];
    expect([...observation.subarray(0, 17)]).toEqual([...qpos.slice(1), ...qvel]);
    trunk.forEach((x, i) => {
      expect(x).toBeCloseTo([3, 0, 0.7 + 0.1][i]!, 12);
    });
    env.close();
  });

  test("has in MAML the rotation and the centre of mass of an ant, and forces of a fall within ±1", () => {
    const { env, observation } = begun("ant/velocity", { velocity: 1 });
    for (let t = 0; t < 20; t++) env.step(new Float64Array(8), observation);
    const forces = observation.subarray(29, 113);
    expect(Math.max(...forces.map(Math.abs))).toBe(1); // it stands: its weight is more than 1 N
    const matrix = observation.subarray(113, 122);
    for (let row = 0; row < 3; row++) {
      const [a, b, c] = matrix.subarray(3 * row, 3 * row + 3);
      expect(a! * a! + b! * b! + c! * c!).toBeCloseTo(1, 12);
    }
    expect([...observation.subarray(122)]).toEqual([...env.simulation.massCentre.subarray(3, 6)]);
    env.close();
  });

  test("has zeros for contact forces in PEARL, unless they are asked for", () => {
    const largest = [false, true].map((contactForces) => {
      const { env, observation } = begun("ant/goal", { goal: [1, 1] }, { contactForces });
      let most = 0;
      for (let t = 0; t < 30; t++) {
        env.step(new Float64Array(8), observation);
        most = Math.max(most, ...observation.subarray(29).map(Math.abs));
      }
      env.close();
      return most;
    });
    expect(largest).toEqual([0, 1]);
  });
});

describe("the reward", () => {
  const action = new Float64Array(8).fill(0.5);

  test.each(VERSIONS)("of %s %j is the sum of its terms", (name, options) => {
    const env = locomotion.env(name, options) as unknown as Env<EnvState>;
    const rng = Rng.seed(3);
    const observation = new Float64Array(spaceSize(env.spec.observation));
    const act = new Float64Array(spaceSize(env.spec.action));
    env.reset(env.sampleTask(rng), rng, observation);
    for (let t = 0; t < 10; t++) {
      sampleSpace(env.spec.action, rng, act);
      const { reward } = env.step(act, observation);
      const [, , , , goal, control, contact, alive] = env.info;
      expect(reward).toBeCloseTo(goal! - control! - contact! + alive!, 12);
    }
    env.close();
  });

  test("of a direction is the speed in it: opposite tasks pay opposite sums", () => {
    const paid = [1, -1].map((x) => {
      const { env, observation, info } = begun("half-cheetah/direction", { direction: [x, 0] });
      env.step(action.subarray(0, 6), observation);
      const { goalReward, xVelocity } = info();
      env.close();
      expect(goalReward).toBe(x * xVelocity!);
      return goalReward!;
    });
    expect(paid[0]).toBe(-paid[1]!);
    expect(paid[0]).not.toBe(0);
  });

  test("of a direction of the plane is the velocity along it", () => {
    const { env, observation, info } = begun("ant/any-direction", { direction: [0.6, -0.8] });
    env.step(action, observation);
    const { goalReward, xVelocity, yVelocity } = info();
    expect(goalReward).toBeCloseTo(0.6 * xVelocity! - 0.8 * yVelocity!, 12);
    env.close();
  });

  test("of a speed is minus the error, of which MAML's ant is forgiven 1", () => {
    const cheetah = begun("half-cheetah/velocity", { velocity: 1.5 });
    cheetah.env.step(action.subarray(0, 6), cheetah.observation);
    expect(cheetah.info().goalReward).toBeCloseTo(-Math.abs(cheetah.info().xVelocity! - 1.5), 12);
    cheetah.env.close();
    const ant = begun("ant/velocity", { velocity: 2 });
    ant.env.step(action, ant.observation);
    expect(ant.info().goalReward).toBeCloseTo(1 - Math.abs(ant.info().xVelocity! - 2), 12);
    ant.env.close();
  });

  test.each([["pearl", 0] as const, ["maml", 4] as const])(
    "of a place is in %s %i minus the distance along x and y",
    (paper, bonus) => {
      const { env, observation, info } = begun("ant/goal", { goal: [2, -1] }, { paper });
      env.step(action, observation);
      const { goalReward, x, y } = info();
      expect(goalReward).toBeCloseTo(bonus - Math.abs(x! - 2) - Math.abs(y! + 1), 12);
      env.close();
    },
  );

  test.each([
    ["half-cheetah/direction", "pearl", { direction: [1, 0] }, 0.05, 0],
    ["half-cheetah/direction", "maml", { direction: [1, 0] }, 0.05, 0],
    ["ant/direction", "pearl", { direction: [1, 0] }, 0.5, 1],
    ["ant/direction", "maml", { direction: [1, 0] }, 0.005, 0.05],
    ["ant/goal", "pearl", { goal: [0, 1] }, 0.1, 0],
  ] as const)(
    "of %s takes in %s the clipped control's squares, and pays for being alive",
    (name, paper, task, control, alive) => {
      const { env, observation, info } = begun(name, task as never, { paper });
      const size = spaceSize(env.spec.action);
      env.step(new Float64Array(size).fill(-7), observation);
      expect(info().controlCost).toBeCloseTo(control * size, 12);
      expect(info().aliveReward).toBe(alive);
      env.close();
    },
  );
});

describe("an episode", () => {
  test("of an ant terminates when it flies or falls, of PEARL's goal never", () => {
    const ends = (["ant/direction", "ant/goal"] as const).map((name) => {
      const { env, observation } = begun(name, { direction: [1, 0], goal: [0, 0] } as never);
      const { qpos, qvel } = env.simulation;
      const high = Array.from(qpos, (x, i) => (i === 2 ? 1.5 : x));
      env.begin({ direction: [1, 0], goal: [0, 0] } as never, high, [...qvel], observation);
      const { terminated } = env.step(new Float64Array(8), observation);
      env.close();
      return terminated;
    });
    expect(ends).toEqual([true, false]);
  });

  test("ends truncated after 200 steps, or as many as asked for", () => {
    for (const horizon of [200, 7]) {
      const { env, observation } = begun("half-cheetah/direction", { direction: [1, 0] }, { horizon });
      expect(env.spec.horizon).toBe(horizon);
      for (let t = 1; t < horizon; t++)
        expect(env.step(new Float64Array(6), observation).truncated).toBe(false);
      expect(env.step(new Float64Array(6), observation)).toMatchObject({
        truncated: true,
        terminated: false,
      });
      env.close();
    }
  });

  test.each([0, 3])(
    "whose simulation becomes infinite after %i steps is cut off, and the next begins well",
    (steps) => {
      const { env, observation } = begun("half-cheetah/direction", { direction: [1, 0] });
      for (let t = 0; t < steps; t++) env.step(new Float64Array(6), observation);
      env.simulation.qvel[0] = 1e12;
      expect(env.step(new Float64Array(6), observation)).toEqual({
        reward: 0,
        terminated: false,
        truncated: true,
      });
      expect(observation.every(Number.isFinite)).toBe(true);
      env.reset({ direction: [1, 0] }, Rng.seed(0), observation);
      expect(env.step(new Float64Array(6), observation).truncated).toBe(false);
      env.close();
    },
  );

  test("starts near the scene's first state: PEARL within 0.1, MAML bent and low", () => {
    const pearl = begun("ant/direction", { direction: [1, 0] });
    const [, , z] = pearl.env.simulation.qpos;
    expect(Math.abs(z! - 0.75)).toBeLessThan(0.1);
    expect(Math.abs(pearl.env.simulation.qpos[8]!)).toBeLessThan(0.1);
    pearl.env.close();
    const maml = begun("ant/direction", { direction: [1, 0] }, { paper: "maml" });
    expect(Math.abs(maml.env.simulation.qpos[2]! - 0.55)).toBeLessThan(0.05);
    expect(Math.abs(maml.env.simulation.qpos[8]! - 1)).toBeLessThan(0.05);
    maml.env.close();
  });
});

describe("tasks", () => {
  test("are both directions, equally likely", () => {
    for (const name of ["half-cheetah/direction", "ant/direction"] as const) {
      const forward = tasksOf(name).filter(({ direction: [x] }) => x === 1).length;
      expect(forward).toBeGreaterThan(160);
      expect(forward).toBeLessThan(240);
    }
  });

  test.each([
    ["half-cheetah/velocity", "pearl", 3],
    ["half-cheetah/velocity", "maml", 2],
    ["ant/velocity", "maml", 3],
  ] as const)("of %s are in %s speeds up to %i m/s", (name, paper, highest) => {
    const speeds = tasksOf(name, { paper }).map(({ velocity }) => velocity);
    expect(Math.min(...speeds)).toBeGreaterThanOrEqual(0);
    expect(Math.min(...speeds)).toBeLessThan(0.05 * highest);
    expect(Math.max(...speeds)).toBeLessThan(highest);
    expect(Math.max(...speeds)).toBeGreaterThan(0.95 * highest);
  });

  test("are in PEARL's goal uniform in the disc of 3 m, in MAML's in the square of 6 m", () => {
    const radii = tasksOf("ant/goal").map(({ goal: [x, y] }) => Math.sqrt(x * x + y * y));
    expect(Math.max(...radii)).toBeLessThan(3);
    const inner = radii.filter((radius) => radius < 1.5).length / radii.length; // a quarter of the area
    expect(Math.abs(inner - 0.25)).toBeLessThan(0.08);
    const sides = tasksOf("ant/goal", { paper: "maml" }).flatMap(({ goal }) => goal);
    expect(Math.max(...sides.map(Math.abs))).toBeGreaterThan(2.9);
    expect(Math.max(...sides.map(Math.abs))).toBeLessThan(3);
  });

  test("of any direction are unit vectors all around", () => {
    const all = tasksOf("ant/any-direction").map(({ direction }) => direction);
    for (const [x, y] of all) expect(x * x + y * y).toBeCloseTo(1, 12);
    for (const sx of [1, -1]) {
      for (const sy of [1, -1])
        expect(all.filter(([x, y]) => x * sx > 0 && y * sy > 0).length).toBeGreaterThan(60);
    }
  });
});

describe("what is wrong is named:", () => {
  test("a name, a paper, a horizon, forces that nothing feels", () => {
    const env = (name: string, options?: object) => () => locomotion.env(name as LocomotionName, options);
    expect(env("ant/direktion")).toThrow("got ant/direktion. Did you mean ant/direction?");
    expect(env("ant/velocity", { paper: "pearl" })).toThrow(
      "ant/velocity: expected paper to be maml, got pearl",
    );
    expect(env("ant/any-direction", { paper: "maml" })).toThrow("expected paper to be pearl, got maml");
    expect(env("ant/goal", { horizon: 0 })).toThrow("ant/goal: horizon must be an integer >= 1, got 0");
    expect(env("half-cheetah/velocity", { contactForces: true })).toThrow(
      "contactForces must be false, got true",
    );
  });

  test("a task of another environment, a direction that is none", () => {
    const reset = (name: LocomotionName, task: object) => () => begun(name, task as never);
    expect(reset("half-cheetah/direction", { velocity: 1 })).toThrow(
      'half-cheetah/direction: expected a task { direction: [±1, 0] }, got {"velocity":1}',
    );
    expect(reset("ant/direction", { direction: [0, 1] })).toThrow("expected a task { direction: [±1, 0] }");
    expect(reset("ant/any-direction", { direction: [1, 1] })).toThrow("[x, y] of length 1");
    expect(reset("ant/goal", { goal: [1] })).toThrow("expected a task { goal: [x, y] } in metres");
  });

  test("a beginning with the wrong number of joints", () => {
    const { env, observation } = begun("half-cheetah/direction", { direction: [1, 0] });
    expect(() => env.begin({ direction: [1, 0] }, [0], [0], observation)).toThrow(
      "half-cheetah/direction: expected 9 positions and 9 velocities, got 1 and 1",
    );
    env.close();
  });
});

test("every environment has a summary", () => {
  expect(locomotionEnvs.map(({ name }) => name)).toEqual([...new Set(VERSIONS.map(([name]) => name))]);
  for (const { summary } of locomotionEnvs) expect(summary).toMatch(/^[A-Z].*\.$/);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { EnvError, FormatError } from "../errors.js";
import { encodeNpz } from "../formats/index.js";
import { Rng } from "../random/index.js";
import type { EnvState } from "./env.js";
import { Point2d, type Point2dTask } from "./point2d.js";
import { decodeRecording, encodeRecording } from "./recording-file.js";
import { type Policy, randomPolicy, replay, rollout } from "./rollout.js";
import { stateFromJson, stateToJson } from "./state-json.js";

const right: Policy = (_, action) => action.set([0.1, 0]);

function wander(task: Point2dTask, maxSteps = Number.POSITIVE_INFINITY) {
  const env = new Point2d();
  const rng = Rng.seed(3);
  return rollout(env, randomPolicy(env, rng.fork("policy")), { task, rng, maxSteps });
}

test("an episode is recorded from its first observation to its end", () => {
  const episode = rollout(new Point2d(), right, { task: [0.3, 0], rng: Rng.seed(0) });
  expect(episode).toMatchObject({
    env: "point2d",
    length: 3,
    shape: [2],
    terminated: true,
    truncated: false,
  });
  expect([...episode.observations]).toEqual([0, 0, 0.1, 0, 0.2, 0, 0.1 + 0.1 + 0.1, 0]);
  expect([...episode.actions]).toEqual([0.1, 0, 0.1, 0, 0.1, 0]);
  expect([...episode.info]).toEqual([0, 0, 1]);
  expect(episode.rewards[0]).toBeCloseTo(-0.2);
  expect(episode.return).toBe(episode.rewards[0]! + episode.rewards[1]! + episode.rewards[2]!);
});

test("an episode that does not terminate is truncated at the horizon", () => {
  expect(wander([9, 9])).toMatchObject({ length: 100, terminated: false, truncated: true });
});

test("a policy sees the newest observation, and may go by it", () => {
  const towards: Policy = ([x, y], action) => action.set([0.25 - x!, -0.4 - y!]);
  const { length, terminated } = rollout(new Point2d(), towards, { task: [0.25, -0.4], rng: Rng.seed(0) });
  expect([length, terminated]).toEqual([4, true]);
});

test("it stops after maxSteps, or when onStep says so, and nothing has ended then", () => {
  expect(wander([9, 9], 7)).toMatchObject({ length: 7, terminated: false, truncated: false });
  expect(wander([9, 9], 0)).toMatchObject({ length: 0, return: 0, observations: new Float64Array(2) });
  const steps: number[] = [];
  const onStep = (_: unknown, t: number) => steps.push(t) < 3;
  const options = { task: [9, 9], rng: Rng.seed(0), onStep } as const;
  expect(rollout(new Point2d(), right, options).length).toBe(3);
  expect(steps).toEqual([0, 1, 2]);
});

test("the stream of the caller is not drawn from", () => {
  const rng = Rng.seed(5);
  rollout(new Point2d(), right, { task: [1, 1], rng });
  expect(rng.state()).toEqual(Rng.seed(5).state());
});

test("a replay gives the same bits, also of an episode that was stopped", () => {
  for (const episode of [wander([0.2, 0.1]), wander([9, 9], 20), wander([9, 9], 0)]) {
    expect(replay(new Point2d(), episode)).toEqual(episode);
  }
});

test("a file of a recording gives it back, and its episode can be replayed", () => {
  for (const episode of [wander([-0, 0.1]), wander([9, 9], 0)]) {
    const read = decodeRecording(encodeRecording(episode));
    expect(read).toEqual(episode);
    expect(replay(new Point2d(), read)).toEqual(episode);
  }
});

const number = fc.oneof(fc.double(), fc.constantFrom(-0, Number.NaN, Number.NEGATIVE_INFINITY));
const { state } = fc.letrec<{ state: EnvState }>((self) => ({
  state: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, "-0", "\ud800"),
    fc.string({ unit: "binary" }),
    number,
    fc.array(number).map((values) => Float64Array.from(values)),
    fc.array(fc.float()).map((values) => Float32Array.from(values)),
    fc.int32Array({ maxLength: 4 }),
    fc.uint8Array({ maxLength: 4 }),
    fc.array(self("state"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("__proto__", "values", "$Type")), self("state"), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
}));

test("any state is the same after a round trip; what JSON would lose is refused when it is written", () => {
  fc.assert(fc.property(state, (it) => void expect(stateFromJson(stateToJson(it))).toStrictEqual(it)));
  for (const other of [{ $type: "number" }, [{ a: undefined }], new Date(0), new Map(), () => 0, 3n]) {
    expect(() => stateToJson(other as never)).toThrow(EnvError);
  }
});

test("any recording is the same after a round trip", () => {
  const numbers = (length: number) =>
    fc.array(number, { minLength: length, maxLength: length }).map((values) => Float64Array.from(values));
  const sizes = fc.record({
    length: fc.nat(4),
    shape: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    actions: fc.nat(3),
    info: fc.nat(2),
  });
  const recordings = sizes.chain(({ length, shape, actions, info }) =>
    fc.record(
      {
        env: fc.string({ unit: "binary" }),
        task: state,
        rng: fc
          .tuple(fc.nat(), fc.nat(9), fc.nat())
          .map(([a, b, draws]) => ({ key: [a, b] as const, draws })),
        length: fc.constant(length),
        shape: fc.constant(shape),
        observations: numbers((length + 1) * shape.reduce((product, size) => product * size, 1)),
        actions: numbers(length * actions),
        rewards: numbers(length),
        info: numbers(length * info),
        terminated: fc.boolean(),
        truncated: fc.boolean(),
        return: number,
      },
      { noNullPrototype: true },
    ),
  );
  fc.assert(
    fc.property(recordings, (it) => void expect(decodeRecording(encodeRecording(it))).toStrictEqual(it)),
    { numRuns: 50 },
  );
});

test("no recording is written that would not be read", () => {
  const episode = wander([9, 9], 2);
  const wrong: [object, string][] = [
    [{ rewards: new Float64Array(1) }, "encodeRecording: expected 2 rewards, got 1"],
    [{ observations: new Float64Array(4) }, "encodeRecording: expected observations of 6 numbers, got 4"],
    [{ actions: new Float64Array(3) }, "as many actions and infos in each of 2 steps, got 3 and"],
    [{ length: 1.5 }, "encodeRecording: episode.length: expected a number of steps, got 1.5"],
    [
      { rng: { key: [-1, 0], draws: 0 } },
      "episode.rng: expected a stream { key: [uint32, uint32], draws }, got {",
    ],
    [{ task: undefined }, "episode.task: expected a task, got nothing"],
  ];
  for (const [change, message] of wrong) {
    expect(() => encodeRecording({ ...episode, ...change } as never)).toThrow(EnvError);
    expect(() => encodeRecording({ ...episode, ...change } as never)).toThrow(message);
  }
});

test.each<[what: string, json: string, message: string]>([
  ["no JSON", "{", "a.npz: expected JSON as stateToJson writes it, got something else"],
  ["no numbers", '{"$type": "Int32Array"}', 'a.npz: expected numbers of "Int32Array", got none'],
  ["another type", '{"$type": "Map", "values": []}', "expected $type to be number or one of Float64Array"],
  [
    "a type of every object",
    '{"$type": "constructor", "values": []}',
    "expected $type to be number or one of",
  ],
  [
    "a fraction among integers",
    '{"$type": "Int32Array", "values": [0.5]}',
    "expected numbers that Int32Array has, got 0.5",
  ],
  ["a text among numbers", '{"$type": "Float64Array", "values": ["0x10"]}', 'got "0x10"'],
])("a state of %s is refused by name", (_, json, message) => {
  expect(() => stateFromJson(json, "a.npz")).toThrow(FormatError);
  expect(() => stateFromJson(json, "a.npz")).toThrow(message);
});

test("states keep their bits in JSON", () => {
  const state = {
    at: [-0, 1 / 3, Number.NaN, Number.NEGATIVE_INFINITY],
    arrays: [
      Float64Array.of(-0, 0.1, Number.NaN),
      Float32Array.of(0.1),
      Int32Array.of(-1),
      Uint8Array.of(255),
    ],
    rest: { none: null, yes: true, name: "-0" },
  };
  expect(stateFromJson(stateToJson(state))).toStrictEqual(state);
});

test("what is wrong is named in the error", () => {
  const env = new Point2d();
  const options = { task: [0, 0], rng: Rng.seed(0) } as const;
  const lazy: Policy = (_, action) => action.fill(0, 0, 1);
  expect(() => rollout(env, lazy, options)).toThrow(
    "point2d: expected finite numbers in an action, got NaN at 1",
  );
  expect(() => rollout(env, right, { ...options, maxSteps: -1 })).toThrow(
    "rollout: maxSteps must be an integer >= 0, got -1",
  );
  const episode = wander([0.5, 0.5], 10);
  expect(() => replay(env, { ...episode, env: "ant" })).toThrow(
    "replay: expected a recording of point2d, got one of ant",
  );
  expect(() => replay(env, { ...episode, actions: new Float64Array(3) })).toThrow(
    "replay: expected 10 actions of size 2, got 3 numbers",
  );
  const still = { ...episode, task: [0, 0], actions: new Float64Array(20) } as const;
  expect(() => replay(env, still)).toThrow("replay: expected 10 steps, but point2d ended after 1");
  expect(() => decodeRecording(encodeNpz(new Map()), "a.npz")).toThrow(
    "a.npz: expected an array episode of uint8, got none",
  );
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { afterAll, expect, test } from "vitest";
import { FormatError } from "../errors.js";
import { writeTar } from "../formats/testing/write-tar.js";
import { readAssets, readGolden } from "./metaworld-files.js";

const dir = mkdtempSync(join(tmpdir(), "metagrad-assets-"));
afterAll(() => rmSync(dir, { recursive: true }));

const scene = new TextEncoder().encode("<mujoco/>");
const write = (name: string, bytes: Uint8Array) => {
  writeFileSync(join(dir, name), bytes);
  return join(dir, name);
};

test("assets come out of a wheel, a zip, a tar and a folder alike: sawyer_xyz, and what its scenes include", () => {
  const package_ = {
    "metaworld/assets/sawyer_xyz/door.xml": scene,
    "metaworld/assets/objects/door.stl": new Uint8Array(5),
    "metaworld/__init__.py": new Uint8Array(3),
    "__MACOSX/metaworld/assets/sawyer_xyz/._door.xml": new Uint8Array(7),
  };
  for (const [name, bytes] of Object.entries(package_)) {
    mkdirSync(dirname(join(dir, "unpacked", name)), { recursive: true });
    write(`unpacked/${name}`, bytes);
  }
  const tar = writeTar(...Object.entries(package_).map(([name, content]) => ({ name, content })));
  const zip = zipSync(package_);
  const sources = [
    ...[write("metaworld-3.0.whl", zip), write("assets (1).zip", zip)],
    ...[write("assets.tar", tar), write("assets.tar.gz", gzipSync(tar)), write("assets.tgz", gzipSync(tar))],
    ...[join(dir, "unpacked"), join(dir, "unpacked/metaworld/assets")],
  ];
  for (const source of sources) {
    const assets = readAssets(source);
    expect([...assets.keys()].sort()).toEqual(["objects/door.stl", "sawyer_xyz/door.xml"]);
    expect(new TextDecoder().decode(assets.get("sawyer_xyz/door.xml"))).toBe("<mujoco/>");
  }
});

test("what is no archive, and one without assets, is refused by its name", () => {
  expect(() => readAssets(write("torn.tgz", gzipSync(scene).subarray(0, 12)))).toThrow(FormatError);
  expect(() => readAssets(write("other.zip", zipSync({ "a.txt": scene })))).toThrow(
    "expected a folder or archive with sawyer_xyz/ in it, got none",
  );
  const two = zipSync({ "v1/sawyer_xyz/a.xml": scene, "v2/sawyer_xyz/a.xml": scene });
  expect(() => readAssets(write("two.zip", two))).toThrow(
    "expected one folder sawyer_xyz, got v1/sawyer_xyz and v2/sawyer_xyz. Name the folder that holds one of them",
  );
  expect(() => readAssets(join(dir, "nothing.zip"))).toThrow(
    "expected a folder or a file, got nothing there",
  );
});

test("recordings are checked before they are played", () => {
  const rollout = { goal_index: 3, reset_obs: new Array(39).fill(0), actions: [], v2: [], v1_rewards: [] };
  const golden = (change: object) =>
    write(
      "door.json",
      new TextEncoder().encode(
        JSON.stringify({
          task: "door-open-v3",
          seed: 1,
          rand_vecs: [[1, 2, 3]],
          rollouts: [rollout],
          ...change,
        }),
      ),
    );
  const door = join(dir, "door.json");
  const refusals: [change: object, message: string][] = [
    [{}, "rollouts.0.goal_index must be one of 1 goals, got 3"],
    [{ task: undefined }, "task must be a string, got nothing"],
    [{ rand_vecs: [[1, "2"]] }, 'rand_vecs.0.1 must be a number, got "2"'],
    [{ rollouts: [{ ...rollout, v2: 1 }] }, "rollouts.0.v2 must be an array, got 1"],
    [
      { rollouts: [{ ...rollout, reset_obs: [1] }] },
      "rollouts.0.reset_obs must be >= 39 items long, got [1]",
    ],
    [
      { rollouts: [{ ...rollout, actions: [[0, 0, 0, 0]] }] },
      "rollouts.0 must have a step and a reward of version 1 for each action, got {",
    ],
  ];
  for (const [change, message] of refusals) {
    expect(() => readGolden(golden(change))).toThrow(FormatError);
    expect(() => readGolden(golden(change))).toThrow(`${door}: ${message}`);
  }
  const text = (it: string) => new TextEncoder().encode(it);
  const read = (bytes: Uint8Array) => () => readGolden(write("door.json.gz", bytes));
  expect(read(scene)).toThrow("door.json.gz: expected JSON, got something else");
  expect(read(text('{"seed": 1,\n "v1_rewards": [1, NaN]}'))).toThrow(
    "v1_rewards: expected finite numbers, got NaN on line 2, which JSON does not have",
  );
  expect(read(gzipSync(text('{"task": "door')))).toThrow("expected JSON, got a part of it. It is torn");
  expect(read(gzipSync(scene).subarray(0, 12))).toThrow("expected a gzip file that unpacks, got");
});

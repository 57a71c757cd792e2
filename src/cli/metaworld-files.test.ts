import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { afterAll, expect, test } from "vitest";
import { FormatError } from "../errors.js";
import { readAssets, readGolden } from "./metaworld-files.js";

const dir = mkdtempSync(join(tmpdir(), "metagrad-assets-"));
afterAll(() => rmSync(dir, { recursive: true }));

const scene = new TextEncoder().encode("<mujoco/>");
const write = (name: string, bytes: Uint8Array) => {
  writeFileSync(join(dir, name), bytes);
  return join(dir, name);
};

test("assets come out of a wheel, a zip and a folder alike, from where sawyer_xyz begins", () => {
  const wheel = zipSync({
    "metaworld/assets/sawyer_xyz/door.xml": scene,
    "metaworld/__init__.py": new Uint8Array(3),
  });
  const folder = join(dir, "unpacked/metaworld/assets/sawyer_xyz");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "door.xml"), scene);
  const sources = [write("metaworld-3.0.whl", wheel), write("assets.zip", wheel), join(dir, "unpacked")];
  for (const source of sources) {
    const assets = readAssets(source);
    expect([...assets.keys()]).toEqual(["sawyer_xyz/door.xml"]);
    expect(new TextDecoder().decode(assets.get("sawyer_xyz/door.xml"))).toBe("<mujoco/>");
  }
});

test("what is no archive, and one without assets, is refused by its name", () => {
  expect(() => readAssets(write("torn.tgz", gzipSync(scene).subarray(0, 12)))).toThrow(FormatError);
  expect(() => readAssets(write("other.zip", zipSync({ "a.txt": scene })))).toThrow(
    "expected a folder or archive with sawyer_xyz/ in it, got none",
  );
  expect(() => readAssets(join(dir, "nothing.zip"))).toThrow("expected a folder, got nothing there");
});

test("recordings are checked before they are played", () => {
  const rollout = { goal_index: 3, reset_obs: [], actions: [], v2: [], v1_rewards: [] };
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
  expect(() => readGolden(golden({}))).toThrow("expected a goal of 1, got goal_index 3");
  expect(() => readGolden(golden({ rollouts: [{ ...rollout, v2: 1 }] }))).toThrow(
    "expected a recording, got rollouts.0.v2: Invalid input",
  );
  expect(() => readGolden(write("text.json", scene))).toThrow(FormatError);
});

// @module-tag slow
/** Commands of environments, from the outside. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { decodeRecording } from "../envs/index.js";
import { goldenTasks, missing, readGolden } from "../envs/metaworld/testing/official-assets.js";
import { decodePng } from "../formats/index.js";
import { readGif } from "../formats/testing/read-gif.js";
import { metagradIn } from "./testing/process.js";

vi.setConfig({ testTimeout: 120_000 });

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "metagrad-envs-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const metagrad = (args: string) => metagradIn(dir, args);
const assets = fileURLToPath(new URL("../../../shared/data/metaworld_assets.tgz", import.meta.url));

const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

test("list envs shows all environments", async () => {
  const { stdout, code } = await metagrad("list envs");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^point2d +Walk to a goal/m);
  expect(stdout.match(/^metaworld\//gm)).toHaveLength(50);
  expect(jsonLines((await metagrad("list envs --json")).stdout)[0]).toEqual({
    name: "point2d",
    summary: expect.any(String),
  });
});

test("rollout tells an episode, and leaves a film, a strip and arrays of it", async () => {
  const { stdout, stderr, code } = await metagrad(
    "rollout metaworld/drawer-open --gif d.gif --png d.png --npz d.npz --size 80",
  );
  expect(stderr).toBe("wrote d.gif\nwrote d.png\nwrote d.npz\n");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^metaworld\/drawer-open, scripted policy, task \{"name":"drawer-open"/);
  expect(stdout).toMatch(/^\d+ steps, stopped, return \d+\.?\d*, success at step \d+$/m);
  const steps = Number(/^(\d+) steps/m.exec(stdout)![1]);
  const read = (name: string) => new Uint8Array(readFileSync(join(dir, name)));
  expect(decodeRecording(read("d.npz"))).toMatchObject({ env: "metaworld/drawer-open", length: steps });
  expect(decodePng(read("d.png"))).toMatchObject({ width: 4 * 80 + 3 * 4, height: 60 });
  const { delays } = readGif(read("d.gif"));
  const seconds = delays.reduce((total, ms) => total + ms, 0) / 1000;
  expect(Math.abs(seconds - steps * 0.0125)).toBeLessThan(0.05); // real time, to one picture
});

test("rollout --json prints a step a line, the same for the same seed", async () => {
  const command = "rollout half-cheetah/direction --steps 5 --seed 3 --json";
  const { stdout } = await metagrad(command);
  const lines = jsonLines(stdout);
  expect(lines.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
  expect(Object.keys(lines[0])).toContain("reward");
  expect((await metagrad(command)).stdout).toBe(stdout);
  expect((await metagrad(command.replace("3", "4"))).stdout).not.toBe(stdout);
});

test("rollout --set gives the environment its options", async () => {
  const rewards = async (version: number) => {
    const command = `rollout metaworld/push --policy random --set horizon=4 reward=${version} --json`;
    return jsonLines((await metagrad(command)).stdout).map(({ reward }) => reward);
  };
  const [first, second] = [await rewards(1), await rewards(2)];
  expect(first).toHaveLength(4);
  expect(second).not.toEqual(first);
});

test.each([
  ["rollout metaworld/dor-open", "Did you mean metaworld/door-open?"],
  ["rollout point2d --policy scripted", "--policy scripted: expected one of Meta-World's tasks, got point2d"],
  ["rollout metaworld/reach --policy clever", "--policy: expected scripted or random, got clever"],
  ["rollout metaworld/reach --goal 50", "--goal: expected a number in 0..49, got 50"],
  ["rollout point2d --gif p.gif", "--gif: expected an environment with a physics engine, got point2d"],
  [
    "rollout ant/goal --gif x.mp4",
    "--gif x.mp4: expected a name that ends in .gif, got .mp4. Write x.gif, and convert it: ffmpeg -i x.gif x.mp4",
  ],
  ["rollout ant/goal --gif film", "--gif film: expected a name that ends in .gif, got none. Write film.gif"],
  ["rollout ant/goal --png x.jpg", "--png x.jpg: expected a name that ends in .png, got .jpg. Write x.png"],
  ["rollout ant/goal --npz x.npy", "--npz x.npy: expected a name that ends in .npz, got .npy. Write x.npz"],
  ["rollout ant/goal --set horizn=3", "ant/goal: horizn is not an option. Did you mean horizon?"],
  ["rollout ant/goal --set horizon", "--set horizon: expected <path>=<value>, as in horizon=100"],
  ["rollout point2d --set horizon=3", "point2d: horizon is not an option. There are none"],
  ["bench envs --set reward=1", "point2d: reward is not an option"],
  [
    "bench maml/sinusoid --set reward=1",
    "--set: expected environments, as in envs/metaworld, got maml/sinusoid",
  ],
  ["bench envs/metaworl", "Did you mean"],
  ["list environments", "Allowed choices are experiments, envs"],
  ["check metaworld --golden . --assets .", "--golden .: expected a folder of recordings"],
  [
    "check metaworld --golden nowhere --assets .",
    "--golden nowhere: expected a folder or a file, got nothing there",
  ],
])("%s is refused", async (command, message) => {
  const { stdout, stderr, code } = await metagrad(command);
  expect(stderr).toContain(message);
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test.each([
  ["no/where/r.npz", "no/where: no such file or folder"],
  ["golden", "golden: expected a file to write, got a folder"],
])("rollout refuses to write to %s, before it plays", async (file, message) => {
  mkdirSync(join(dir, "golden"));
  const { stdout, stderr, code } = await metagrad(`rollout metaworld/reach --npz ${file}`);
  expect(stderr).toBe(`error: ${message}\n`);
  expect({ stdout, failed: code !== 0 }).toEqual({ stdout: "", failed: true });
});

test("bench envs measures steps and resets", async () => {
  const [line, ...more] = jsonLines((await metagrad("bench envs/metaworld/reach --json")).stdout);
  expect(more).toEqual([]);
  expect(line.name).toBe("metaworld/reach");
  for (const figure of ["stepsPerSecond", "resetMs", "firstResetMs"]) expect(line[figure]).toBeGreaterThan(0);
});

/** Writes recordings where `check` finds them. */
function record(...names: readonly string[]): void {
  mkdirSync(join(dir, "golden"), { recursive: true });
  for (const name of names) {
    const { rollouts, ...golden } = readGolden(name);
    const text = JSON.stringify({ ...golden, rollouts: rollouts.slice(0, 1) });
    writeFileSync(join(dir, "golden", `${name}-v3.json.gz`), gzipSync(text));
  }
}

test.skipIf(missing !== "")(`check replays recordings${missing}`, async () => {
  const [first, second] = goldenTasks();
  record(first!, second!);
  const command = `check metaworld --golden golden --assets ${assets}`;
  const { stdout, code } = await metagrad(command);
  expect(stdout).toContain("2 of 2 tasks are the same to 1e-7");
  expect(code).toBe(0);

  const path = join(dir, "golden", `${second}-v3.json`);
  const { rollouts, ...golden } = readGolden(second!);
  const [one] = structuredClone(rollouts) as unknown as { v2: { r: number }[] }[];
  one!.v2[3]!.r += 1e-3;
  rmSync(`${path}.gz`);
  writeFileSync(path, JSON.stringify({ ...golden, rollouts: [one] }));
  const differs = await metagrad(`${command} --json`);
  expect(jsonLines(differs.stdout).map(({ verdict }) => verdict)).toEqual(["same", "DIFFERS"]);
  expect(differs.code).toBe(1);
});

test("check says what is wrong with a recording", async () => {
  mkdirSync(join(dir, "golden"));
  writeFileSync(join(dir, "golden", "reach-v3.json.gz"), "not gzip");
  if (existsSync(assets)) {
    const { stderr, code } = await metagrad(`check metaworld --golden golden --assets ${assets}`);
    expect(stderr).toMatch(/^error: golden\/reach-v3\.json\.gz: expected JSON, got something else/);
    expect(code).toBe(1);
  }
  const { stderr } = await metagrad("check metaworld --golden golden --assets golden");
  expect(stderr).toContain("--assets golden: expected a folder or archive with sawyer_xyz/ in it, got none");
});

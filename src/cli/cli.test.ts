/** Each command, from the outside: what it prints where, what it leaves behind, and its exit code. */
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { decodeNpz, decodeSafetensors } from "../formats/index.js";
import { readOnnx } from "../formats/testing/read-onnx.js";
import { metagradIn } from "./testing/process.js";

vi.setConfig({ testTimeout: 120_000 }); // most start several processes

/** The commands that train: `npm test` leaves them to `npm run test:all`. */
const SLOW = { tags: ["slow"] };

const hasBuild = existsSync(new URL("../../dist/cli/main.js", import.meta.url));

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "metagrad-cli-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Runs a command in `dir`. @param meanwhile sees the process as it runs */
const metagrad = (args: string, meanwhile?: (child: ChildProcess) => void, more = {}) =>
  metagradIn(dir, args, meanwhile, more);

const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

/** Sends a signal once a run in the folder `out` has written more metrics than it had. */
function stopWhenRunning(child: ChildProcess, out: string, signal: "SIGINT" | "SIGKILL" = "SIGINT"): void {
  const written = () => {
    const files = existsSync(join(dir, out)) ? readdirSync(join(dir, out), { recursive: true }) : [];
    const metrics = files.map(String).filter((file) => file.endsWith("metrics.jsonl"));
    return metrics.reduce((total, file) => total + statSync(join(dir, out, file)).size, 0);
  };
  const before = written();
  const timer = setInterval(() => {
    if (written() <= before) return;
    clearInterval(timer);
    child.kill(signal);
  }, 10);
  child.on("close", () => clearInterval(timer));
}

describe("usage", () => {
  test("--help names the commands", async () => {
    const { code, stdout } = await metagrad("--help");
    expect(code).toBe(0);
    for (const command of [
      ...["demo", "list", "train", "runs", "evaluate", "reproduce", "export", "data", "bench"],
    ]) {
      expect(stdout).toContain(`\n  ${command} `);
    }
    expect(stdout).not.toContain("job");
  });

  test.skipIf(!hasBuild)("the build answers --help with the modules of its commands alone", async () => {
    const [probe, hook, loaded] = ["probe.mjs", "hook.mjs", "loaded.txt"].map((name) => join(dir, name));
    const note = `appendFileSync(${JSON.stringify(loaded)}, url + "\\n")`;
    writeFileSync(
      hook!,
      `import { appendFileSync } from "node:fs";
       export const load = (url, context, next) => { ${note}; return next(url, context); };`,
    );
    writeFileSync(
      probe!,
      `import { register } from "node:module"; register(${JSON.stringify(pathToFileURL(hook!))});`,
    );
    const more = { METAGRAD_SOURCE: "", NODE_OPTIONS: `--import ${probe}` };
    expect((await metagrad("--help", () => {}, more)).stdout).toContain("Usage: metagrad");
    const own = readFileSync(loaded!, "utf8").match(/(?<=\/dist\/|\/node_modules\/).*/g)!;
    expect(own).toContain("cli/main.js");
    expect(own.filter((path) => !/^(cli\/|files\/|errors\.js|commander\/)/.test(path))).toEqual([]);
  });

  test.each([
    ["lst", "unknown command 'lst'\n(Did you mean list?)"],
    ["list --jsn", "unknown option '--jsn'\n(Did you mean --json?)"],
    ["train", "missing required argument 'experiment'"],
    ["train maml-2017/sinusoid --seed 1.5", "argument '1.5' is invalid. Expected 0, 1, 2, …"],
    [
      "train maml-2017/sinusiod",
      "experiment maml-2017/sinusiod: not known. Did you mean maml-2017/sinusoid?",
    ],
    ["train maml-2017/sinusoid --resume", "train: no run of maml-2017/sinusoid to resume in runs"],
    ["reproduce maml-2017/sinusoid --budget labtop", "--budget labtop is not known. Did you mean laptop?"],
    ["reproduce maml-2017/sinusoid --resume", "reproduce: no table of maml-2017/sinusoid to resume in runs"],
    [
      "evaluate maml-2017/sinusoid --results nowhere",
      "evaluate: no table in nowhere/maml-2017/sinusoid.json",
    ],
    ["help me", "help me: not a command. Expected demo, list, train,"],
    ["help trian", "help trian: not a command. Did you mean train?"],
    ["runs help clear", "help clear: not a command. Did you mean clean?"],
    ["evaluate .", "evaluate .: expected a run folder, which has a config.json, a name that"],
    ["evaluate ./nothing/here", "got a path where nothing is. `metagrad runs list` shows runs"],
    ["export . --output a.onnx", "export .: expected a run folder, which has a config.json, a name that"],
    [
      "rollout metaworld/open-door",
      "expected the name of an environment, got metaworld/open-door. Did you mean metaworld/door-open?",
    ],
    ["rollout door-open", "Did you mean metaworld/door-open?"],
    ["data add folder --from .", "got no --name. Say what to call your set"],
    ["data add folder --from . --name", "option '--name <name>' argument missing"],
    ["data add folder --name --gray --from .", "--name <name>: expected a value, got the option --gray"],
    ["train maml-2017/sinusoid --out --resume", "--out <dir>: expected a value, got the option --resume"],
    ["bench maml/sinusoit", "bench maml/sinusoit: not known. Did you mean maml/sinusoid?"],
  ])("%s: exit code 2, and a message that says what to do", async (args, message) => {
    const { code, stdout, stderr } = await metagrad(args);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test("help shows a command, and a part of one", async () => {
    expect((await metagrad("help")).stdout).toContain("Usage: metagrad [options] [command]");
    expect((await metagrad("help runs clean")).stdout).toContain("Usage: metagrad runs clean");
    expect(await metagrad("runs help clean")).toMatchObject({ code: 0, stderr: "" });
  });

  test("all wrong config fields are told at once", async () => {
    const { code, stderr } = await metagrad("train maml-2017/sinusoid --set inner.lrr=1 steps=-1");
    expect(code).toBe(2);
    expect(stderr).toContain("inner.lrr is not a field. Did you mean inner.lr? (--set inner.lrr=1)");
    expect(stderr).toContain("steps must be >= 0, got -1 (--set steps=-1)");
  });

  test("--debug adds the stack", async () => {
    expect((await metagrad("train nothing --debug")).stderr).toContain("    at ");
  });
});

test("list shows experiments, one JSON object a line with --json", async () => {
  expect((await metagrad("list")).stdout).toMatch(/^maml-2017\/sinusoid +MAML on sine waves/m);
  const objects = jsonLines((await metagrad("list --json")).stdout);
  expect(objects.map(({ name }) => name)).toContain("maml-2017/sinusoid");
});

describe("train", SLOW, () => {
  const SET = "--set steps=4000 test.tasks=25";

  test("a run prints its folder, and one interrupted, killed and resumed ends with the same bits", async () => {
    const whole = await metagrad(`train maml-2017/sinusoid ${SET} --out whole`);
    expect(whole.code).toBe(0);
    const wholeDir = join(dir, whole.stdout.trimEnd());

    const stopped = await metagrad(`train maml-2017/sinusoid ${SET} --out parts`, (child) =>
      stopWhenRunning(child, "parts"),
    );
    expect(stopped.stderr).toMatch(/stopped after step \d+, --resume goes on from there/);
    expect(stopped.code).toBe(130);

    const killed = await metagrad("train maml-2017/sinusoid --out parts --resume", (child) =>
      stopWhenRunning(child, "parts", "SIGKILL"),
    );
    expect(killed).toMatchObject({
      signal: "SIGKILL",
      stdout: "",
      stderr: expect.not.stringContaining("error"),
    });

    const resumed = await metagrad("train maml-2017/sinusoid --out parts --resume");
    expect(resumed).toMatchObject({ code: 0, stdout: stopped.stdout });
    const partsDir = join(dir, resumed.stdout.trimEnd());
    for (const file of ["metrics.jsonl", "checkpoints/004000.safetensors"]) {
      expect(readFileSync(join(partsDir, file)).equals(readFileSync(join(wholeDir, file)))).toBe(true);
    }

    const judged = await metagrad(`evaluate ${resumed.stdout.trimEnd()} --json`);
    expect(jsonLines(judged.stdout)).toHaveLength(33);
    expect(jsonLines(judged.stdout)[0]).toMatchObject({
      step: 4000,
      metric: "test/mse/5-shot/0-steps",
      tasks: 25,
    });
  });

  test("a folder that cannot be made fails with exit code 1", async () => {
    writeFileSync(join(dir, "file"), "");
    const { code, stderr } = await metagrad("train maml-2017/sinusoid --set steps=1 --out file");
    expect(stderr).toBe("error: file: expected a folder, got a file. Choose another folder with --out\n");
    expect(code).toBe(1);
  });
});

describe("reproduce", SLOW, () => {
  const SMALL = "--budget smoke --set test.tasks=25 test.tuningTasks=25 test.steps=10";

  test("a table is made, kept, and checked again by evaluate", async () => {
    const { code, stdout, stderr } = await metagrad(
      `reproduce maml-2017/sinusoid ${SMALL} steps=40 --seeds 2 --results kept --json`,
    );
    expect(stderr).toContain("8 of 8 runs");
    expect(code).toBe(0);
    const [table, ...more] = jsonLines(stdout);
    expect(more).toEqual([]);
    expect(table).toMatchObject({ experiment: "maml-2017/sinusoid", budget: "smoke", seeds: [0, 1] });
    expect(table.rows.map((row: { label: string }) => row.label)).toContain("MAML");
    expect(table.rows[0].cells[0]).toMatchObject({
      paper: 0.67,
      perSeed: [expect.any(Number), expect.any(Number)],
      verdict: expect.stringMatching(/below|inconclusive/),
    });
    expect(table.rows.at(-1).cells[0]).toMatchObject({ ours: null, verdict: "not run" });
    expect(readdirSync(join(dir, "kept/maml-2017")).sort()).toEqual([
      "sinusoid.adaptation.svg",
      "sinusoid.json",
      "sinusoid.maml.safetensors",
      "sinusoid.oracle.safetensors",
      "sinusoid.pretrained-on-all-tasks.safetensors",
      "sinusoid.random.safetensors",
    ]);

    const again = await metagrad("evaluate maml-2017/sinusoid --results kept --json");
    expect(again.code).toBe(0);
    expect(jsonLines(again.stdout)).toHaveLength(12);
    for (const line of jsonLines(again.stdout))
      expect(line).toMatchObject({ same: true, now: line.recorded });

    const file = join(dir, "kept/maml-2017/sinusoid.json");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(/"perSeed": \[\s+/g, '"perSeed": [9'));
    const wrong = await metagrad("evaluate maml-2017/sinusoid --results kept");
    expect(wrong.stderr).toContain("does not hold");
    expect(wrong.code).toBe(1);

    writeFileSync(
      file,
      readFileSync(file, "utf8").replaceAll(/"checkpoint": "[^"]+"/g, '"checkpoint": null'),
    );
    const bare = await metagrad("evaluate maml-2017/sinusoid --results kept");
    expect(bare.stderr).toContain("expected models beside kept/maml-2017/sinusoid.json, got none");
    expect(bare.code).toBe(2);
  });

  test("an interrupted table is resumed", async () => {
    const stopped = await metagrad(`reproduce maml-2017/sinusoid ${SMALL} steps=6000`, (child) =>
      stopWhenRunning(child, "runs"),
    );
    expect(stopped).toMatchObject({ code: 130, stdout: "" });
    expect(stopped.stderr).toContain("--resume goes on from");
    const files = readdirSync(join(dir, "runs"), { recursive: true }).map(String);
    const begun = files.filter((file) => file.endsWith("config.json")); // of whichever runs had started
    expect(begun.length).toBeGreaterThan(0);
    for (const file of begun) {
      const { config } = JSON.parse(readFileSync(join(dir, "runs", file), "utf8"));
      expect(config.steps).toBe(6000);
    }
    const resumed = await metagrad("reproduce maml-2017/sinusoid --resume");
    expect(resumed.stdout).toContain("smoke budget, 1 seed");
    expect(resumed.stdout).toMatch(/MAML +1 step +0\.67/);
    expect(resumed.code).toBe(0);
  });

  test("--dry-run tells the time and makes nothing", async () => {
    const { code, stdout } = await metagrad(`reproduce maml-2017/sinusoid ${SMALL} --dry-run --json`);
    expect(code).toBe(0);
    const lines = jsonLines(stdout);
    expect(lines[0]).toMatchObject({ row: "MAML", seeds: 1 });
    expect(lines.at(-1).total).toBeGreaterThan(0);
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe("export", SLOW, () => {
  test("the model of a run is written in the format that the file's name says", async () => {
    const { stdout } = await metagrad("train maml-2017/sinusoid --set steps=2 --seed 3");
    const run = stdout.trim();
    const [tensors, arrays, graph] = await Promise.all(
      ["m.safetensors", "m.npz", "m.onnx --inner-steps 2"].map((output) =>
        metagrad(`export ${run} --output ${output}`),
      ),
    );
    expect([tensors!.code, arrays!.code, graph!.code]).toEqual([0, 0, 0]);
    expect(tensors!.stdout).toMatch(/^m.safetensors: safetensors, \d+ bytes, .*sinusoid, seed 3, step 2\n$/);
    const saved = decodeSafetensors(readFileSync(join(dir, "m.safetensors")));
    const same = decodeNpz(readFileSync(join(dir, "m.npz")));
    expect([...saved.tensors.keys()]).toEqual([...same.keys()]);
    for (const [name, { shape, data }] of saved.tensors) {
      expect(same.get(name)).toEqual({ dtype: "float32", shape, data });
    }
    const { inputs, outputs, initializers } = readOnnx(readFileSync(join(dir, "m.onnx"))).graph;
    for (const [name, { shape }] of saved.tensors) expect(initializers.get(name)).toEqual(shape);
    expect(Object.fromEntries(inputs)).toEqual({
      "support.x": [10, 1],
      "support.y": [10, 1],
      "query.x": ["batch", 1],
    });
    expect(Object.fromEntries(outputs)).toEqual({ output: ["batch", 1] });
  }, 120_000);

  test("what it cannot write is refused, and no file is left", async () => {
    const row = await metagrad("export maml-2017/sinusoid --row Oracl --output m.npz");
    expect(row.stderr).toContain("with a model (MAML; ");
    expect(row.stderr).toContain("got Oracl. Did you mean Oracle?");
    const name = await metagrad("export maml-2017/sinusoid --output m.txt");
    expect(name.stderr).toContain("--output must end in .onnx, .safetensors, .npz, got m.txt");
    const steps = await metagrad("export maml-2017/sinusoid --output m.npz --inner-steps 2");
    expect(steps.stderr).toContain("--inner-steps is of onnx, got it for npz");
    expect([row.code, name.code, steps.code]).toEqual([2, 2, 2]);
    expect(readdirSync(dir)).toEqual([]);
  }, 120_000);
});

test("bench lists its works and measures one", SLOW, async () => {
  const works = jsonLines((await metagrad("bench --json")).stdout).map(({ name }) => name);
  expect(works).toContain("maml/sinusoid");
  const { code, stdout } = await metagrad("bench maml/sinusoid --samples 5 --json");
  expect(code).toBe(0);
  expect(jsonLines(stdout)).toMatchObject([{ name: "maml/sinusoid", n: 5, threads: 1 }]);
});

test("demo refuses a folder that cannot be made, before it trains", SLOW, async () => {
  writeFileSync(join(dir, "file"), "");
  const { code, stdout, stderr } = await metagrad("demo --out file");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toBe("error: file: expected a folder, got a file. Choose another folder with --out\n");
});

test("demo shows what adaptation does, and leaves pictures", SLOW, async () => {
  const { code, stdout } = await metagrad("demo --quick");
  expect(code).toBe(0);
  expect(stdout).toMatch(/after 10 gradient steps +▇+ 0\.\d\d/);
  expect(stdout).toMatch(/after 3 gradient steps +▇+ [5-9]\d\.\d%/);
  expect(readdirSync(join(dir, "runs/demo")).sort()).toEqual(["characters.png", "sine-wave.png"]);
});

// @module-tag slow
/** What a full disk, a read-only one, a limit, a second process and the death of its parent do to a run. */
import { fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { loadExperiment } from "../experiments/index.js";
import { configure, listRuns } from "../run/index.js";
import { bin, fromSource, metagradIn, shellIn } from "./testing/process.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // each starts several processes

const cwd = mkdtempSync(join(tmpdir(), "metagrad-faults-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const TRAIN = "train maml-2017/sinusoid";
const SET = "--set steps=600 outer.tasks=2 test.tasks=25";
const FILES = ["metrics.jsonl", "checkpoints/000600.safetensors"];

let whole: string;
beforeAll(async () => {
  whole = join(cwd, (await metagradIn(cwd, `${TRAIN} ${SET} --out whole`)).stdout.trimEnd());
});

/** The only run in a folder. */
function runIn(out: string): string {
  const [name, ...more] = readdirSync(join(cwd, out));
  expect(more).toEqual([]);
  return join(cwd, out, name!);
}

function expectSameBits(dir: string): void {
  for (const file of FILES) {
    expect(readFileSync(join(dir, file)).equals(readFileSync(join(whole, file))), file).toBe(true);
  }
}

/** A namespace of one's own, in which a small disk can be mounted. */
const UNSHARE = "unshare --user --map-root-user --mount";
const disk = join(cwd, "disk");
mkdirSync(disk);
const mounting = spawnSync("sh", ["-c", `${UNSHARE} mount -t tmpfs -o size=100k none ${disk}`]);
const canMount = mounting.status === 0;

/** Runs a script with a disk of this size, which is empty again afterwards. */
const withDisk = (size: string, script: string) =>
  shellIn(cwd, `${UNSHARE} sh -c 'mount -t tmpfs -o size=${size} none disk && ${script}'`);

describe.skipIf(!canMount)(
  `a small disk${canMount ? "" : " (skipped: mounting one is not permitted here)"}`,
  () => {
    test("too small for one checkpoint: an error before the first step", async () => {
      const { code, stderr, stdout } = await withDisk("16k", `$metagrad ${TRAIN} ${SET} --out disk/runs`);
      expect(stderr).toMatch(/^error: .*000000\.safetensors.*: no space is left on the disk\. Free some/);
      expect(stderr).not.toContain("steps/s");
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    });

    test("full in the middle: an error, and once there is space the run ends with the same bits", async () => {
      const { code, stderr, stdout } = await withDisk(
        "160k",
        `{ $metagrad ${TRAIN} ${SET} --out disk/runs --checkpoint-every 0; echo code $?
         ls disk/runs/*/checkpoints disk/runs/*
         mount -o remount,size=10m disk; $metagrad ${TRAIN} --resume --out disk/runs && cp -r disk/runs filled; }`,
      );
      expect(stderr).toMatch(
        /error: .*: no space is left on the disk\. Free some\. The last good checkpoint is disk\/runs\/.*\/checkpoints\/\d+, the run folder .*, --resume goes on from it/,
      );
      expect(stdout).toMatch(/^code 1\n/);
      expect(stdout).not.toMatch(/\.tmp|lock-/);
      expect(code).toBe(0);
      expectSameBits(runIn("filled"));
    });

    test("read-only: an error before the first step; what only reads works", async () => {
      const { stdout, stderr } = await withDisk(
        "10m",
        `{ cp -r whole disk/runs; mount -o remount,ro disk
         $metagrad ${TRAIN} ${SET} --out disk/new; echo code $?
         $metagrad ${TRAIN} --resume --out disk/runs; echo code $?
         $metagrad evaluate disk/runs/*; }`,
      );
      const [first, second, ...more] = stderr.trimEnd().split("\n");
      const refusal = "the file system is read-only. Choose another folder with --out";
      expect(first).toBe(`error: disk/new: ${refusal}`);
      expect(second).toMatch(/^error: disk\/runs\/.*\/lock-/);
      expect(second).toContain(refusal);
      expect(more).toEqual([]);
      expect(stdout).toMatch(/^code 1\ncode 1\nmaml-2017\/sinusoid, seed 0, step 600\n/);
    });
  },
);

describe.skipIf(process.platform === "win32")("a limit on the size of files", () => {
  test("reached by a log: an error, and without the limit the run ends with the same bits", async () => {
    // in blocks of 512 bytes: enough for a checkpoint, not for all events
    const { code, stderr } = await shellIn(cwd, `ulimit -f 60; $metagrad ${TRAIN} ${SET} --out limited`);
    expect(stderr).toMatch(
      /error: .*tfevents.*: the file would be larger than the system allows, see `ulimit -f`\. The last good/,
    );
    expect(code).toBe(1);
    const resumed = await metagradIn(cwd, `${TRAIN} --resume --out limited`);
    expect(resumed.code).toBe(0);
    expectSameBits(runIn("limited"));
  });
});

test("a second process on a run is refused, and the first goes on", async () => {
  const set = SET.replace("steps=600", "steps=100000");
  let second: Promise<Awaited<ReturnType<typeof metagradIn>>> | undefined;
  const first = await metagradIn(cwd, `${TRAIN} ${set} --out shared`, (child) => {
    const timer = setInterval(() => {
      const names = existsSync(join(cwd, "shared"))
        ? readdirSync(join(cwd, "shared"), { recursive: true })
        : [];
      if (!names.some((name) => String(name).endsWith("config.json"))) return;
      clearInterval(timer);
      second = metagradIn(cwd, `${TRAIN} --resume --out shared`).finally(() => child.kill("SIGTERM"));
    }, 10);
  });
  const { code, stderr } = (await second)!;
  expect(stderr).toMatch(/^error: shared\/.*: expected a run that no process works on, got process \d+ on /);
  expect(stderr).toContain("Wait until it is done, or stop it");
  expect(code).toBe(1);
  expect(first.stderr).toMatch(/stopped after step \d+, --resume goes on from there/);
  expect(first.code).toBe(143);
});

test("Ctrl-C in a terminal reaches all processes of a table, and each saves what it did", async () => {
  const args = "reproduce maml-2017/sinusoid --budget smoke --jobs 2 --out table --set steps=100000".split(
    " ",
  );
  const env = { ...process.env, METAGRAD_SOURCE: fromSource };
  const child = spawn(process.execPath, [bin, ...args], { cwd, env, stdio: "ignore", detached: true });
  const files = () => (existsSync(table) ? readdirSync(table, { recursive: true, encoding: "utf8" }) : []);
  const table = join(cwd, "table");
  const timer = setInterval(() => {
    const logs = files().filter((name) => name.endsWith("metrics.jsonl"));
    if (logs.filter((name) => statSync(join(table, name)).size > 0).length < 2) return;
    clearInterval(timer);
    process.kill(-child.pid!, "SIGINT");
  }, 10);
  const [code] = await once(child, "exit");
  expect(code).toBe(130);
  const steps = listRuns(table).map(({ status, step }) => ({ status, isSaved: step! > 0 }));
  expect(steps).toEqual([1, 2].map(() => ({ status: "interrupted", isSaved: true })));
});

test("when reproduce is killed, its runs end by themselves, quietly, each with a checkpoint", async () => {
  const args = "reproduce maml-2017/sinusoid --budget smoke --jobs 2 --out orphans --set steps=100000";
  const env = { ...process.env, METAGRAD_SOURCE: fromSource };
  const child = spawn(process.execPath, [bin, ...args.split(" ")], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: { stdout: string; stderr: string } = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
    });
  }
  const table = join(cwd, "orphans");
  const files = () => (existsSync(table) ? readdirSync(table, { recursive: true, encoding: "utf8" }) : []);
  const timer = setInterval(() => {
    const logs = files().filter((name) => name.endsWith("metrics.jsonl"));
    if (logs.filter((name) => statSync(join(table, name)).size > 0).length < 2) return;
    clearInterval(timer);
    child.kill("SIGKILL");
  }, 10);
  await once(child, "close"); // the pipes are the runs', too: they are closed when all are gone
  expect(files().filter((name) => name.includes("lock-"))).toEqual([]);
  const steps = listRuns(table).map(({ status, step }) => ({ status, isSaved: step! > 0 }));
  expect(steps).toEqual([1, 2].map(() => ({ status: "interrupted", isSaved: true })));
  expect(said.stdout).toBe("");
  expect(said.stderr.replaceAll(/^maml-2017\/sinusoid {2}\d of 4 runs .*\n/gm, "")).toBe("");
});

test("a run that only notices at its end that reproduce is gone says nothing of it", async () => {
  const experiment = await loadExperiment("maml-2017/sinusoid");
  const config = configure(experiment, {
    set: { steps: 2, "test.tasks": 25, "test.shots": [5] },
    from: "test",
  });
  const dir = join(cwd, "alone");
  const request = JSON.stringify({ config, seed: 0, dir, label: "MAML" });
  const child = fork(bin, ["job", experiment.name, request], {
    env: { ...process.env, METAGRAD_SOURCE: fromSource },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let said = "";
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  await once(child, "message"); // it compiles, and takes both steps, without looking up
  child.disconnect();
  const [code, signal] = await once(child, "exit"); // "close" does not come from a child that was disconnected
  expect(said).toBe("");
  expect([0, 130]).toContain(code);
  expect(signal).toBeNull();
  expect(listRuns(cwd).find((run) => run.dir === dir)).toMatchObject({ seed: 0, problem: null });
});

test("a second Ctrl-C ends a program at once, whatever it is doing", async () => {
  const module = new URL("./command.ts", import.meta.url).href;
  const script = `
    const { interruption } = await import(${JSON.stringify(module)});
    const signal = interruption();
    console.log("ready");
    signal.addEventListener("abort", () => {
      require("node:fs").writeSync(1, "stopping");
      for (;;); // a step that takes long
    });
    setInterval(() => {}, 1000);`;
  const loader = import.meta.resolve("tsx");
  const args = ["--import", loader, "--input-type=module", "-e"];
  const requiring = `import { createRequire } from "node:module"; const require = createRequire("/");${script}`;
  const child = spawn(process.execPath, [...args, requiring], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  child.kill("SIGINT");
  await once(child.stdout, "data");
  child.kill("SIGINT");
  const [code, signal] = await once(child, "exit");
  expect({ code, signal }).toEqual({ code: null, signal: "SIGINT" });
});

test.each(["list", "--help", "data list", "runs list"])(
  "`metagrad %s | head -n 1` ends without a word where nobody reads on",
  async (command) => {
    const script = `{ $metagrad ${command}; echo $? > code; } | head -n 0; cat code`;
    expect(await shellIn(cwd, script)).toMatchObject({ code: 0, stdout: "0\n", stderr: "" });
  },
);

test("training whose progress nobody reads any more ends as by Ctrl-C, with a checkpoint", async () => {
  const script = `$metagrad ${TRAIN} --set steps=1000000 --out unread 2>&1 | head -n 1`;
  const { code, stdout, stderr } = await shellIn(cwd, script);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^maml-2017\/sinusoid .*\n$/);
  const runs = listRuns(join(cwd, "unread")).map(({ status, step }) => ({ status, isSaved: step! > 0 }));
  expect(runs).toEqual([{ status: "interrupted", isSaved: true }]);
});

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MetaError } from "../errors.js";
import { configure } from "./config.js";
import { type Holder, isLocked, lockFolder } from "./lock.js";
import { resumeRun, startRun } from "./run.js";
import { toyExperiment } from "./testing/toy-experiment.js";

let dir: string;
let children: ChildProcess[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "metagrad-lock-"));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

const files = () => readdirSync(dir);
const read = (name: string) => JSON.parse(readFileSync(join(dir, name), "utf8")) as Holder;

/** Leaves the lock of another holder. @param silent seconds since its last sign of life */
function leave(change: Partial<Holder>, silent = 0): string {
  const own = lockFolder(dir);
  const holder = { ...read(files()[0]!), ...change };
  own.release();
  const name = "lock-other-1-2-3.json";
  writeFileSync(join(dir, name), JSON.stringify(holder));
  const seen = new Date(Date.now() - 1000 * silent);
  utimesSync(join(dir, name), seen, seen);
  return name;
}

const startOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")[19]!;

test("a folder is taken once, and free again when it is released", () => {
  const lock = lockFolder(dir);
  expect(isLocked(dir)).toBe(true);
  expect(() => lockFolder(dir)).toThrow(MetaError);
  expect(() => lockFolder(dir)).toThrow(
    `${dir}: expected a run that no process works on, got process ${process.pid} on`,
  );
  expect(files()).toHaveLength(1); // the refused ones left nothing
  lock.release();
  expect(isLocked(dir)).toBe(false);
  expect(files()).toEqual([]);
});

test("a run that goes on elsewhere is refused, and untouched", async () => {
  const toy = toyExperiment();
  const run = join(dir, "run");
  await startRun(toy, configure(toy, { set: { steps: 2 }, from: "test" }), 0, run);
  const lock = lockFolder(run);
  await expect(resumeRun(toy, run)).rejects.toThrow(/expected a run that no process works on/);
  lock.release();
  expect((await resumeRun(toy, run)).status).toBe("done");
});

describe.skipIf(process.platform !== "linux")("what /proc tells", () => {
  test("a process that was killed leaves a lock that nobody minds", async () => {
    const child = spawn("sleep", ["60"]);
    children.push(child);
    await once(child, "spawn");
    leave({ pid: child.pid!, started: startOf(child.pid!) }, 10_000); // silent, and yet known to be alive
    expect(() => lockFolder(dir)).toThrow(/Wait until it is done, or stop it/);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(isLocked(dir)).toBe(false);
    lockFolder(dir).release();
    expect(files()).toEqual([]);
  });

  test("a process number that is used again misleads nobody", () => {
    leave({ pid: process.pid, started: "1" });
    lockFolder(dir).release();
    expect(files()).toEqual([]);
  });

  test("a process that has ended, while its parent has not asked, holds nothing", async () => {
    const parent = spawn("sh", ["-c", "sleep 0.05 & echo $!; exec sleep 60"]);
    children.push(parent);
    const [text] = await once(parent.stdout, "data");
    const pid = Number(text);
    const started = startOf(pid);
    while (!readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ")) await sleep(10);
    leave({ pid, started });
    lockFolder(dir).release();
    expect(files()).toEqual([]);
  });
});

describe("from another container or machine", () => {
  test("a holder counts as long as it gives signs of life", () => {
    const name = leave({ place: "elsewhere", host: "far", pid: 1 }, 40);
    expect(() => lockFolder(dir)).toThrow(
      new RegExp(`process 1 on far, since .*, last seen 4\\d s ago\\. If it is gone, delete ${dir}/${name}`),
    );
    expect(files()).toEqual([name]);
  });

  test.each([{ place: "elsewhere" }, { place: "" }])("one that was silent for long is gone: %o", (change) => {
    leave(change, 400);
    lockFolder(dir).release();
    expect(files()).toEqual([]);
  });

  test("a lock that cannot be read counts by its age", () => {
    const name = leave({});
    writeFileSync(join(dir, name), "{");
    expect(() => lockFolder(dir)).toThrow("got another process, last seen 0 s ago");
    utimesSync(join(dir, name), 0, 0);
    lockFolder(dir).release();
  });
});

describe("from the future", () => {
  const hours = (n: number) => new Date(Date.now() + 3_600_000 * n).toISOString();

  test.each<[what: string, change: Partial<Holder>, silent: number]>([
    ["a file of tomorrow", {}, -24 * 3600],
    ["a holder that began tomorrow", { since: hours(24) }, 0],
  ])("%s, on another machine: the clocks differ, which is said, and what to do", (_, change, silent) => {
    const name = leave({ place: "elsewhere", host: "far", pid: 7, ...change }, silent);
    expect(() => lockFolder(dir)).toThrow(
      new RegExp(
        `process 7 on far, since .*, with a lock dated (23 h 59|24 h 0) min in the future: the clocks of the two machines differ\\. If it is gone, delete ${dir}/${name}$`,
      ),
    );
    expect(files()).toEqual([name]);
  });

  test("seconds ahead are as good as now", () => {
    leave({ place: "elsewhere", host: "far" }, -20);
    expect(() => lockFolder(dir)).toThrow("last seen 0 s ago");
  });

  test("on this machine the process decides, and its clock is explained", () => {
    leave({ since: hours(2) });
    expect(() => lockFolder(dir)).toThrow(
      /since .*, which is (1 h 59|2 h 0) min in the future: the clock of this machine was set back\. Wait until/,
    );
    for (const name of files()) rmSync(join(dir, name));
    leave({ pid: 2 ** 22 + 1, started: "1", since: hours(2) });
    lockFolder(dir).release();
  });
});

test("a sign of life renews the lock, and one that was taken over stops the run", async () => {
  const lock = lockFolder(dir);
  const [name] = files();
  utimesSync(join(dir, name!), 0, 0);
  lock.beat();
  expect(lock.isHeld()).toBe(true);
  rmSync(join(dir, name!));
  expect(lock.isHeld()).toBe(false);
  expect(() => lock.beat()).toThrow(`got ${name} removed. Another may work here now, so this one stops`);
  lock.release();

  const toy = toyExperiment((k) => {
    if (k === 3) for (const it of readdirSync(run)) if (it.startsWith("lock")) rmSync(join(run, it));
    return undefined;
  });
  const run = join(dir, "run");
  const config = configure(toy, { set: { steps: 5 }, from: "test" });
  await expect(startRun(toy, config, 0, run, { checkpointSeconds: 0 })).rejects.toThrow("so this one stops");
  expect(readdirSync(run)).not.toContain("failure.json"); // another may work here
});

test("of processes that come at the same time, at most one gets in", async () => {
  leave({ place: "elsewhere" }, 1000); // to be taken over, too
  const module = new URL("./lock.ts", import.meta.url).href;
  const gate = join(dir, "gate");
  const script = `
    import { existsSync } from "node:fs";
    const { lockFolder } = await import(${JSON.stringify(module)});
    console.log("ready");
    while (!existsSync(${JSON.stringify(gate)}));
    let got = "in";
    try { lockFolder(${JSON.stringify(dir)}); } catch (error) { got = error.name; }
    console.log(got);
    process.on("SIGTERM", () => process.exit());
    setInterval(() => {}, 1000);`;
  const loader = import.meta.resolve("tsx");
  const started = Array.from({ length: 4 }, () => {
    const child = spawn(process.execPath, ["--import", loader, "--input-type=module", "-e", script]);
    children.push(child);
    return child.stdout.setEncoding("utf8");
  });
  await Promise.all(started.map((stdout) => once(stdout, "data")));
  writeFileSync(gate, "");
  const said = await Promise.all(
    started.map(async (stdout) => {
      const [text] = await once(stdout, "data");
      return (text as string).trim();
    }),
  );
  expect(said.filter((it) => it === "in").length).toBeLessThanOrEqual(1);
  expect(said.filter((it) => it === "MetaError").length).toBeGreaterThanOrEqual(3);
});

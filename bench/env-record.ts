/** The records of races of environments, `metaworld.json` and `locomotion.json`: what README's table is made of. */
import { readFileSync } from "node:fs";
import { commit, type Machine, machine } from "../src/run/machine.js";
import { here } from "./processes.js";
import { writeRecord } from "./record-file.js";

/** A task of Meta-World. Steps a second are medians over rounds, and so are ratios of these. */
export interface MetaworldFinding {
  readonly task: string;
  readonly ours: number;
  /** Share of the bare physics' steps a second. */
  readonly ofBare: number;
  /** Milliseconds. */
  readonly reset: number;
  /** Ours by Python's. */
  readonly ratio?: number;
  readonly python?: number;
  readonly pythonReset?: number;
  /** The same on the original's scenes. */
  readonly official?: number;
  readonly officialRatio?: number;
  readonly officialOfBare?: number;
  readonly officialReset?: number;
}

/** Half a cheetah or an ant. */
export interface LocomotionFinding {
  readonly name: string;
  readonly stepsPerSecond: number;
  readonly gymnasium: number;
  readonly ratio: number;
  readonly ofBare: number;
}

export interface EnvRecord<Finding> {
  readonly date: string;
  readonly commit: string | null;
  readonly machine: Omit<Machine, "build">;
  readonly rounds: number;
  /** Versions of the packages on each side: `{ metaworld: "3.1.1", mujoco: "3.14.0" }`. */
  readonly versions: { readonly ours: Versions; readonly theirs: Versions };
  readonly findings: readonly Finding[];
}

export type Versions = Readonly<Record<string, string>>;

/** Writes a record to `bench/NAME.json`. @param theirs versions of the Python packages */
export function recordEnvs<Finding>(
  name: "metaworld" | "locomotion",
  theirs: Versions,
  rounds: number,
  findings: readonly Finding[],
): void {
  const { dependencies } = JSON.parse(readFileSync(here("../package.json"), "utf8"));
  const { build: _engine, ...computer } = machine(); // which kernels our engine has says nothing of MuJoCo
  const record: EnvRecord<Finding> = {
    date: new Date().toISOString(),
    commit: commit(),
    machine: computer,
    rounds,
    versions: { ours: { mujoco: dependencies["@mujoco/mujoco"] }, theirs },
    findings,
  };
  writeRecord(here(`${name}.json`), record);
}

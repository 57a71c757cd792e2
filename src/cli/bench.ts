/** `metagrad bench`: how fast meta-steps are here. */
import type { EnvOptions } from "../envs/index.js";
import { command, positiveInteger } from "./command.js";
import { loading, withProgress } from "./progress.js";

export const bench = command("bench")
  .summary("measure how fast meta-steps or environments are here")
  .description(
    "Measure the time of whole meta-steps, from the tasks to the updated weights; or\n" +
      "the steps a second of environments: envs/NAME, or envs/PREFIX for all of them.",
  )
  .argument("[work]", "what to measure; without it, all works are listed")
  .option("--samples <n>", "steps to time (default: as many as fit into 3 s)", positiveInteger)
  .option("--workers <n>", "threads that compute (default: 1)", positiveInteger)
  .option("-s, --set <option=value...>", "for envs: an option of them, e.g. --set reward=1")
  .option("--assets <dir>", "for envs/metaworld: the original's scenes, from its assets")
  .option("--json", "print one JSON object a line")
  .addHelpText(
    "after",
    "\nExamples:\n  $ metagrad bench maml/sinusoid\n  $ metagrad bench envs/metaworld --json",
  )
  .action(async (name, { samples, workers = 1, set, assets, json }) => {
    if (name?.startsWith("envs")) {
      const { envOptions } = await import("./env-options.js");
      return benchEnvs(name.replace(/^envs\/?/, ""), envOptions(set, assets), json ?? false);
    }
    const { ConfigError, suggestion } = await import("../errors.js");
    for (const [option, value] of Object.entries({ set, assets })) {
      if (value === undefined) continue;
      throw new ConfigError(
        `--${option}: expected environments, as in envs/metaworld, got ${name ?? "none"}`,
      );
    }
    const { hotKernels, measure, works } = await loading(() => import("../works/index.js"));
    if (name === undefined) {
      const width = Math.max(...[...works.keys()].map((key) => key.length));
      for (const [key, { describe }] of works) {
        console.log(json ? JSON.stringify({ name: key, describe }) : `${key.padEnd(width)}  ${describe}`);
      }
      return;
    }
    const work = works.get(name);
    if (work === undefined) {
      throw new ConfigError(
        `bench ${name}: not known.${suggestion(name, works.keys()) || " `metagrad bench` lists all"}`,
      );
    }
    const { result, kernelRows } = await withProgress(async (progress) => {
      progress.phase(`measuring ${name}`);
      const measured = await measure(work, { workers, ...(samples !== undefined && { samples }) });
      if (json) return { result: measured, kernelRows: [] };
      progress.phase(`measuring the kernels of ${name}`);
      return { result: measured, kernelRows: hotKernels(work) };
    });
    if (json) console.log(JSON.stringify(result));
    else {
      const { alignColumns } = await import("./table-text.js");
      const { ms, min, n, kernels, threads, firstMs, gflops, peakGflops } = result;
      console.log(`${name}: ${work.describe}`);
      console.log(`  ${ms} ms a meta-step (median of ${n}, least ${min}), ${firstMs} ms for the first`);
      console.log(
        `  ${gflops} of at most ${peakGflops} GFLOP/s, ${kernels} kernels, ${threads} thread${threads === 1 ? "" : "s"}\n`,
      );
      const rows = kernelRows.map(({ label, calls, ms, share, gflops }) => [
        label,
        String(calls),
        ms.toPrecision(3),
        `${(100 * share).toFixed(0)}%`,
        gflops === 0 ? "–" : gflops.toFixed(1),
      ]);
      console.log(alignColumns([["kernel", "calls", "ms", "of all", "GFLOP/s"], ...rows]).join("\n"));
    }
  });

/** Measures all environments whose name is `prefix` or begins with it. */
async function benchEnvs(prefix: string, options: EnvOptions, json: boolean): Promise<void> {
  const { ConfigError, suggestion } = await import("../errors.js");
  const { environment, environments } = await import("../envs/index.js");
  const { measureEnv } = await import("../works/index.js");
  const under = [...environments].filter(([name]) => prefix === "" || name.startsWith(`${prefix}/`));
  const families = [...environments.keys()].map((name) => name.split("/")[0]!);
  const near = suggestion(prefix, families);
  if (under.length === 0 && !environments.has(prefix) && near !== "") {
    throw new ConfigError(`bench: expected environments, got ${prefix}.${near}`);
  }
  const chosen = under.length > 0 ? under : [[prefix, environment(prefix)] as const];
  for (const [, entry] of chosen) entry.check(options); // before any is measured
  const width = Math.max(...chosen.map(([name]) => name.length));
  for (const [name, entry] of chosen) {
    const result = await withProgress(async (progress) => {
      progress.phase(`measuring ${name}`);
      const env = await entry.make(options);
      const measured = measureEnv(env);
      env.close();
      return measured;
    });
    if (json) console.log(JSON.stringify(result));
    else {
      const { stepsPerSecond, resetMs, firstResetMs } = result;
      const rate = `${stepsPerSecond} steps/s`.padStart(16);
      console.log(`${name.padEnd(width)}${rate}   reset ${resetMs} ms (${firstResetMs} the first time)`);
    }
  }
}

/** `metagrad rollout`: one episode of an environment, told and filmed. */
import { command, nonNegativeInteger, positiveInteger } from "./command.js";
import { loading, withProgress } from "./progress.js";

/** Steps between two lines of the telling. */
const EVERY = 20;

export const rollout = command("rollout")
  .summary("play one episode of an environment")
  .description(
    "Play one episode and print what happens. Meta-World's tasks have policies by\n" +
      "hand; all environments have random actions.",
  )
  .argument("<env>", "a name that `metagrad list envs` shows, e.g. metaworld/door-open")
  .option("--policy <name>", "scripted or random (default: scripted where there is one)")
  .option("--goal <n>", "of Meta-World's 50 goals of seed 42 (default: 0)", nonNegativeInteger)
  .option("-s, --set <option=value...>", "an option of the environment, e.g. --set horizon=100")
  .option("--seed <n>", "of the task, of the episode and of random actions", nonNegativeInteger, 0)
  .option("--steps <n>", "stop after so many steps (default: at the first success)", positiveInteger)
  .option("--gif <file>", "film it, in real time")
  .option("--png <file>", "a strip of pictures of it")
  .option("--npz <file>", "observations, actions, rewards as NumPy arrays")
  .option("--size <n>", "width of a picture in pixels", positiveInteger, 320)
  .option("--assets <dir>", "for Meta-World: the original's scenes, from its assets")
  .option("--json", "print one JSON object a line")
  .addHelpText(
    "after",
    "\nExamples:\n  $ metagrad rollout metaworld/door-open --policy scripted --gif door.gif" +
      "\n  $ metagrad rollout ant/direction --policy random --steps 50" +
      "\n  $ metagrad rollout half-cheetah/velocity --set paper=maml horizon=50",
  )
  .action(async (name, options) => {
    const { environment, rollout, encodeRecording } = await loading(() => import("../envs/index.js"));
    const { envOptions } = await import("./env-options.js");
    const { chooseRollout } = await import("./rollout-choice.js");
    const { checkOutput, writeOutput } = await import("./output-file.js");
    for (const ending of ["gif", "png", "npz"] as const) {
      const { [ending]: path } = options;
      if (path !== undefined) checkOutput(path, ending);
    }
    const entry = environment(name);
    const env = await withProgress((progress) => {
      progress.phase(`loading ${name}`);
      return entry.make(envOptions(options.set, options.assets));
    });
    const { policy, policyName, task, rng } = chooseRollout(env, options);
    const film = await openFilm(env, options);
    if (!options.json) console.log(`${name}, ${policyName} policy, task ${JSON.stringify(task)}\n`);
    const tell = options.json ? undefined : teller(env.spec.info);
    const success = env.spec.info.indexOf("success");
    let firstSuccess: number | undefined;
    const episode = rollout(env, policy, {
      task,
      rng,
      ...(options.steps !== undefined && { maxSteps: options.steps }),
      onStep: ({ reward }, t) => {
        film?.take(t);
        if (success >= 0 && env.info[success] === 1) firstSuccess ??= t + 1;
        if (options.json) {
          const info = Object.fromEntries(env.spec.info.map((key, i) => [key, env.info[i]]));
          console.log(JSON.stringify({ step: t + 1, reward, ...info }));
        } else if (t === 0 || (t + 1) % EVERY === 0 || firstSuccess === t + 1) {
          tell?.(t + 1, reward, env.info);
        }
        return options.steps !== undefined || firstSuccess === undefined || t < firstSuccess + LINGER;
      },
    });
    const { length, terminated, truncated } = episode;
    if (!options.json) {
      const end = terminated ? "terminated" : truncated ? "its time was over" : "stopped";
      const met = success < 0 ? "" : firstSuccess ? `, success at step ${firstSuccess}` : ", no success";
      console.log(`\n${length} steps, ${end}, return ${episode.return.toPrecision(4)}${met}`);
    }
    env.close();
    await withProgress((progress) => {
      progress.phase("writing the pictures");
      for (const [path, bytes] of film?.develop() ?? []) writeOutput(path, bytes);
    });
    if (options.npz !== undefined) writeOutput(options.npz, encodeRecording(episode));
    for (const path of [options.gif, options.png, options.npz]) if (path) console.error(`wrote ${path}`);
  });

/** Steps that an episode goes on after its first success, so that it is seen. */
const LINGER = 15;

/** Prints a step; the names first. */
function teller(names: readonly string[]) {
  const widths = names.map((name) => Math.max(name.length, 6));
  const line = (step: string, reward: string, rest: readonly string[]) =>
    console.log(
      [step.padStart(5), reward.padStart(9), ...rest.map((text, i) => text.padStart(widths[i]!))].join("  "),
    );
  line("step", "reward", names);
  return (step: number, reward: number, info: Float64Array) => {
    line(
      String(step),
      reward.toFixed(3),
      [...info].map((x) => (Number.isInteger(x) ? String(x) : x.toFixed(3))),
    );
  };
}

async function openFilm(
  env: import("../envs/index.js").Env,
  { gif, png, size }: { readonly gif?: string; readonly png?: string; readonly size: number },
) {
  if (gif === undefined && png === undefined) return undefined;
  const { Film } = await import("./film.js");
  return new Film(env, { ...(gif !== undefined && { gif }), ...(png !== undefined && { png }), size });
}

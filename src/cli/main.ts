/** The command line. Commands import what they need when they run, so that `--help` is quick. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { ConfigError } from "../errors.js";
import { bench } from "./bench.js";
import { check } from "./check.js";
import { expectValues } from "./command.js";
import { data } from "./data.js";
import { demo } from "./demo.js";
import { evaluate } from "./evaluate.js";
import { exportModel } from "./export.js";
import { help } from "./help.js";
import { job } from "./job.js";
import { list } from "./list.js";
import { reproduce } from "./reproduce.js";
import { rollout } from "./rollout.js";
import { run } from "./run.js";
import { runs } from "./runs.js";
import { train } from "./train.js";

const DONE = 0;
const FAILED = 1;
const USAGE = 2;

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

const program = new Command("metagrad")
  .description("Meta-learning and meta-reinforcement-learning, with the papers' numbers beside ours.")
  .version(version)
  .option("--debug", "print where an error came from")
  .addHelpText(
    "after",
    "\nBegin with:\n  $ metagrad demo\n  $ metagrad reproduce maml-2017/sinusoid --budget smoke",
  );
const commands = [
  demo,
  list,
  train,
  runs,
  evaluate,
  reproduce,
  exportModel,
  data,
  rollout,
  run,
  bench,
  check,
];
program.enablePositionalOptions(); // so that `run` leaves a program its options
for (const it of commands) add(it as unknown as Command);
add(job as unknown as Command, { hidden: true });
program.exitOverride().helpCommand(false).addCommand(help(program));

/** Adds a command. Exit codes are decided below, for mistakes in any of them. */
function add(command: Command, options = {}): void {
  prepare(command);
  program.addCommand(command, options);
}

function prepare(command: Command): void {
  command.exitOverride().option("--debug", "print where an error came from").hook("preAction", expectValues);
  for (const part of command.commands) prepare(part);
  if (command.commands.length > 0) command.helpCommand(false).addCommand(help(command));
}

// `metagrad list | head`: the reader has gone
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(DONE);
  throw error;
});

// `metagrad train … 2>&1 | head`: nobody sees the progress any more, so work ends as by Ctrl-C, with a checkpoint
let isUnseen = false;
process.stderr.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  if (!isUnseen && !process.emit("SIGINT", "SIGINT")) process.exit(FAILED);
  isUnseen = true;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** Prints an error, and returns the exit code that tells it. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : USAGE; // commander has printed it
  const { message = String(error), stack } = error as Error;
  console.error(process.argv.includes("--debug") && stack ? stack : `error: ${message}`);
  return error instanceof ConfigError ? USAGE : FAILED;
}

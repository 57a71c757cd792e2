/** The peers of `peers/`: which are installed, and how each is started. */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { here } from "./processes.js";
import { type PeerName, speedTargets } from "./targets.js";

export interface Peer {
  readonly name: PeerName;
  /** Command line of the process that answers `run N`. */
  readonly command: (work: string, file: string) => string[];
}

export interface PeerFolder {
  readonly peers: readonly Peer[];
  /** What is not installed, and why. */
  readonly missing: readonly { readonly name: PeerName; readonly why: string }[];
  /** Writes a work's weights, tasks, loss and meta-gradient; undefined without PyTorch. */
  readonly dump: ((work: string, file: string) => string[]) | undefined;
  /** Trains on new episodes of a file's images in PyTorch, in either way; undefined without it. */
  readonly train: ((work: string, how: "loop" | "func", images: string) => string[]) | undefined;
}

const names: readonly PeerName[] = ["jax vmap", "jax map", "torch func", "torch loop", "higher", "tfjs wasm"];

/** @param dir what `peers/setup.sh` made, or undefined */
export function findPeers(dir: string | undefined): PeerFolder {
  const python = dir && resolve(dir, "venv/bin/python");
  const script = (file: string) => here(`peers/${file}`);
  const torch = python && installed(dir, "torch");
  const command = (name: PeerName, work: string, file: string): string[] => {
    const [library, how] = name.split(" ");
    return name === "tfjs wasm"
      ? [
          process.execPath,
          script("maml_tfjs.mjs"),
          work,
          how!,
          "--load",
          file,
          "--modules",
          join(dir!, "tfjs"),
        ]
      : [python!, script(`maml_${library}.py`), work, ...(how ? [how] : []), "--load", file];
  };
  const why = (name: PeerName): string | undefined => {
    if (!dir) return "no --peers DIR and no METAGRAD_PEERS (bench/peers/setup.sh DIR makes one)";
    const [library] = name.split(" ");
    if (!installed(dir, library!)) return `not in ${dir} (bench/peers/setup.sh installs it)`;
    return torch ? undefined : "PyTorch, which gives all the same weights, is not there";
  };
  return {
    peers: names
      .filter((name) => why(name) === undefined)
      .map((name) => ({ name, command: (work, file) => command(name, work, file) })),
    missing: names.flatMap((name) => {
      const reason = why(name);
      return reason === undefined ? [] : [{ name, why: reason }];
    }),
    dump: torch
      ? (work, file) => [
          python,
          script("maml_torch.py"),
          work,
          "loop",
          "--once",
          "--repeats",
          "1",
          "--dump",
          file,
        ]
      : undefined,
    train: torch
      ? (work, how, images) => [python, script("maml_torch.py"), work, how, "--images", images]
      : undefined,
  };
}

/** Whether a peer does a work: where a target names it, and `higher` where it is quick enough to be shown. */
export function takesPart(name: PeerName, work: string): boolean {
  if (name === "higher") return work.startsWith("maml/sinusoid");
  return speedTargets.some(({ works, against }) => works.includes(work) && against.includes(name));
}

function installed(dir: string, library: string): boolean {
  if (library === "tfjs") return existsSync(join(dir, "tfjs/node_modules/@tensorflow/tfjs"));
  const lib = join(dir, "venv/lib"); // holds python3.x
  return (
    existsSync(lib) &&
    readdirSync(lib).some((python) => existsSync(join(lib, python, "site-packages", library)))
  );
}

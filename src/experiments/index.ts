/**
 * All experiments by name. Each is loaded when it is asked for.
 *
 * @module
 */
import { ConfigError, suggestion } from "../errors.js";
import type { Experiment } from "../run/index.js";

interface Entry {
  /** One line for `metagrad list`. */
  readonly summary: string;
  load(): Promise<{ readonly default: Experiment }>;
}

export const experiments: Readonly<Record<string, Entry>> = {
  "maml-2017/sinusoid": {
    summary: "MAML on sine waves: Finn, Abbeel & Levine 2017, table 2 and figure 3",
    load: () => import("./maml-2017/sinusoid.js"),
  },
  "maml-2017/omniglot": {
    summary: "MAML on Omniglot: Finn, Abbeel & Levine 2017, table 1",
    load: () => import("./maml-2017/omniglot.js"),
  },
  "maml-2017/glyphs": {
    summary: "MAML on the embedded characters, by Omniglot's protocol: after table 1 of the same paper",
    load: () => import("./maml-2017/glyphs.js"),
  },
  "reptile-2018/sinusoid": {
    summary: "Reptile on sine waves: after figure 1 of Nichol, Achiam & Schulman 2018",
    load: () => import("./reptile-2018/sinusoid.js"),
  },
  "reptile-2018/omniglot": {
    summary: "Reptile on Omniglot: Nichol, Achiam & Schulman 2018",
    load: () => import("./reptile-2018/omniglot.js"),
  },
  "maml-plus-plus-2019/omniglot": {
    summary: "MAML++ on Omniglot: Antoniou, Edwards & Storkey 2019",
    load: () => import("./maml-plus-plus-2019/omniglot.js"),
  },
  "meta-gradient-2018/mrp": {
    summary: "γ and λ of single states in Markov reward processes: Xu, van Hasselt & Silver 2018, figure 1",
    load: () => import("./meta-gradient-2018/mrp.js"),
  },
  "meta-gradient-2018/minatar": {
    summary: "A2C that learns γ and λ on MinAtar: after table 1 of Xu, van Hasselt & Silver 2018",
    load: () => import("./meta-gradient-2018/minatar.js"),
  },
};

/** @throws ConfigError for an unknown name */
export async function loadExperiment(name: string): Promise<Experiment> {
  const entry = Object.hasOwn(experiments, name) ? experiments[name] : undefined;
  if (entry !== undefined) return (await entry.load()).default;
  const hint = suggestion(name, Object.keys(experiments)) || " `metagrad list` shows all";
  throw new ConfigError(`experiment ${name}: not known.${hint}`);
}

/**
 * Writes the initialisation that the page `examples/draw-a-character` begins with: the model of a run's newest
 * checkpoint.
 *
 *     npx metagrad train maml-2017/glyphs --set shots=5 queries=5 filters=32 outer.tasks=8 steps=4000
 *     npx tsx tools/page-initialisation.ts runs/maml-2017-glyphs-<time>
 */
import { writeFileSync } from "node:fs";
import { loadExperiment } from "../src/experiments/index.js";
import { Rng } from "../src/random/index.js";
import { encodeTree, RunFolder } from "../src/run/index.js";

const file = new URL("../examples/draw-a-character/initialisation.safetensors", import.meta.url);

const [dir] = process.argv.slice(2);
if (dir === undefined) throw new Error("page-initialisation: expected a run folder, got none");
const folder = RunFolder.open(dir);
const { experiment, config, seed } = folder.record;
const learner = (await loadExperiment(experiment)).learner(config);
const [state, { step }] = folder.load(folder.newest()!, learner.init(Rng.seed(seed)));
const { shots, queries, filters, outer } = config as Record<string, unknown>;
const metadata = { experiment, step: `${step}`, config: JSON.stringify({ shots, queries, filters, outer }) };
const bytes = encodeTree(learner.model(state), metadata);
writeFileSync(file, bytes);
console.log(`${file.pathname}: ${bytes.length} bytes, after ${step} steps of ${experiment}`);

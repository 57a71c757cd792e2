/** What each experiment does where nothing is set, and where the paper, or the authors' code, says so. */
import { expect, test } from "vitest";
import { z } from "zod";
import { OMNIGLOT_MAML_SPLIT } from "../data/index.js";
import { experiments, loadExperiment } from "./index.js";
import { SPLIT as mamlPlusPlusSplit } from "./maml-plus-plus-2019/omniglot.js";
import { SPLIT as reptileSplit } from "./reptile-2018/omniglot.js";

const defaults: Readonly<Record<string, unknown>> = {
  "maml-2017/sinusoid": {
    method: "maml",
    shots: 10, // Finn et al. 2017, §5.1, and `--update_batch_size=10` of cbfinn/maml's README
    queries: 10, // data_generator.py: as many as shots
    // main.py: `update_lr` 1e-3 (§5.1: 0.01), `num_updates` 1, `stop_grad` False
    inner: { lr: 0.001, steps: 1, firstOrder: false },
    outer: { lr: 0.001, tasks: 25 }, // main.py: `meta_lr`, `meta_batch_size`
    steps: 70_000, // main.py: `metatrain_iterations`, by the README's command for sinusoid
    test: {
      tasks: 600, // main.py: NUM_TEST_POINTS
      shots: [5, 10, 20], // figure 3
      steps: 10, // table 2: up to 10 gradient steps
      queries: 100, // ours: less noise than the authors' K
      innerLrs: [0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05], // ours; §5.1: "tuned"
      tuningTasks: 200, // ours
    },
  },
  "maml-2017/omniglot": {
    ...{ ways: 5, shots: 1, queries: 1 }, // table 1's first column; data_generator.py: as many as shots
    filters: 64, // Finn et al. 2017, appendix A.1
    // A.1: 0.4 on the sum over examples / K, which is 2 on the mean of 5; 1 step; maml.py: batch norm is not adapted
    inner: { lr: 2, steps: 1, firstOrder: false, adaptNorm: false },
    outer: { lr: 0.001, tasks: 32, anneal: false }, // main.py: `meta_lr`; A.1: 32 tasks of 5 ways
    steps: 60_000, // A.1
    test: { tasks: 600, steps: 3 }, // main.py: NUM_TEST_POINTS; A.1: 3 steps of 5 ways
  },
  "maml-2017/glyphs": {
    ...{ ways: 5, shots: 1, queries: 1, filters: 64 }, // as maml-2017/omniglot
    inner: { lr: 0.5, steps: 1, firstOrder: false, adaptNorm: true }, // ours: learns faster in a short budget
    outer: { lr: 0.001, tasks: 32, anneal: false }, // as maml-2017/omniglot
    ...{ steps: 60_000, test: { tasks: 600, steps: 3 } },
  },
  "reptile-2018/sinusoid": {
    method: "reptile",
    points: 50, // the article's program: x_all
    inner: { lr: 0.02, steps: 5, batch: 10, lastStepOnly: false }, // innerstepsize, ntrain; one pass over 50 points
    outer: { lr: 0.1, finalLr: 0, tasks: 1 }, // outerstepsize0 · (1 − iteration / niterations)
    steps: 30_000, // niterations
    test: { tasks: 1000, shots: 10, steps: 32 }, // ours; ntrain; 32 inner steps are drawn
  },
  "reptile-2018/omniglot": {
    ways: 5,
    trainShots: 10, // supervised-reptile's README, 5-way 1-shot: `--train-shots 10`
    filters: 64, // models.py
    // the same command: `--learning-rate 0.001 --inner-iters 5 --inner-batch 10`; reptile.py keeps the optimiser
    inner: { lr: 0.001, steps: 5, batch: 10, optimizerState: "kept", lastStepOnly: false },
    outer: { lr: 1, finalLr: 0, tasks: 5 }, // `--meta-step 1 --meta-step-final 0 --meta-batch 5`
    steps: 100_000, // `--meta-iters 100000`
    test: { tasks: 10_000, shots: [1, 5], steps: 50, batch: 5 }, // eval.py; `--eval-iters 50 --eval-batch 5`
  },
  "maml-plus-plus-2019/omniglot": {
    ...{ ways: 5, shots: 1, queries: 1 }, // config `num_classes_per_set`, `num_samples_per_class`, `num_target_samples`
    filters: 64, // `cnn_num_filters`
    inner: { lr: 0.1, steps: 5 }, // few_shot_learning_system.py:46, `task_learning_rate`; `number_of_training_steps_per_iter`
    multiStepEpochs: 10, // `multi_step_loss_num_epochs`
    firstOrderEpochs: 0, // `first_order_to_second_order_epoch` −1
    ...{ perStepNorms: true, learnRates: true }, // `per_step_bn_statistics`, `learnable_per_layer_per_step_inner_loop_learning_rate`
    outer: { lr: 0.001, finalLr: 0.00001, tasks: 8 }, // `meta_learning_rate`, `min_learning_rate`, `batch_size`
    ...{ epochs: 100, stepsPerEpoch: 500 }, // `total_epochs`, `total_iter_per_epoch`
    test: { tasks: 600 }, // `num_evaluation_tasks`
  },
  // ours: figure 1's constants are not printed
  "meta-gradient-2018/mrp": {
    ...{ process: "gamma", exchanged: false, lr: 0.2, mu: 0, metaLr: 0.01, episodes: 10_000 },
  },
  "meta-gradient-2018/minatar": {
    ...{ game: "breakout", agent: "a2c", frames: 2_000_000, envs: 16 }, // ours
    rollout: 20, // Xu et al. 2018, §3: unrolls of 20 steps
    ...{ gamma: 0.99, lambda: 1, lr: 0.003, entropy: 0.01 }, // ours, but for the entropy: IMPALA's
    meta: {
      tune: ["gamma"],
      lr: 0.001, // as it is quoted
      ...{ gamma: 0.995, lambda: 1 }, // the best of table 1
      mu: 0, // §3: for computational efficiency
      conditioned: true, // §2.4
    },
    replay: {
      // dqn.py of MinAtar's authors; Hessel et al. 2018, table 1; the support is ours
      ...{ capacity: 100_000, warmUp: 5000, batch: 32, every: 4, steps: 3, atoms: 51 },
      ...{ high: 30, targetEvery: 250 },
    },
    test: { episodes: 100, noOps: 8, maxSteps: 5000 }, // ours
  },
};

test.each(Object.keys(experiments))("%s", async (name) => {
  expect((await loadExperiment(name)).schema.parse({})).toEqual(defaults[name]);
});

test("Omniglot's 1,623 characters are split as each paper's code does", () => {
  // cbfinn/maml, data_generator.py: num_train 1,200 with num_val 100 of them
  expect(OMNIGLOT_MAML_SPLIT).toEqual({ train: 1100, validation: 100, test: 423 });
  // supervised-reptile, omniglot.py: split_dataset(num_train=1200), without a validation set
  expect(reptileSplit).toEqual({ train: 1200, test: 423 });
  // HowToTrainYourMAMLPytorch, experiment_config/omniglot*.json: train_val_test_split of .7092, .0308, .2606 (rounded)
  expect(mamlPlusPlusSplit).toEqual({ train: 1151, validation: 50, test: 422 });
});

test("what each field of a config may be is as in the snapshot", async () => {
  const fields: string[] = [];
  for (const name of Object.keys(experiments)) {
    const { schema } = await loadExperiment(name);
    const list = (path: string, field: JsonField): void => {
      const { properties, description: _, default: __, ...bounds } = field;
      for (const [part, inner] of Object.entries(properties ?? {})) {
        list(path === "" ? part : `${path}.${part}`, inner);
      }
      if (properties === undefined) fields.push(`${name} ${path} ${JSON.stringify(bounds)}`);
    };
    list("", z.toJSONSchema(schema, { io: "input" }) as JsonField);
  }
  await expect(`${fields.join("\n")}\n`).toMatchFileSnapshot("__snapshots__/fields.txt");
});

interface JsonField {
  readonly properties?: Readonly<Record<string, JsonField>>;
  readonly description?: string;
  readonly default?: unknown;
}

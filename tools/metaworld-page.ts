/** The text of docs/metaworld.md. */
import { metaworldBenchmark, type SawyerTask, sawyerTasks } from "../src/envs/index.js";
import { HAND_HIGH, HAND_LOW } from "../src/envs/metaworld/task.js";

const LISTS = ["MT10", "MT25", "ML10", "ML25", "ML45"] as const;

/** Which lists name a task, and as what. */
function memberships(): Map<string, string[]> {
  const found = new Map<string, string[]>(sawyerTasks.map(({ name }) => [name, []]));
  for (const list of LISTS) {
    const { train, test, goalVisible } = metaworldBenchmark(list, 42);
    for (const name of train.names) found.get(name)!.push(goalVisible ? list : `${list} (train)`);
    if (!goalVisible) for (const name of test.names) found.get(name)!.push(`${list} (test)`);
  }
  return found;
}

const point = (values: readonly number[]) =>
  `(${values.map((x) => String(Number(x.toPrecision(6)))).join(", ")})`;
const range = (low: readonly number[], high: readonly number[]) => `${point(low)} to ${point(high)}`;

function taskSection(task: SawyerTask, lists: readonly string[]): string {
  const { name, summary, succeeds, rewarded, scene, observed, hand, variation, goalSpace } = task;
  const { low = HAND_LOW, high = HAND_HIGH } = hand;
  const apart = variation.apart
    ? `, drawn again while object and goal are nearer than ${variation.apart.distance}, seen from above`
    : "";
  const rows = [
    ["observed", observed.join("; ")],
    ["succeeds when", succeeds],
    ["rewarded (version 2) for", rewarded],
    ["varies", `${range(variation.low, variation.high)}${apart}`],
    ["goal in the observation", `within ${range(goalSpace.low, goalSpace.high)}`],
    ["hand", `starts at ${point(hand.start)}, can be sent to ${range(low, high)}`],
    ["scene", `\`${scene}\``],
    ["in", ["MT1", "ML1", ...lists, "MT50"].join(", ")],
  ];
  const table = rows.map(([what, text]) => `| ${what} | ${text} |`);
  return [`### ${name}`, "", summary, "", "| what | value |", "| --- | --- |", ...table].join("\n");
}

/** Returns the whole page. */
export function metaworldDocs(): string {
  const lists = memberships();
  const sections = sawyerTasks.map((task) => taskSection(task, lists.get(task.name)!));
  return `${HEAD}\n${sections.join("\n\n")}\n`;
}

const HEAD = `# Meta-World

<!-- written by npm run docs -->

A Sawyer arm at a table, and 50 things to do there: the benchmark of Yu et al. 2019
([arXiv 1910.10897](https://arxiv.org/abs/1910.10897)) in its version 3 (McLean et al. 2025,
[arXiv 2505.11289](https://arxiv.org/abs/2505.11289)). All lengths are in metres.

\`\`\`sh
npx metagrad rollout metaworld/door-open --gif door.gif
npx metagrad bench envs/metaworld --json
npx metagrad check metaworld --golden DIR --assets DIR
\`\`\`

## Observation

| numbers | what |
| --- | --- |
| 0-2 | position of the hand, the body above the fingers |
| 3 | gap of the fingers: 1 open, 0 closed |
| 4-6, 7-10 | position and rotation of the first object; a rotation that is not observed is four zeros |
| 11-13, 14-17 | the same of the second object, zeros where there is none |
| 18-35 | numbers 0-17 of the step before; after a reset, of now |
| 36-38 | the goal, or zeros where it is hidden: in all ML benchmarks, and unless \`goalVisible\` is set |

The order of a rotation's numbers differs from task to task, as in the original: it stands with each task.

## Action, episode, reward

| what | value |
| --- | --- |
| action 0-2 | moves the hand by up to 1 cm a step along x, y, z; 1 is 1 cm |
| action 3 | 1 closes the fingers, −1 opens them |
| a step | 12.5 ms: five time steps of 2.5 ms |
| an episode | 500 steps; a success does not end it, unless \`endAtSuccess\` is set |
| reward, version 2 | in [0, 10] a step; 10 where the task counts as done |
| reward, version 1 | of 2019: up to some thousands, and negative too; \`reward: 1\` |
| info | success, nearObject, grasped, graspReward, inPlaceReward, objectToTarget |

Results of the two versions of the reward cannot be compared: say which one. An episode counts as a success if any of
its steps is one, as in the papers; \`evaluatePolicy\` and \`evaluateAdaptation\` tell that of the last step, too.

## Benchmarks

\`metaworldBenchmark("ML10", 42)\` gives the tasks that one trains on and those that one is judged on, with the 50 goals
each that the original draws from this seed, bit for bit; \`customBenchmark\` does so for any choice of tasks.

| name | trains on | is judged on | goal |
| --- | --- | --- | --- |
| \`MT1 <task>\` | 50 goals of a task | the same | seen |
| \`MT10\`, \`MT25\`, \`MT50\` | 10, 25, 50 tasks | the same | seen |
| \`ML1 <task>\` | 50 goals of a task | 50 others, of the next seed | hidden |
| \`ML10\`, \`ML25\`, \`ML45\` | 10, 25, 45 tasks | 5 others | hidden |

## Our scenes, and the original's

Scenes are our own, of primitive shapes: the arm's inertias, the shapes that touch and their friction are the
original's, its few meshes are replaced by boxes and cylinders. With the original's assets (\`--assets\`, or
\`Metaworld.load({ assets })\`) the same code runs its scenes: recorded episodes then agree in every step to the rounding
of the recording. In two tasks small shoves decide how things lie at the start, and our scene differs from the
original's by more than a millimetre: disassemble (the nut tumbles over the peg; the original differs from itself as
much when its nut starts 0.1 µm aside), stick-push and stick-pull (the arm knocks the thermos, which slides on).

Differs: a simulation that becomes infinite ends its episode, where the original goes on from a state that was reset;
success is the same for both versions of the reward.

## Tasks
`;

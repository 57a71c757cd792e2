/** The text of docs/metaworld.md. */
import { metaworldBenchmark, type SawyerTask, sawyerTasks } from "../src/envs/index.js";
import { HAND_HIGH, HAND_LOW } from "../src/envs/metaworld/task.js";

const LISTS = ["MT10", "MT25", "ML10", "ML25", "ML45"] as const;

type List = (typeof LISTS)[number];

/** In which lists a task is, and as what. */
function memberships(): Map<string, Map<List, string>> {
  const found = new Map(sawyerTasks.map(({ name }) => [name, new Map<List, string>()]));
  for (const list of LISTS) {
    const { train, test, goalVisible } = metaworldBenchmark(list, 42);
    const add = (name: string, as: string) => {
      const lists = found.get(name)!;
      const before = lists.get(list);
      lists.set(list, before ? `${before}, ${as}` : as);
    };
    for (const name of train.names) add(name, goalVisible ? "yes" : "train");
    if (!goalVisible) for (const name of test.names) add(name, "**test**");
  }
  return found;
}

function overview(lists: ReadonlyMap<string, ReadonlyMap<List, string>>): string {
  const rows = sawyerTasks.map(({ name }) => {
    const cells = LISTS.map((list) => lists.get(name)!.get(list) ?? "");
    return `| [${name}](#${name}) | ${cells.join(" | ")} |`;
  });
  const rule = LISTS.map(() => "---").join(" | ");
  return [`| task | ${LISTS.join(" | ")} |`, `| --- | ${rule} |`, ...rows].join("\n");
}

const point = (values: readonly number[]) =>
  `(${values.map((x) => String(Number(x.toPrecision(6)))).join(", ")})`;

/** A box of points, told as far as there is one. */
function range(low: readonly number[], high: readonly number[]): string {
  return point(low) === point(high) ? point(low) : `${point(low)} to ${point(high)}`;
}

/** What is drawn for a task: the first three numbers, and the other three where there are six. */
function drawn({ variation: { low, high, apart } }: SawyerTask): string[][] {
  const rows = [["variation, numbers 0-2", range(low.slice(0, 3), high.slice(0, 3))]];
  if (low.length > 3) rows.push(["variation, numbers 3-5", range(low.slice(3), high.slice(3))]);
  if (!apart) return rows;
  const from = apart.goal ? `${point([...apart.goal])}` : "each other";
  rows.push(["drawn again when", `nearer to ${from} than ${apart.distance} along x and y`]);
  return rows;
}

function taskSection(task: SawyerTask): string {
  const { name, summary, succeeds, rewarded, scene, observed, hand, goalSpace } = task;
  const { low = HAND_LOW, high = HAND_HIGH } = hand;
  const objects =
    observed.length === 1 ? observed[0]! : observed.map((what, i) => `object ${i + 1}: ${what}`).join("; ");
  const rows = [
    ["observed", objects],
    ["succeeds when", succeeds],
    ["reward, version 2", rewarded],
    ...drawn(task),
    ["goal in the observation", `within ${range(goalSpace.low, goalSpace.high)}`],
    ["hand", `starts at ${point(hand.start)}, can be sent to ${range(low, high)}`],
    ["scene", `\`${scene}\``],
  ];
  const table = rows.map(([what, text]) => `| ${what} | ${text} |`);
  return [`### ${name}`, "", summary, "", "| what | value |", "| --- | --- |", ...table].join("\n");
}

/** Returns the whole page. */
export function metaworldDocs(): string {
  const sections = sawyerTasks.map(taskSection);
  return `${[HEAD, overview(memberships()), WORDS, ...sections].join("\n\n")}\n`;
}

const HEAD = `# Meta-World

<!-- written by npm run docs -->

A Sawyer arm at a table, and 50 things to do there: the benchmark of Yu et al. 2019
([arXiv 1910.10897](https://arxiv.org/abs/1910.10897)) in its version 3 (McLean et al. 2025,
[arXiv 2505.11289](https://arxiv.org/abs/2505.11289)). Lengths are in metres, but where a unit is named.
[Environments](environments.md) says what holds of all environments: episodes, batches, threads, evaluation.

\`\`\`sh
npx metagrad rollout metaworld/door-open --gif door.gif
npx metagrad bench envs/metaworld --json
npx metagrad check metaworld --golden DIR --assets DIR
\`\`\`

The last line replays recorded episodes of the original. They must be recorded with MuJoCo 3.14.0, the version that this
package has. The Python package pins MuJoCo 3.3.0, where episodes already begin otherwise: the hand is 0.16 mm away.

## Observation

| numbers | what |
| --- | --- |
| 0-2 | position of the hand, the body above the fingers |
| 3 | gap of the fingers: 1 open, 0 closed |
| 4-6, 7-10 | position and rotation of the first object; a rotation that is not observed is four zeros |
| 11-13, 14-17 | the same of the second object, zeros where there is none |
| 18-35 | numbers 0-17 of the step before; after a reset, of now |
| 36-38 | the goal, clipped to bounds that stand with each task, or zeros where it is hidden: in all ML benchmarks, and unless \`goalVisible\` is set |

The axes: x to the robot's right, y away from it, z up from the table. The order of a rotation's numbers differs from
task to task, as in the original: it stands with each task.

## Action, episode, reward

| what | value |
| --- | --- |
| action 0-2 | moves the hand by up to 1 cm a step along x, y, z; 1 is 1 cm |
| action 3 | 1 closes the fingers, −1 opens them |
| a step | 12.5 ms: five time steps of 2.5 ms |
| an episode | 500 steps; a success does not end it, unless \`endAtSuccess\` is set |
| reward, version 2 | in [0, 10] a step; 10 near the goal, which is not always where success begins |
| reward, version 1 | of 2019: up to some thousands, and negative too; \`reward: 1\` |
| info | success, nearObject, grasped, graspReward, inPlaceReward, objectToTarget |

Of the info, \`success\` is 0 or 1; \`graspReward\` and \`inPlaceReward\` are parts of the reward and \`objectToTarget\` is a
distance, as far as the original tells them: reach tells a distance as its graspReward, some tasks always 0 or 1.

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

All are in MT50; MT1 and ML1 are of any one of them. A task is its name and a \`variation\`: three numbers that place the
object, or what it is part of, and in most tasks three more that place the goal, each drawn uniformly.`;

const WORDS = `What "succeeds when" and "reward, version 2" say with few words:

| word | what it means |
| --- | --- |
| within 5 cm | of a success: at most 5 cm away; of a reward: nearer than that |
| nearness, full within r | 1 up to a distance of r, then 1 / (1 + 9 z²), z = (distance − r) / margin: 0.1 at the margin, which is in most tasks about the distance at the start. Gaussian: 0.1^(z²) |
| reach | nearness of the fingertips, that is, of the middle between them, to what is observed of the object |
| place | nearness to the goal of the point that success is judged by, full within 5 cm unless another distance is named |
| caged | nearness of both pads to the object's two sides along y ⊗ of the fingertips to it in x and z |
| closing | action 3, clipped to [0, 1] |
| grasp | (caged + grip) / 2; "with reach": (reach + grip) / 2; "by gaps": the grip is then how near the pads are to the object, once caged is above 0.95, whatever action 3 says |
| grip | caged ⊗ closing once caged is above 0.97, before that 0 |
| gap | number 3 of the observation: 1 open, 0 closed |
| at hand (2 cm) | the fingertips are within 2 cm of the object, and the gap is above 0, as nearly always |
| lifted (1 cm) | the object is higher by more than 1 cm than it was |
| lying | 1 as the object should lie, less the more it is turned |
| a ⊗ b | both: ab / (a + b − ab), Hamacher's product; 1 if both are 1, 0 if one is 0 |
| …, or 10 | instead of all that stands before it |

Where a formula is not whole here (funnels, margins), it is in the task's file in
[src/envs/metaworld/tasks](../src/envs/metaworld/tasks), with the original's quirks.`;

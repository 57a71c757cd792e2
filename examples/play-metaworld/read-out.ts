/** What is told of an episode: numbers, the curve of its rewards, and notices. */
import type { Player } from "./player.js";

const HORIZON = 500;
const find = <E extends Element>(id: string) => document.getElementById(id) as unknown as E;

const [goal, step, reward, notice] = ["goal", "step", "reward", "notice"].map((id) =>
  find<HTMLElement>(id),
) as [HTMLElement, HTMLElement, HTMLElement, HTMLElement];
const rewards = find<SVGPolylineElement>("rewards");
const reached = find<SVGLineElement>("reached");

/** Shows where an episode is. */
export function tell(player: Player): void {
  goal.textContent = `${player.goal + 1} of ${player.goals}`;
  step.textContent = `${player.rewards.length} of ${HORIZON}`;
  reward.textContent = `${(player.rewards.at(-1) ?? 0).toFixed(2)} of 10`;
  rewards.setAttribute("points", player.rewards.map((value, t) => `${t},${10 - value}`).join(" "));
  const { success } = player;
  reached.setAttribute("visibility", success === undefined ? "hidden" : "visible");
  for (const end of ["x1", "x2"]) reached.setAttribute(end, String(success ?? 0));
}

/** Says something in the scene; nothing takes it away. Read out, so only what is new is said. */
export function say(text: string, kind: "" | "success" | "failed" = ""): void {
  if (notice.textContent !== text) notice.textContent = text;
  notice.className = kind;
}

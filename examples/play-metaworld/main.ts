/** The page: which task, who acts, how fast, and what comes of it. */
import { sawyerTask, sawyerTasks } from "metagrad/envs";
import { Metaworld, Player, type Who } from "./player.js";
import { Stage } from "./stage.js";

const STEPS_PER_SECOND = 80;
const HORIZON = 500;
/** Seconds that an episode goes on after its success before the next one begins. */
const LINGER = 1.5;

const find = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const [task, who, speed] = ["task", "who", "speed"].map((id) => find<HTMLSelectElement>(id)) as [
  HTMLSelectElement,
  HTMLSelectElement,
  HTMLSelectElement,
];
const [play, next] = [find<HTMLButtonElement>("play"), find<HTMLButtonElement>("next")];
const [status, curve] = [find<HTMLOutputElement>("status"), find<HTMLCanvasElement>("curve")];

const held = new Set<string>();
const KEYS: Readonly<Record<string, readonly [axis: number, sign: number]>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [1, 1],
  ArrowDown: [1, -1],
  KeyW: [2, 1],
  KeyS: [2, -1],
};

let playing = true;

start().catch((error: Error) => {
  status.className = "failed";
  status.textContent = error.message;
});

async function start(): Promise<void> {
  for (const { name } of [...sawyerTasks].sort((a, b) => (a.name < b.name ? -1 : 1)))
    task.add(new Option(name));
  task.value = location.hash.slice(1) || "door-open";
  const metaworld = await Metaworld.load();
  const stage = new Stage(find<HTMLCanvasElement>("stage"));
  let player = open();

  function open(): Player {
    const opened = new Player(metaworld, task.value);
    find("summary").textContent = sawyerTask(task.value).summary;
    stage.build(opened.env);
    return opened;
  }
  const begin = (goal: number) => {
    player.begin(goal);
    stage.build(player.env);
  };

  task.addEventListener("change", () => {
    location.hash = task.value;
    player.env.close();
    player = open();
  });
  next.addEventListener("click", () => begin(player.goal + 1));
  play.addEventListener("click", () => {
    playing = !playing;
    play.textContent = playing ? "Pause" : "Play";
  });
  addEventListener("keydown", (event) => hold(event, true));
  addEventListener("keyup", (event) => hold(event, false));

  let due = 0;
  let last = performance.now();
  requestAnimationFrame(function frame(now) {
    const seconds = Math.min((now - last) / 1000, 0.1);
    last = now;
    if (playing) due += seconds * STEPS_PER_SECOND * Number(speed.value);
    for (; due >= 1 && !player.over; due--) player.step(who.value as Who, action());
    if (player.over) due = 0;
    const since = player.rewards.length - (player.success ?? Number.POSITIVE_INFINITY);
    const waits = who.value === "you" ? Number.POSITIVE_INFINITY : LINGER * STEPS_PER_SECOND;
    if (playing && (player.over || since > waits)) begin(player.goal + 1);
    stage.draw(player.env);
    tell(player);
    requestAnimationFrame(frame);
  });
}

function hold(event: KeyboardEvent, down: boolean): void {
  const known = event.code in KEYS || event.code === "Space";
  if (!known || who.value !== "you" || event.target instanceof HTMLSelectElement) return;
  event.preventDefault();
  if (down) held.add(event.code);
  else held.delete(event.code);
}

function action(): number[] {
  const moves = [0, 0, 0, held.has("Space") ? 1 : -1];
  for (const [key, [axis, sign]] of Object.entries(KEYS)) if (held.has(key)) moves[axis]! += sign;
  return moves;
}

function tell({ rewards, success, goal }: Player): void {
  const reward = (rewards.at(-1) ?? 0).toFixed(2);
  status.className = success ? "success" : "";
  const met = success ? `success at step ${success}` : "not there yet";
  status.textContent = `goal ${goal + 1} of 50, step ${rewards.length} of ${HORIZON}\nreward ${reward} of 10\n${met}`;
  const context = curve.getContext("2d")!;
  const { width, height } = curve;
  const style = getComputedStyle(document.documentElement);
  context.clearRect(0, 0, width, height);
  context.strokeStyle = style.getPropertyValue("--line");
  context.strokeRect(0.5, 0.5, width - 1, height - 1);
  context.strokeStyle = style.getPropertyValue(success ? "--good" : "--accent");
  context.lineWidth = 2;
  context.beginPath();
  rewards.forEach((value, t) => {
    context.lineTo((t / HORIZON) * width, height - 3 - (value / 10) * (height - 6));
  });
  context.stroke();
}

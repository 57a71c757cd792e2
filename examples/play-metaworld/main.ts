/** The page: which task, who acts, how fast, and what comes of it. */
import { Metaworld, sawyerTask, sawyerTasks } from "metagrad/envs";
import { Hand } from "./hand.js";
import { Player, type Who } from "./player.js";
import { say, tell } from "./read-out.js";
import { Stage } from "./stage.js";

const STEPS_PER_SECOND = 80;
/** Seconds that an episode goes on after its success before the next one begins. */
const LINGER = 1.5;
const FIRST = "door-open";

const find = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const select = (id: string) => find<HTMLSelectElement>(id);
const [task, who, speed, canvas] = [
  select("task"),
  select("who"),
  select("speed"),
  find<HTMLCanvasElement>("stage"),
];
const [play, pad, hint] = [find("play"), find("pad"), find("hint")];
const hand = new Hand(pad, find<HTMLButtonElement>("grip"));

const HINT = hint.textContent!;
const YOUR_HINT = `Arrows move the hand, W and S lift and lower it, space closes and opens the fingers. ${HINT}`;

let playing = true;
let stage: Stage | undefined;
let player: Player;
/** What is wrong with the address, if anything. */
let unknown = "";

start().catch((error: Error) => say(error.message, "failed"));

async function start(): Promise<void> {
  for (const { name } of [...sawyerTasks].sort((a, b) => (a.name < b.name ? -1 : 1)))
    task.add(new Option(name));
  if (isTask(asked())) task.value = asked();
  else task.value = FIRST;
  task.addEventListener("change", () => {
    location.hash = task.value;
  });
  const metaworld = await Metaworld.load();
  say("");
  try {
    stage = new Stage(canvas);
  } catch {
    find("blind").hidden = false;
  }

  addEventListener("hashchange", () => open(metaworld));
  who.addEventListener("change", takeOver);
  find("again").addEventListener("click", () => begin(player.goal));
  find("next").addEventListener("click", () => begin(player.goal + 1));
  play.addEventListener("click", () => {
    playing = !playing;
    play.textContent = playing ? "Pause" : "Play";
  });
  open(metaworld);
  run();
}

/** The task that the address names. */
function asked(): string {
  return location.hash.slice(1) || FIRST;
}

function isTask(name: string): boolean {
  return sawyerTasks.some((it) => it.name === name);
}

/** Opens the task that the address names; where there is none such, says so and stays with the one that is shown. */
function open(metaworld: Metaworld): void {
  if (!isTask(asked())) {
    unknown = `${problemWith(asked())} Showing ${task.value}.`;
    say(unknown, "failed");
    if (player) return;
  } else {
    unknown = "";
    task.value = asked();
  }
  player?.close();
  player = new Player(metaworld, task.value);
  say(unknown, "failed");
  find("summary").textContent = sawyerTask(task.value).summary;
  stage?.show(player.env);
}

function problemWith(name: string): string {
  try {
    sawyerTask(name);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

function begin(goal: number): void {
  player.begin(goal);
  say("");
}

/** Someone else acts. A person needs more time. */
function takeOver(): void {
  const you = who.value === "you";
  hand.active = you;
  pad.hidden = !you;
  hint.textContent = you ? YOUR_HINT : HINT;
  speed.value = you ? "0.25" : "1";
  if (you) canvas.focus({ preventScroll: true }); // else the arrows would choose who acts
  if (you) begin(player.goal);
}

/** Steps as time goes by, and draws. */
function run(): void {
  let due = 0;
  let last = performance.now();
  requestAnimationFrame(function frame(now) {
    const seconds = Math.min((now - last) / 1000, 0.1); // a page that was hidden does not catch up
    last = now;
    if (playing) due += seconds * STEPS_PER_SECOND * Number(speed.value);
    const action = hand.action(stage?.away ?? [-1, 0]);
    try {
      for (; due >= 1 && !player.over; due--) player.step(who.value as Who, action);
      if (player.over) due = 0;
      if (playing) goOn();
      stage?.draw(player.env);
    } catch (error) {
      say((error as Error).message, "failed");
      return;
    }
    tell(player);
    requestAnimationFrame(frame);
  });
}

/** Says what has become of an episode; a policy's is followed by the next, a person's waits. */
function goOn(): void {
  const { success, rewards, over, goal } = player;
  const you = who.value === "you";
  if (success !== undefined) say(`Success at step ${success}`, "success");
  else if (unknown) say(unknown, "failed");
  else if (over && you) say("The time is over. Again, or the next goal?");
  const lingers = LINGER * STEPS_PER_SECOND * Number(speed.value);
  const waited = success !== undefined && rewards.length - success > lingers;
  if (!you && (over || waited)) begin(goal + 1);
}

/**
 * Seaquest: a submarine shoots fish and submarines, picks up divers, and brings them to the surface before its oxygen
 * is gone.
 *
 * | what       | value                                                                                   |
 * | ---------- | --------------------------------------------------------------------------------------- |
 * | channels   | front and back of the submarine, friendly bullet, trail, enemy bullet, fish, enemy      |
 * |            | submarine, gauges of oxygen and of divers (in the bottom row), diver                     |
 * | actions    | all six; fire at most every fifth step                                                  |
 * | reward     | +1 for a fish or submarine shot; for six divers at the surface, 0 to 10 by the oxygen   |
 * | terminates | when an enemy or its bullet is met, the oxygen is gone, or it surfaces without a diver  |
 * | ramp       | with each surfacing enemies come more often, and every second time they move faster     |
 *
 * Source: see `game.ts`. Surfacing takes one diver, even after all six were delivered, as in the authors' code: so a
 * full delivery leaves −1, and seven divers make the next.
 *
 * @module
 */
import type { FloatArray } from "../env.js";
import {
  DOWN,
  type Draws,
  EDGE,
  FIRE,
  type Game,
  isInside,
  type LastStep,
  LEFT,
  NO_STEP,
  NONE,
  RIGHT,
  SIDE,
  steer,
  UP,
} from "./game.js";

const DEEPEST = 8;
const FULL_OXYGEN = 200;
const CREW = 6;
const SHOT_STEPS = 5;
const ENEMY_SHOT_STEPS = 10;
const DIVER_SPAWN_STEPS = 30;
const DIVER_MOVE_STEPS = 5;
const FIRST_SPAWN_STEPS = 20;
const FIRST_MOVE_STEPS = 5;
const FASTEST_MOVE_STEPS = 2;
const GAUGE = 10; // cells of the oxygen gauge
const CHANNELS = 10;

/** What crosses a row. */
interface Swimmer {
  x: number;
  readonly y: number;
  /** −1 to the left, 1 to the right. */
  readonly heading: number;
  /** Steps until it moves. */
  timer: number;
}

interface EnemySub extends Swimmer {
  /** Steps until it shoots. */
  shotTimer: number;
}

type Bullet = Omit<Swimmer, "timer">;

/** Lists are in the order of appearance. */
interface State extends LastStep {
  x: number;
  y: number;
  facesRight: boolean;
  oxygen: number;
  divers: number;
  atSurface: boolean;
  shotTimer: number;
  spawnInterval: number;
  spawnTimer: number;
  diverSpawnTimer: number;
  moveInterval: number;
  rampIndex: number;
  bullets: Bullet[];
  enemyBullets: Bullet[];
  fish: Swimmer[];
  subs: EnemySub[];
  swimmingDivers: Swimmer[];
}

export const seaquest: Game<State> = {
  summary: "Shoot what swims, and bring divers to the surface before the oxygen is gone.",
  channels: [
    "front",
    "back",
    "friendly bullet",
    "trail",
    "enemy bullet",
    "fish",
    "enemy submarine",
    "oxygen gauge",
    "diver gauge",
    "diver",
  ],
  minimalActions: [NONE, LEFT, UP, RIGHT, DOWN, FIRE],
  start,

  step(state, action, draws, ramps) {
    state.reward = 0;
    state.terminated = false;
    if (state.spawnTimer === 0) {
      spawnEnemy(state, draws);
      state.spawnTimer = state.spawnInterval;
    }
    if (state.diverSpawnTimer === 0) {
      const fromLeft = draws.chance(1 / 2);
      state.swimmingDivers.push(enter(fromLeft, 1 + draws.integer(DEEPEST), DIVER_MOVE_STEPS));
      state.diverSpawnTimer = DIVER_SPAWN_STEPS;
    }
    act(state, action);
    moveBullets(state);
    moveDivers(state);
    moveSubs(state);
    moveEnemyBullets(state);
    moveFish(state);
    if (state.spawnTimer > 0) state.spawnTimer--;
    if (state.diverSpawnTimer > 0) state.diverSpawnTimer--;
    if (state.shotTimer > 0) state.shotTimer--;
    breathe(state, ramps);
    return state;
  },

  draw(state, out) {
    const { x, y, facesRight, oxygen, divers } = state;
    mark(out, x, y, 0);
    mark(out, facesRight ? x - 1 : x + 1, y, 1);
    const filled = Math.floor((Math.max(0, oxygen) * GAUGE) / FULL_OXYGEN);
    for (let column = 0; column < filled; column++) mark(out, column, EDGE, 7);
    for (let column = EDGE - divers; column < EDGE; column++) mark(out, column, EDGE, 8);
    for (const { x, y } of state.bullets) mark(out, x, y, 2);
    for (const { x, y } of state.enemyBullets) mark(out, x, y, 4);
    drawSwimmers(out, state.fish, 5);
    drawSwimmers(out, state.subs, 6);
    drawSwimmers(out, state.swimmingDivers, 9);
  },
};

// Within a step lists are walked from the newest to the oldest, so that removing one leaves the rest in place.

function moveBullets(state: State): void {
  const { bullets, fish, subs } = state;
  for (let i = bullets.length - 1; i >= 0; i--) {
    const bullet = bullets[i]!;
    bullet.x += bullet.heading;
    if (!isInside(bullet.x)) {
      bullets.splice(i, 1);
    } else if (removeAt(fish, bullet) || removeAt(subs, bullet)) {
      bullets.splice(i, 1);
      state.reward++;
    }
  }
}

function moveDivers(state: State): void {
  const { swimmingDivers } = state;
  for (let i = swimmingDivers.length - 1; i >= 0; i--) {
    const diver = swimmingDivers[i]!;
    if (state.divers < CREW && isHere(state, diver)) {
      state.divers++;
      swimmingDivers.splice(i, 1);
    } else if (diver.timer > 0) {
      diver.timer--;
    } else {
      diver.timer = DIVER_MOVE_STEPS;
      diver.x += diver.heading;
      if (!isInside(diver.x)) {
        swimmingDivers.splice(i, 1);
      } else if (state.divers < CREW && isHere(state, diver)) {
        state.divers++;
        swimmingDivers.splice(i, 1);
      }
    }
  }
}

function moveSubs(state: State): void {
  const { subs, enemyBullets } = state;
  for (let i = subs.length - 1; i >= 0; i--) {
    const sub = subs[i]!;
    moveEnemy(state, subs, i);
    if (sub.shotTimer > 0) {
      sub.shotTimer--;
    } else {
      sub.shotTimer = ENEMY_SHOT_STEPS; // it shoots even where it has just been removed
      enemyBullets.push({ x: sub.x, y: sub.y, heading: sub.heading });
    }
  }
}

function moveFish(state: State): void {
  const { fish } = state;
  for (let i = fish.length - 1; i >= 0; i--) moveEnemy(state, fish, i);
}

function moveEnemy(state: State, enemies: Swimmer[], i: number): void {
  const enemy = enemies[i]!;
  if (isHere(state, enemy)) state.terminated = true;
  if (enemy.timer > 0) {
    enemy.timer--;
    return;
  }
  enemy.timer = state.moveInterval;
  enemy.x += enemy.heading;
  if (!isInside(enemy.x)) {
    enemies.splice(i, 1);
  } else if (isHere(state, enemy)) {
    state.terminated = true;
  } else if (removeAt(state.bullets, enemy)) {
    enemies.splice(i, 1);
    state.reward++;
  }
}

function moveEnemyBullets(state: State): void {
  const { enemyBullets } = state;
  for (let i = enemyBullets.length - 1; i >= 0; i--) {
    const bullet = enemyBullets[i]!;
    if (isHere(state, bullet)) state.terminated = true;
    bullet.x += bullet.heading;
    if (!isInside(bullet.x)) enemyBullets.splice(i, 1);
    else if (isHere(state, bullet)) state.terminated = true;
  }
}

function breathe(state: State, ramps: boolean): void {
  if (state.oxygen <= 0) state.terminated = true;
  if (state.y > 0) {
    state.oxygen--;
    state.atSurface = false;
  } else if (!state.atSurface) {
    if (state.divers === 0) state.terminated = true;
    else surface(state, ramps);
  }
}

function surface(state: State, ramps: boolean): void {
  state.atSurface = true;
  if (state.divers === CREW) {
    state.divers = 0;
    state.reward += Math.floor((state.oxygen * GAUGE) / FULL_OXYGEN);
  }
  state.oxygen = FULL_OXYGEN;
  state.divers--;
  if (ramps) ramp(state);
}

function isHere(state: State, { x, y }: { readonly x: number; readonly y: number }): boolean {
  return x === state.x && y === state.y;
}

function start(): State {
  return {
    ...NO_STEP,
    x: 5,
    y: 0,
    facesRight: false,
    oxygen: FULL_OXYGEN,
    divers: 0,
    atSurface: true,
    shotTimer: 0,
    spawnInterval: FIRST_SPAWN_STEPS,
    spawnTimer: FIRST_SPAWN_STEPS,
    diverSpawnTimer: DIVER_SPAWN_STEPS,
    moveInterval: FIRST_MOVE_STEPS,
    rampIndex: 0,
    bullets: [],
    enemyBullets: [],
    fish: [],
    subs: [],
    swimmingDivers: [],
  };
}

function enter(fromLeft: boolean, y: number, timer: number): Swimmer {
  return fromLeft ? { x: 0, y, heading: 1, timer } : { x: EDGE, y, heading: -1, timer };
}

function spawnEnemy({ fish, subs, moveInterval }: State, draws: Draws): void {
  const fromLeft = draws.chance(1 / 2);
  const isSub = draws.chance(1 / 3);
  const enemy = enter(fromLeft, 1 + draws.integer(DEEPEST), moveInterval);
  const comesAgainst = ({ y, heading }: Swimmer) => y === enemy.y && heading !== enemy.heading;
  if (fish.some(comesAgainst) || subs.some(comesAgainst)) return;
  if (isSub) subs.push({ ...enemy, shotTimer: ENEMY_SHOT_STEPS });
  else fish.push(enemy);
}

function act(state: State, action: number): void {
  if (action === FIRE) {
    if (state.shotTimer !== 0) return;
    state.bullets.push({ x: state.x, y: state.y, heading: state.facesRight ? 1 : -1 });
    state.shotTimer = SHOT_STEPS;
  } else if (action === LEFT || action === RIGHT) {
    state.facesRight = action === RIGHT;
    state.x = steer(state.x, action);
  } else if (action === UP) {
    state.y = Math.max(0, state.y - 1);
  } else if (action === DOWN) {
    state.y = Math.min(DEEPEST, state.y + 1);
  }
}

function ramp(state: State): void {
  if (state.spawnInterval <= 1 && state.moveInterval <= FASTEST_MOVE_STEPS) return;
  if (state.rampIndex % 2 === 1 && state.moveInterval > FASTEST_MOVE_STEPS) state.moveInterval--;
  if (state.spawnInterval > 1) state.spawnInterval--;
  state.rampIndex++;
}

/** Removes the oldest that is on a cell. @returns whether there was one */
function removeAt(
  list: { readonly x: number; readonly y: number }[],
  cell: { readonly x: number; readonly y: number },
): boolean {
  for (let i = 0; i < list.length; i++) {
    if (list[i]!.x !== cell.x || list[i]!.y !== cell.y) continue;
    list.splice(i, 1);
    return true;
  }
  return false;
}

function mark(out: FloatArray, x: number, y: number, channel: number): void {
  out[(y * SIDE + x) * CHANNELS + channel] = 1;
}

function drawSwimmers(out: FloatArray, swimmers: readonly Swimmer[], channel: number): void {
  for (const { x, y, heading } of swimmers) {
    mark(out, x, y, channel);
    if (isInside(x - heading)) mark(out, x - heading, y, 3);
  }
}

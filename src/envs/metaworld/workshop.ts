/**
 * Where Meta-World's episodes take place: the compiled scenes, and simulations of them that environments take and
 * give back.
 *
 * Bringing the hand to its start takes 250 time steps. How that ends depends on the task, and for some on where its
 * objects stand; it is computed once and then restored, bit for bit.
 *
 * @module
 */
import type { Mujoco } from "../mujoco/engine.js";
import type { Scene } from "../mujoco/scene.js";
import { Simulation } from "../mujoco/simulation.js";
import type { SceneName } from "./scenes/index.js";
import type { SawyerTask, Start } from "./task.js";
import { World } from "./world.js";

/** A simulation of a scene, and what tasks see of it. */
export interface Stage {
  readonly scene: SceneName;
  readonly simulation: Simulation;
  readonly world: World;
}

/** Time steps in which the hand is brought to its start. */
const SETTLING = 250;
/** Starts of episodes that are kept. */
const MOST_STARTS = 10_000;

export class Workshop {
  readonly #mujoco: Mujoco;
  readonly #load: (mujoco: Mujoco, name: SceneName) => Scene;
  readonly #scenes = new Map<SceneName, Scene>();
  readonly #idle = new Map<SceneName, Stage[]>();
  /** States a time step before the hand is at its start, by task, and by variation where it matters. */
  readonly #settled = new Map<string, Float64Array>();

  constructor(mujoco: Mujoco, load: (mujoco: Mujoco, name: SceneName) => Scene) {
    this.#mujoco = mujoco;
    this.#load = load;
  }

  /** Takes a simulation of a scene; `leave` gives it back. */
  enter(name: SceneName): Stage {
    const idle = this.#idle.get(name)?.pop();
    if (idle) return idle;
    const simulation = new Simulation(this.scene(name));
    return { scene: name, simulation, world: new World(simulation) };
  }

  leave(stage: Stage): void {
    const idle = this.#idle.get(stage.scene) ?? [];
    this.#idle.set(stage.scene, idle);
    idle.push(stage);
  }

  scene(name: SceneName): Scene {
    let scene = this.#scenes.get(name);
    if (!scene) {
      scene = this.#load(this.#mujoco, name);
      this.#scenes.set(name, scene);
    }
    return scene;
  }

  /** Brings a stage to the start of an episode. */
  begin({ simulation, world }: Stage, task: SawyerTask, variation: readonly number[]): Start {
    simulation.home();
    simulation.reset();
    task.start(world, variation); // what it moves is in its place while the hand comes
    simulation.reset();
    this.#settle(simulation, task, variation);
    world.tcpStart = world.tcp;
    return task.start(world, variation);
  }

  #settle(simulation: Simulation, task: SawyerTask, variation: readonly number[]): void {
    const key = `${task.name} ${variation.join()}`;
    const known = this.#settled.get(key);
    if (known) {
      simulation.restore(known);
      simulation.step(1); // frames are those of the last step but one, as after a run of all
      return;
    }
    simulation.mocapPos.set(task.hand.start);
    simulation.mocapQuat.set([1, 0, 1, 0]);
    simulation.ctrl.set([-1, 1]);
    simulation.step(SETTLING - 1);
    if (this.#settled.size >= MOST_STARTS) this.#settled.delete(this.#settled.keys().next().value!);
    this.#settled.set(key, simulation.save());
    simulation.step(1);
  }

  /** Frees all scenes and idle simulations. Nothing that was taken may be used afterwards. */
  close(): void {
    for (const stage of [...this.#idle.values()].flat()) stage.simulation.close();
    for (const scene of this.#scenes.values()) scene.close();
    this.#idle.clear();
    this.#scenes.clear();
    this.#settled.clear();
  }
}

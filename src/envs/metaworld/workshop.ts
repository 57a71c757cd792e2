/**
 * Where Meta-World's episodes take place: the compiled scenes, and simulations of them that environments take and
 * give back.
 *
 * Bringing the hand to its start takes 250 time steps. For most tasks it is done once; and how an episode of a task and a
 * variation begins is computed once, and then restored, bit for bit.
 *
 * @module
 */
import type { Mujoco } from "../mujoco/engine.js";
import type { Scene } from "../mujoco/scene.js";
import { type Places, Simulation } from "../mujoco/simulation.js";
import { CURRENT_SIZE, observeNow } from "./observation.js";
import type { SceneName } from "./scenes/index.js";
import type { SawyerTask, Start } from "./task.js";
import type { Vec3 } from "./vec3.js";
import { HAND_DOWN, World } from "./world.js";

/** A simulation of a scene, and what tasks see of it. */
export interface Stage {
  readonly scene: SceneName;
  readonly simulation: Simulation;
  readonly world: World;
}

/** The start of an episode, as it is restored. */
export interface Beginning {
  readonly start: Start;
  /** The first half of the first observation. Frames of the simulation may be a time step ahead of it. */
  readonly observed: Float64Array;
  readonly tcpStart: Vec3;
  readonly state: Float64Array;
  readonly places: Places;
}

/** Time steps in which the hand is brought to its start. */
const SETTLING = 250;
const OPEN = [-1, 1] as const;
/** Beginnings that are kept: some 2 KB each. */
const MOST_BEGINNINGS = 10_000;

export class Workshop {
  readonly #mujoco: Mujoco;
  readonly #load: (mujoco: Mujoco, name: SceneName) => Scene;
  readonly #scenes = new Map<SceneName, Scene>();
  readonly #idle = new Map<SceneName, Stage[]>();
  readonly #beginnings = new Map<string, Beginning>();
  /** States a time step before the hand is at its start, of tasks where that is the same for all variations. */
  readonly #handsBrought = new Map<string, Float64Array>();

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

  /** Brings a stage to the start of an episode: 0.05 ms when the variation is known, 0.2 ms when the task is, else some 30. */
  begin(stage: Stage, task: SawyerTask, variation: readonly number[]): Beginning {
    const { simulation, world } = stage;
    const key = `${task.name} ${variation.join()}`;
    const known = this.#beginnings.get(key);
    if (known) {
      simulation.arrange(known.places);
      simulation.reset();
      simulation.restore(known.state);
      simulation.kinematics();
      world.tcpStart = known.tcpStart;
      return { ...known, start: structuredClone(known.start) };
    }
    simulation.arrange([]);
    simulation.reset();
    simulation.framesOnly = true; // what follows from them is forgotten by the next reset
    try {
      task.start(world, variation); // what it moves is in its place while the hand comes
    } finally {
      simulation.framesOnly = false;
    }
    simulation.reset();
    this.#bringHand(simulation, task);
    world.tcpStart = world.tcp;
    const start = task.start(world, variation);
    const observed = new Float64Array(CURRENT_SIZE);
    observeNow(task, world, observed);
    const beginning = {
      start,
      observed,
      tcpStart: world.tcpStart,
      state: simulation.save(),
      places: simulation.places,
    };
    if (this.#beginnings.size >= MOST_BEGINNINGS) {
      this.#beginnings.delete(this.#beginnings.keys().next().value!);
    }
    this.#beginnings.set(key, { ...beginning, start: structuredClone(start) });
    return beginning;
  }

  #bringHand(simulation: Simulation, task: SawyerTask): void {
    const known = this.#handsBrought.get(task.name);
    if (known) simulation.restore(known);
    else {
      simulation.mocapPos.set(task.hand.start);
      simulation.mocapQuat.set(HAND_DOWN);
      simulation.ctrl.set(OPEN);
      simulation.step(SETTLING - 1);
      if (!task.settlesInPlace) this.#handsBrought.set(task.name, simulation.save());
    }
    simulation.step(1); // so that frames are those of the last step but one, as after all of them
  }

  /** Frees all scenes and idle simulations. Nothing that was taken may be used afterwards. */
  close(): void {
    for (const stage of [...this.#idle.values()].flat()) stage.simulation.close();
    for (const scene of this.#scenes.values()) scene.close();
    this.#idle.clear();
    this.#scenes.clear();
    this.#beginnings.clear();
    this.#handsBrought.clear();
  }
}

/**
 * The 36 scenes of the 50 tasks, made of boxes, balls, cylinders and capsules.
 *
 * They are the original's, without its meshes and textures: names, frames, joints, masses, inertias, contacts and
 * options are equal, so that the same task runs on either. Each file's `Differs:` says where a mesh that touches things
 * is now made of simple shapes.
 *
 * Source: the compiled scenes of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import * as puck from "./puck.js";
import { type Objects, scene } from "./scene.js";

const SCENES = {
  pick_place_v3: puck.pickPlace,
  pick_place_wall_v3: puck.pickPlaceWall,
  push_back_v3: puck.pushBack,
  push_v3: puck.push,
  push_wall_v3: puck.pushWall,
  reach_v3: puck.reach,
  reach_wall_v3: puck.reachWall,
} as const satisfies Record<string, Objects>;

/** As the original's files are called. */
export type SceneName = keyof typeof SCENES;

export const sceneNames = Object.keys(SCENES) as readonly SceneName[];

/** The scene as MJCF, which MuJoCo compiles in some milliseconds. */
export function sceneXml(name: SceneName): string {
  return scene(name, SCENES[name]);
}

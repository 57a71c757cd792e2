/**
 * The 36 scenes of the 50 tasks, made of boxes, balls, cylinders and capsules.
 *
 * They are the original's, without its meshes and textures: names, frames, joints, masses, inertias, contacts and
 * options are equal, so that the same task runs on either. The header of each file says in `Differs:` where a mesh that
 * touches things is now made of simple shapes.
 *
 * Source: the compiled scenes of Farama-Foundation/Metaworld@7ea2b50
 * Differs: nameless bodies that stand are merged with the bodies around them; what stands weighs nothing in particular.
 *
 * @module
 */
import { assemblyPeg } from "./assembly-peg.js";
import { basketball } from "./basketball.js";
import { binPicking } from "./bin-picking.js";
import { box } from "./box.js";
import * as button from "./button-press.js";
import { coffee } from "./coffee.js";
import { dial } from "./dial.js";
import { doorLock, doorPull } from "./door.js";
import { drawer } from "./drawer.js";
import { faucet } from "./faucet.js";
import { hammer } from "./hammer.js";
import { handlePress, handlePressSideways } from "./handle-press.js";
import { leverPull } from "./lever-pull.js";
import { pegInsertionSide } from "./peg-insertion-side.js";
import { pegUnplugSide } from "./peg-unplug-side.js";
import { pickOutOfHole } from "./pick-out-of-hole.js";
import { plateSlide, plateSlideSideway } from "./plate-slide.js";
import * as puck from "./puck.js";
import { type Objects, scene } from "./scene.js";
import { shelfPlacing } from "./shelf-placing.js";
import { soccer } from "./soccer.js";
import { stick } from "./stick.js";
import { sweep } from "./sweep.js";
import { tableWithHole } from "./table-with-hole.js";
import { window } from "./window.js";

const SCENES = {
  assembly_peg: assemblyPeg,
  basketball,
  bin_picking: binPicking,
  box,
  button_press: button.buttonPress,
  button_press_topdown: button.buttonPressTopdown,
  button_press_topdown_wall: button.buttonPressTopdownWall,
  button_press_wall: button.buttonPressWall,
  coffee,
  dial,
  door_lock: doorLock,
  door_pull: doorPull,
  drawer,
  faucet,
  hammer,
  handle_press: handlePress,
  handle_press_sideways: handlePressSideways,
  lever_pull: leverPull,
  peg_insertion_side: pegInsertionSide,
  peg_unplug_side: pegUnplugSide,
  pick_out_of_hole: pickOutOfHole,
  pick_place_v3: puck.pickPlace,
  pick_place_wall_v3: puck.pickPlaceWall,
  plate_slide: plateSlide,
  plate_slide_sideway: plateSlideSideway,
  push_back_v3: puck.pushBack,
  push_v3: puck.push,
  push_wall_v3: puck.pushWall,
  reach_v3: puck.reach,
  reach_wall_v3: puck.reachWall,
  shelf_placing: shelfPlacing,
  soccer,
  stick_obj: stick,
  sweep_v3: sweep,
  table_with_hole: tableWithHole,
  window_horizontal: window,
} as const satisfies Record<string, Objects>;

/** As the original's files are called. */
export type SceneName = keyof typeof SCENES;

export const sceneNames = Object.keys(SCENES) as readonly SceneName[];

/** The scene as MJCF, which MuJoCo compiles in some milliseconds. */
export function sceneXml(name: SceneName): string {
  return scene(name, SCENES[name]);
}

/**
 * Take a nut off a peg, by the wrench that holds it.
 *
 * Quirk: the second half of the variation, a goal, only keeps the first from being near it.
 *
 * Checked against: envs/sawyer_disassemble_peg_v3.py, policies/sawyer_disassemble_v3_policy.py
 *
 * @module
 */
import { caging } from "../caging.js";
import { approach, pickDistance, progress } from "../rewards-v1.js";
import { defineTask, float32, type Start } from "../task.js";
import { longTail } from "../tolerance.js";
import { add, distance, distanceXy, lift, vec3 } from "../vec3.js";
import { observeWrench, onWrench, WRENCH, wrenchOutcome } from "./assembly.js";

/** How high the first version wants the nut lifted. */
const LIFT = 0.05;

interface DisassembleStart extends Start {
  /** Height of the nut at the start. */
  readonly height: number;
}

export const disassemble = defineTask<DisassembleStart>({
  name: "disassemble",
  summary: "Take a nut off a peg by its wrench. Nut and peg are in different places.",
  succeeds: "the handle of the wrench is more than 15 cm higher than the nut was placed",
  rewarded:
    "(2 grasp + 6 way) · lying, or 10 at success; way = 0.1 for a nut higher than 2 cm + 0.9 nearness, " +
    "full within 2 cm, to the point 25 cm over where it was placed; lying falls to 0 at a turn of 46°",
  scene: "assembly_peg",
  hand: { start: float32(0, 0.4, 0.2) },
  variation: {
    low: [0, 0.6, 0.025, -0.1, 0.6, 0.1699],
    high: [0.1, 0.75, 0.02501, 0.1, 0.75, 0.1701],
    apart: { distance: 0.1 },
  },
  settlesInPlace: true,
  goalSpace: { low: [-0.1, 0.6, 0.1749], high: [0.1, 0.75, 0.1751] },
  observed: ["handle of the wrench; rotation of the nut (w, x, y, z)"],
  observe: observeWrench,
  start(world, variation) {
    const object = vec3(variation);
    world.placeBody("peg", lift(object, 0.03));
    world.simulation.forward();
    world.placeObject(object);
    return { object, target: lift(object, 0.15), height: world.body("RoundNut")[2] };
  },
  outcome(world, start) {
    const { target } = start;
    const nut = world.site("RoundNut");
    const near = longTail(distance(lift(target, 0.1), nut), 0, 0.02, 0.2);
    const inPlace = 0.1 * Number(nut[2] > 0.02) + 0.9 * near;
    const grasp = caging(world, start, onWrench(world), { ...WRENCH, density: "high" });
    return wrenchOutcome(world, grasp, inPlace, world.object[2] > target[2]);
  },
  rewardV1(world, { object: peg, target, height }) {
    const grip = world.object;
    const nut = world.body("RoundNut");
    const liftTo = height + LIFT;
    const reach = distance(grip, world.tcp);
    const x = distance(grip, target);
    const dropped = grip[2] < height + 0.005 && x > 0.02 && reach > 0.02;
    const picked = grip[2] >= liftTo - 0.01 && reach < 0.04 && !dropped;
    const carried = picked && reach < 0.03 ? Math.max(progress(x, pickDistance(peg, target, liftTo)), 0) : 0;
    const off = Math.abs(nut[0] - peg[0]) > 0.05 || Math.abs(nut[1] - peg[1]) > 0.05;
    if (off) return 100 * liftTo + carried;
    let reward = approach(world, grip, { near: 0.04, rise: 2 }) + carried;
    if (picked) reward += 100 * liftTo;
    else if (reach < 0.04 && grip[2] > height + 0.005) reward += 100 * Math.min(liftTo, grip[2]);
    return reward;
  },
  policy({ hand, object }) {
    const wrench = add(object, [-0.02, 0, 0.01]);
    const away = distanceXy(hand, wrench) > 0.02;
    const above = Math.abs(hand[2] - wrench[2]);
    const grip = away || above > 0.07 ? 0 : 0.8;
    if (away) return { to: lift(wrench, 0.1), gain: 10, grip };
    if (above > 0.03) return { to: wrench, gain: 10, grip };
    return { to: lift(hand, 0.1), gain: 10, grip };
  },
});

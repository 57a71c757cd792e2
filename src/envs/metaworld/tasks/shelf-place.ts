/**
 * Put a block onto a shelf.
 *
 * Quirk: in the space under and behind the goal the way is worth less, or nothing, only for a block that is held;
 * the product with the grasp is that of before.
 *
 * Checked against: envs/sawyer_shelf_place_v3.py, policies/sawyer_shelf_place_v3_policy.py
 *
 * @module
 */
import { caging, type Grasp, isHeld } from "../caging.js";
import { type PickStart, pickReward, pickStart } from "../rewards-v1.js";
import { defineTask, float32 } from "../task.js";
import { hamacher, longTail } from "../tolerance.js";
import { add, clamp, distance, distanceXy, isNear, lift, type Vec3 } from "../vec3.js";

/** How high the first version wants the block before it is carried. */
const LIFT = 0.04;
/** The space under the board: how high it is, how wide to each side, and how far before the goal it begins. */
const UNDER = { height: 0.24, side: 0.15, before: 3 * 0.05 };

export const shelfPlace = defineTask<PickStart>({
  name: "shelf-place",
  summary: "Pick a block up and put it onto a shelf.",
  succeeds: "the block is within 7 cm of the goal on the shelf",
  rewarded:
    "grip ⊗ place, + 1 + 5 place when at hand (2.5 cm) and lifted (1 cm); 10 within 5 cm; " +
    "this second place is less in the space under the board, from 15 cm before the goal on, " +
    "and 0 behind the goal",
  scene: "shelf_placing",
  hand: { start: float32(0, 0.6, 0.2) },
  variation: {
    low: [-0.1, 0.5, 0.019, -0.1, 0.8, 0.299],
    high: [0.1, 0.6, 0.021, 0.1, 0.9, 0.301],
    apart: { distance: 0.1 },
  },
  goalSpace: { low: [-0.1, 0.8, 0.299], high: [0.1, 0.9, 0.301] },
  observed: ["block (x, y, z, w)"],
  observe: (world) => [{ position: world.body("obj"), rotation: world.geomRotation("objGeom") }],
  start(world, [x, y, , shelfX, shelfY, goalZ]) {
    const object = [x!, y!, world.body("obj")[2]] as const; // as it has settled
    const shelf = [shelfX!, shelfY!, goalZ! - 0.3] as const;
    world.placeBody("shelf", shelf);
    world.simulation.forward();
    const target = lift(shelf, 0.3);
    world.placeObject(object);
    return pickStart(object, target, world.geom("objGeom")[2], LIFT);
  },
  outcome(world, start) {
    const { object } = world;
    const { target } = start;
    const reach = distance(object, world.tcp);
    const x = distance(object, target);
    const free = longTail(x, 0, 0.05, distance(start.object, target));
    const options = { radius: 0.02, pad: 0.05, xz: 0.01, density: "none" } as const;
    const grasp = caging(world, start, object, options);
    const { value: inPlace, round } = wayToShelf(object, target, { value: free, round: grasp.round });
    let reward = hamacher(grasp.value, free, grasp.round);
    if (reach < 0.025 && world.gripper > 0 && object[2] - 0.01 > start.object[2])
      reward = round(reward + round(1 + 5 * inPlace));
    if (x < 0.05) reward = 10;
    return {
      reward,
      success: x <= 0.07,
      nearObject: reach <= 0.03,
      grasped: isHeld(world, start),
      graspReward: grasp.value,
      inPlaceReward: inPlace,
      objectToTarget: x,
    };
  },
  rewardV1: (world, start) => pickReward(world, { ...start, object: world.object, lift: LIFT }),
  policy({ hand, object, goal }) {
    const block = add(object, [-0.005, 0, 0.015]);
    const grip = isNear(hand, object, 0.04, 0.15) ? 0.7 : -1;
    const to = (place: Vec3) => ({ to: place, gain: 25, grip });
    if (distanceXy(hand, block) > 0.04) return to(lift(block, 0.3));
    if (Math.abs(hand[2] - block[2]) > 0.04) return to(block);
    if (Math.abs(hand[0] - goal[0]) > 0.02) return to([goal[0], hand[1], 0.3]);
    return to(hand[2] < 0.3 ? lift(hand, 0.3) : add(hand, [0, 0.05, 0]));
  },
});

/** What is left of the way's worth under the board, less and less, and behind the goal. */
function wayToShelf([x, y, z]: Vec3, target: Vec3, free: Grasp): Grasp {
  const { height, side, before } = UNDER;
  const under = z > 0 && z < height && x > target[0] - side && x < target[0] + side;
  if (!under || y === target[1]) return free;
  if (y > target[1]) return { value: 0, round: free.round };
  const from = target[1] - before;
  if (y <= from) return free;
  const loss = hamacher((y - from) / before, (height - z) / height);
  return { value: clamp(free.value - loss, 0, 1), round: (sum) => sum }; // a float64 of NumPy's
}

/**
 * Reach a point behind a wall: reaching, in another scene. The puck on the table does not matter.
 *
 * Checked against: envs/sawyer_reach_wall_v3.py, policies/sawyer_reach_wall_v3_policy.py
 *
 * @module
 */
import type { SawyerTask } from "../task.js";
import { lift } from "../vec3.js";
import { reach } from "./reach.js";

export const reachWall: SawyerTask = {
  ...reach,
  name: "reach-wall",
  summary: "Reach a goal position behind a wall.",
  scene: "reach_wall_v3",
  variation: {
    low: [-0.05, 0.6, 0.015, -0.05, 0.85, 0.05],
    high: [0.05, 0.65, 0.015, 0.05, 0.9, 0.3],
    apart: { distance: 0.15 },
  },
  goalSpace: { low: [-0.05, 0.85, 0.05], high: [0.05, 0.9, 0.3] },
  outcome: (world, start) => ({
    ...reach.outcome(world, start),
    nearObject: false,
    grasped: false,
    graspReward: 0,
  }),
  policy({ hand, goal }) {
    const [x, y, z] = hand;
    const beforeWall = x >= -0.1 && x <= 0.3 && y >= 0.6 && y <= 0.8 && z < 0.25;
    return { to: beforeWall ? lift(goal, 1) : goal, gain: 5, grip: 0 };
  },
};

import { expect, test } from "vitest";
import { longTail } from "../tolerance.js";
import { stickPush } from "./stick-push.js";

test("with the stick held, nearness of the stick and of the thermos are paid by 5 and 3 beside 2, and 10 at the goal", () => {
  const start = { target: [0.4, 0.6, 0.13], stick: [-0.05, 0.6, 0.02], object: [0.2, 0.6, 0] };
  const outcome = (object: number[], object2: number[]) =>
    stickPush.outcome(
      {
        object,
        object2,
        tcp: [object[0]! + 0.015, object[1]!, object[2]!],
        gripper: 0.5,
        touching: () => true,
      } as never,
      start as never,
    );
  const [stick, thermos] = [
    [0.085, 0.6, 0.13],
    [0.25, 0.6, 0.13],
  ];
  const held = outcome(stick, thermos);
  const near = (x: number, margin: number) => longTail(x, 0, 0.12, margin);
  const inPlace = near(0.3, Math.hypot(0.45, 0.11) - 0.12);
  const pushed = near(0.15, Math.hypot(0.2, 0.13) - 0.12);
  expect(pushed).toBeGreaterThan(0.1);
  expect(held.reward).toBeCloseTo(2 + 5 * inPlace + 3 * pushed, 6);
  expect(outcome(stick, [0.35, 0.6, 0.13]).reward).toBe(10);
});

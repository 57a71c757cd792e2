/**
 * Where nothing may be drawn: in transforms that run a function once for many, one draw would stand for all.
 *
 * Held here, below everything that draws, because transforms are built on tensors, and streams on nothing.
 *
 * @module
 */
import { MetaError } from "../errors.js";

let refusing: string | undefined;

/**
 * Runs `body` with all draws refused.
 *
 * @param transform names the transform in errors
 */
export function withoutDraws<R>(transform: string, body: () => R): R {
  const outer = refusing;
  refusing = transform;
  try {
    return body();
  } finally {
    refusing = outer;
  }
}

/**
 * Says that something is about to be drawn.
 *
 * @param what such as `gaussian: samples`
 * @throws MetaError inside of a transform, which would draw once for many elements, or once for all calls
 */
export function expectDraw(what: string, remedy: string): void {
  if (refusing === undefined) return;
  throw new MetaError(
    `${what} must be drawn outside of ${refusing}, got a call inside, which would draw only once. ${remedy}`,
  );
}

/**
 * Checks of numeric options: each names who asked, what was expected and what came.
 *
 * A number that is NaN, infinite or of the wrong sign would turn parameters into NaN many steps later.
 *
 * @module
 */
import { ConfigError } from "../errors.js";

/** @throws ConfigError unless the value is a finite number */
export function expectFinite(who: string, value: number): void {
  expect(Number.isFinite(value), `${who} must be a finite number`, value);
}

/** @throws ConfigError unless the value is a finite number >= 0 */
export function expectNotNegative(who: string, value: number): void {
  expect(Number.isFinite(value) && value >= 0, `${who} must be a finite number >= 0`, value);
}

/** @throws ConfigError unless the value is > 0; Infinity stands for no limit */
export function expectPositive(who: string, value: number): void {
  expect(typeof value === "number" && value > 0, `${who} must be > 0`, value);
}

/** The share of a running mean that stays. @throws ConfigError unless the value is in [0, 1) */
export function expectShare(who: string, value: number): void {
  expect(typeof value === "number" && value >= 0 && value < 1, `${who} must be in [0, 1)`, value);
}

/** @throws ConfigError unless the value is an integer >= `least` */
export function expectInteger(who: string, value: number, least: number): void {
  expect(Number.isInteger(value) && value >= least, `${who} must be an integer >= ${least}`, value);
}

function expect(isFit: boolean, expected: string, got: unknown): void {
  if (!isFit) throw new ConfigError(`${expected}, got ${typeof got === "string" ? `"${got}"` : String(got)}`);
}

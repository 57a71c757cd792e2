/**
 * MJCF, MuJoCo's scene format, written from TypeScript: XML whose numbers come back bit for bit.
 *
 * @module
 */
import { EnvError } from "../../errors.js";

/** What an attribute may be. Left out where undefined. */
type Value = string | number | boolean | readonly number[] | undefined;

export type Attributes = Readonly<Record<string, Value>>;

/**
 * Writes an element with its children inside, indented.
 *
 * @throws EnvError for a number that is not finite, by element and attribute
 * @example element("geom", { type: "sphere", size: 0.03, pos: [0, 0.6, 0.02] })
 */
export function element(name: string, attributes: Attributes = {}, ...children: readonly string[]): string {
  const head = [name];
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) head.push(`${key}="${text(value, `${name} ${key}`)}"`);
  }
  const inside = children.filter((child) => child !== "");
  if (inside.length === 0) return `<${head.join(" ")}/>`;
  return `<${head.join(" ")}>\n${inside.join("\n").replace(/^/gm, "  ")}\n</${name}>`;
}

function text(value: Exclude<Value, undefined>, where: string): string {
  if (typeof value === "string") return value.replace(/[&<>"]/g, (sign) => ESCAPED[sign]!);
  if (typeof value === "boolean") return String(value);
  const numbers = typeof value === "number" ? [value] : value;
  const bad = numbers.find((number) => !Number.isFinite(number));
  if (bad !== undefined) throw new EnvError(`mjcf: ${where} must be finite, got ${bad}`);
  return numbers.join(" "); // JavaScript writes the shortest digits that read back as the same number
}

const ESCAPED: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * Damages of JSON that leave it JSON, or nearly: other types, missing and repeated keys, NaN.
 *
 * @module
 */
import type { Rng } from "../../src/random/index.js";
import { damageBytes, pick } from "./damage.js";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What JSON.stringify cannot write: put in as a text, and bared afterwards. */
const BARE = ["NaN", "Infinity", "-Infinity", "1e999", "-0", "01", "undefined", "9007199254740993"];
/** Deeper than the stack of whoever goes through it by calling itself. */
const DEEP = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
const mark = (bare: string) => `bare:${bare}`;

const WRONG: readonly Json[] = [
  ...[null, true, false, 0, -1, 0.5, 1e300, 2 ** 53, 4294967296],
  ...["", "x", "__proto__", "1", [], {}, [null], [[]], [1, 2, 3], { a: 1 }, "🜁".repeat(3), "\ud800"],
  ...[...BARE, DEEP].map(mark),
];

/** Returns JSON of which one to three values or keys are others, and now and then a text that is damaged as bytes. */
export function damageJson(text: string, rng: Rng): string {
  if (rng.chance(0.2)) return new TextDecoder().decode(damageBytes(new TextEncoder().encode(text), rng));
  let root = JSON.parse(text) as Json;
  for (let edits = 1 + rng.integer(3); edits > 0; edits--) root = editOne(root, rng);
  const json = JSON.stringify(root).replaceAll(/"bare:([^"]*)"/g, "$1");
  return rng.chance(0.1) ? repeatKey(json, rng) : json;
}

/** The value itself, and where it stands. */
interface Place {
  readonly parent: Json[] | { [key: string]: Json } | undefined;
  readonly key: string;
  readonly depth: number;
}

function editOne(root: Json, rng: Rng): Json {
  const places: Place[] = [{ parent: undefined, key: "", depth: 0 }];
  const visit = (value: Json, depth: number) => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      places.push({ parent: value, key, depth });
      visit(child, depth + 1);
    }
  };
  visit(root, 1);
  const depth = rng.integer(1 + Math.max(...places.map((it) => it.depth))); // else long arrays get all edits
  const { parent, key } = pick(
    places.filter((it) => it.depth === depth),
    rng,
  );
  const wrong = structuredClone(pick(WRONG, rng));
  if (parent === undefined) return wrong;
  if (Array.isArray(parent)) editArray(parent, Number(key), wrong, rng);
  else editObject(parent, key, wrong, rng);
  return root;
}

function editArray(array: Json[], at: number, wrong: Json, rng: Rng): void {
  const kind = rng.integer(4);
  if (kind === 0) array.splice(at, 1);
  else if (kind === 1) array.splice(at, 0, structuredClone(array[at]!));
  else if (kind === 2) array.length = at;
  else array[at] = wrong;
}

function editObject(object: { [key: string]: Json }, key: string, wrong: Json, rng: Rng): void {
  const kind = rng.integer(5);
  if (kind === 0) delete object[key];
  else if (kind === 1) object[pick(["extra", "__proto__", "constructor", "", `${key} `], rng)] = wrong;
  else if (kind === 2) object[key] = structuredClone(pick(Object.values(object), rng));
  else object[key] = wrong;
}

/** Writes a key a second time, which JSON.parse takes for the first. */
function repeatKey(json: string, rng: Rng): string {
  const keys = [...json.matchAll(/"(?:[^"\\]|\\.)*":/g)];
  if (keys.length === 0) return json;
  const { index, 0: key } = pick(keys, rng);
  return `${json.slice(0, index)}${key}0,${json.slice(index)}`;
}

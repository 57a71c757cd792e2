/**
 * Files of JSON, read and compared with what they must hold. What is wrong is named by file and field.
 *
 * @module
 */
import type { z } from "zod";
import { FormatError, suggestion } from "../errors.js";
import { readText } from "./files.js";

/** Reads a file of JSON. @throws FormatError that names the field, MetaError */
export function readJson<T>(file: string, schema: z.ZodType<T>): T {
  return checkFields(parseJson(readText(file), file), schema, file);
}

/** Deeper than any file here; JSON.stringify has a stack for some thousands. */
const DEEPEST = 200;

/** Parses JSON. @param file the text's, for messages. @throws FormatError */
export function parseJson(text: string, file: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${file}: ${notJson(text, String(error))}`);
  }
  if (isWithin(DEEPEST, json)) return json;
  throw new FormatError(`${file}: expected at most ${DEEPEST} levels of JSON, got more`);
}

function isWithin(levels: number, json: unknown): boolean {
  if (typeof json !== "object" || json === null) return true;
  return levels > 0 && Object.values(json).every((it) => isWithin(levels - 1, it));
}

/** Says what a text is instead of JSON. @param complaint the parser's */
function notJson(text: string, complaint: string): string {
  if (text.trim() === "") return "expected JSON, got an empty file";
  const bare = /(?<=[[:,]\s*)-?(?:NaN|Infinity)\b/.exec(text);
  if (bare !== null && /token '?[NI]|minus sign/.test(complaint)) {
    const before = text.slice(0, bare.index);
    const field = [...before.matchAll(/"([^"\\]{1,80})"\s*:/g)].at(-1)?.[1];
    const line = before.split("\n").length;
    return `${field === undefined ? "" : `${field}: `}expected finite numbers, got ${bare[0]} on line ${line}, which JSON does not have`;
  }
  if (/end of JSON|Unterminated/.test(complaint)) return "expected JSON, got a part of it. It is torn";
  return "expected JSON, got something else";
}

/** Compares JSON with what it must be. @throws FormatError that names the first field that is wrong */
export function checkFields<T>(json: unknown, schema: z.ZodType<T>, file: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const { path, problem } = describeIssue(issue!, json);
  throw new FormatError(`${file}: ${path === "" ? "the content" : path} ${problem}`);
}

/** Says which field of `root` is wrong, and what it must be: `inner.lr`, `must be > 0, got -1`. */
export function describeIssue(issue: z.core.$ZodIssue, root: unknown): { path: string; problem: string } {
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    return { path: path === "" ? key : `${path}.${key}`, problem: "is not a field" };
  }
  return { path, problem: problemOf(issue, valueAt(root, issue.path)) };
}

function problemOf(issue: z.core.$ZodIssue, value: unknown): string {
  const got = show(value);
  switch (issue.code) {
    case "too_small":
      return `must be ${issue.inclusive ? ">=" : ">"} ${issue.minimum}${unit(issue.origin)}, got ${got}`;
    case "too_big":
      return `must be ${issue.inclusive ? "<=" : "<"} ${issue.maximum}${unit(issue.origin)}, got ${got}`;
    case "invalid_type":
      return `must be ${typeName(issue.expected)}, got ${got}`;
    case "invalid_value":
      return `must be one of ${issue.values.join(", ")}, got ${got}.${suggestion(String(value), issue.values.map(String))}`;
    case "invalid_union":
      return `must be ${alternatives(issue.errors)}, got ${got}`;
    default:
      return `${issue.message.replace(/^Invalid input/, "must be something else")}, got ${got}`;
  }
}

function typeName(expected: string): string {
  if (expected === "int") return "an integer";
  if (expected === "record") return "an object";
  if (expected === "tuple") return "an array";
  return `${/^[aeiou]/.test(expected) ? "an" : "a"} ${expected}`;
}

/** Names what a union accepts, as far as its own types go. */
function alternatives(errors: readonly (readonly z.core.$ZodIssue[])[]): string {
  const names = errors.flatMap(([issue]) => {
    if (issue?.path.length !== 0) return [];
    if (issue.code === "invalid_type") return [typeName(issue.expected)];
    return issue.code === "invalid_value" ? issue.values.map(String) : [];
  });
  return names.length === 0 ? "of another form" : [...new Set(names)].join(" or ");
}

/** Says what a size counts: items, characters, or nothing for a number. */
function unit(origin: string): string {
  return origin === "array" || origin === "string"
    ? ` ${origin === "array" ? "items" : "characters"} long`
    : "";
}

const LONGEST = 80;

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (node, name) => (node as Record<PropertyKey, unknown> | undefined)?.[name],
    root,
  );
}

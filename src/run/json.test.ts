import { expect, test } from "vitest";
import { z } from "zod";
import { FormatError } from "../errors.js";
import { checkFields, parseJson } from "./json.js";

test.each<[what: string, text: string, message: string]>([
  ["nothing", " \n", "expected JSON, got an empty file"],
  ["another file", "<html>", "expected JSON, got something else"],
  ["a torn file", '{"a": [1, 2', "expected JSON"],
  ["a torn text", '{"a": "b', "expected JSON, got a part of it. It is torn"],
  [
    "NaN, as Python writes it",
    '{"a": 1,\n"loss": [0.5, NaN]}',
    "loss: expected finite numbers, got NaN on line 2, which JSON does not have",
  ],
  ["an infinity", '{"loss": -Infinity}', "loss: expected finite numbers, got -Infinity on line 1"],
  [
    "too many levels",
    `${"[".repeat(300)}${"]".repeat(300)}`,
    "expected at most 200 levels of JSON, got more",
  ],
])("%s is refused by name", (_, text, message) => {
  expect(() => parseJson(text, "a.json")).toThrow(FormatError);
  expect(() => parseJson(text, "a.json")).toThrow(`a.json: ${message}`);
});

const schema = z.strictObject({
  name: z.string(),
  kind: z.enum(["plain", "odd"]),
  seeds: z.array(z.int().min(0)),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  margin: z.union([z.number(), z.tuple([z.number(), z.number()])]),
  sums: z.record(z.string(), z.number()),
});
const whole = { name: "a", kind: "odd", seeds: [1], interval: null, margin: 1, sums: { loss: 1 } };

test.each<[change: object, message: string]>([
  [{ name: undefined }, "name must be a string, got nothing"],
  [{ name: 7 }, "name must be a string, got 7"],
  [{ kind: "plane" }, 'kind must be one of plain, odd, got "plane". Did you mean plain?'],
  [{ seeds: [0, -1] }, "seeds.1 must be >= 0, got -1"],
  [{ seeds: [0.5] }, "seeds.0 must be an integer, got 0.5"],
  [{ seeds: {} }, "seeds must be an array, got {}"],
  [{ interval: [1] }, "interval must be >= 2 items long, got [1]"],
  [{ margin: "1" }, 'margin must be a number or an array, got "1"'],
  [{ sums: { loss: null } }, "sums.loss must be a number, got null"],
  [{ sums: { loss: Number.POSITIVE_INFINITY } }, "sums.loss must be a number, got Infinity"],
  [{ extra: 1 }, "extra is not a field"],
  [{ name: ["x".repeat(100)] }, `name must be a string, got ["${"x".repeat(78)}…`],
])("a wrong field is named, with what it must be and what it is: %j", (change, message) => {
  expect(checkFields(whole, schema, "a.json")).toEqual(whole);
  expect(() => checkFields({ ...whole, ...change }, schema, "a.json")).toThrow(FormatError);
  expect(() => checkFields({ ...whole, ...change }, schema, "a.json")).toThrow(`a.json: ${message}`);
});

test("content of another kind is refused", () => {
  expect(() => checkFields([], schema, "a.json")).toThrow("a.json: the content must be an object, got []");
});

/** Files of other people's writers, and what is in them: test/golden/formats. */
import { readFileSync } from "node:fs";
import type { ElementType } from "../elements.js";

/** What NumPy or PyTorch says of an array; NaN and infinities as strings. */
export interface GoldenArray {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}

/** A file with what is in it, or with a part of the message that refuses it. */
export type GoldenFile<Content> = { readonly name: string; readonly bytes: string } & (
  | (Content & { readonly error?: undefined })
  | { readonly error: string }
);

export function readGolden<Content>(format: string): GoldenFile<Content>[] {
  return JSON.parse(
    readFileSync(new URL(`../../../test/golden/formats/${format}.json`, import.meta.url), "utf8"),
  );
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** As plain values, for comparison with what a decoder returns. */
export function expectedValues({ data }: GoldenArray): number[] {
  return data.map((x) =>
    x === "nan" ? Number.NaN : x === "inf" ? Infinity : x === "-inf" ? -Infinity : Number(x),
  );
}

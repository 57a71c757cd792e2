/**
 * What the published drawings of Omniglot are, pixel by pixel, so that damaged or altered ones are found
 * however their archives were packed.
 *
 * Source: the PNG files of `images_background.zip` and `images_evaluation.zip`, brendenlake/omniglot
 */
import { createHash } from "node:crypto";
import { type ImageLayout, omniglotAlphabets } from "../data/index.js";
import { FormatError } from "../errors.js";
import type { StoredClass } from "./image-store.js";

const FULL_SIZE = 105;

/** For each alphabet in the official order, the first 8 digits of the SHA-256 of its characters' digests. */
const DIGESTS =
  "bc5cab31 f36fc1a2 2ccdabf6 dad72a50 ed9a6d47 a90a86c3 f14f0b83 91ab0213 5420bdde 1f5eb629 " +
  "bdee2d22 0e7a1c9b 7dbce002 fce4f49b 75bcf80c 81d96b07 748da5b5 f4ddc118 f1295c50 9387b965 " +
  "ebb3ce4d 57c09c4f 2e60f7a2 9bbf38db 49e2f3cb fb190bfc d2bcf9ab 9b1ce161 d0e5e97c e0d0d2e6 " +
  "d3a481a5 2e6b0d87 ca9db3ac 8fbabdef 55e59405 2cce4789 a1b78eea 7c68ee58 4712a17a d9a9cb0e " +
  "0c9594a0 0247667e aadc34c0 87a58131 8d1c618b b4a76b0a ebe01de8 bbab31e5 68c289db 8514552c";

/** Compares decoded drawings with the published ones. @throws FormatError that names the alphabets that differ */
export function checkOmniglot({ height }: ImageLayout, classes: readonly StoredClass[]): void {
  if (height !== FULL_SIZE) return; // smaller images are made of these
  const published = DIGESTS.split(" ");
  const found = alphabetDigests(classes);
  const different = omniglotAlphabets().filter((_, k) => found[k] !== published[k]);
  if (different.length === 0) return;
  const names = different.slice(0, 5).map(({ name }) => name);
  const more =
    different.length > names.length ? ` and ${different.length - names.length} more alphabets` : "";
  throw new FormatError(
    `omniglot: expected the published drawings, got others for ${names.join(", ")}${more}. Get the official archives`,
  );
}

/** Returns the digest of each alphabet. */
function alphabetDigests(classes: readonly StoredClass[]): string[] {
  return omniglotAlphabets().map(({ first, characters }) => {
    const digests = classes.slice(first, first + characters).map(({ sha256 }) => sha256);
    return createHash("sha256").update(digests.join(" ")).digest("hex").slice(0, 8);
  });
}

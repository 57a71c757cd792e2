/**
 * NumPy's archives: a zip of npy files, each array under its name with `.npy` added.
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.savez.html
 * Checked against: NumPy 2.4.6, savez and savez_compressed (see test/golden/formats)
 * Differs: files are written with the date 1 January 1980, so that the same arrays give the same bytes, and without
 * the Zip64 extension: an array has at most 4 GiB.
 *
 * @module
 */
import { type Zippable, zipSync } from "fflate";
import { ConfigError, FormatError } from "../errors.js";
import { decodeNpy, encodeNpy, type NpyArray } from "./npy.js";
import { isUnicode } from "./unicode.js";
import { readZip } from "./zip.js";

export interface NpzOptions {
  /** Deflate the arrays. Default: false. */
  readonly compress?: boolean;
}

const EXTENSION = ".npy";
const OLDEST = "1980-01-01T00:00:00"; // the first day that zip knows
const LARGEST = 2 ** 32 - 1;
const LONGEST_NAME = 65_535;
const UNIX = 3; // where a backslash belongs to the name

/** Returns the bytes of an archive. @throws ShapeError, ConfigError */
export function encodeNpz(
  arrays: ReadonlyMap<string, NpyArray>,
  { compress = false }: NpzOptions = {},
): Uint8Array {
  const files: Zippable = {};
  let total = 0;
  for (const [name, array] of arrays) {
    const file = name + EXTENSION;
    checkName(name, file);
    const bytes = encodeNpy(array);
    total += bytes.length;
    files[file] = [bytes, { os: UNIX }];
  }
  if (total > LARGEST) {
    throw new ConfigError(
      `encodeNpz: arrays must have less than 4 GiB together, got ${total} bytes. Use safetensors`,
    );
  }
  return zipSync(files, { level: compress ? 6 : 0, mtime: OLDEST });
}

function checkName(name: string, file: string): void {
  if (name === "") throw new ConfigError("encodeNpz: expected a name for each array, got an empty one");
  if (!isUnicode(file) || new TextEncoder().encode(file).length > LONGEST_NAME) {
    throw new ConfigError(
      `encodeNpz: expected names in Unicode of at most ${LONGEST_NAME} bytes, got ${JSON.stringify(name.slice(0, 80))}`,
    );
  }
}

/**
 * Returns the arrays of an archive, stored or deflated, in its order.
 *
 * @param name the file's, for error messages
 * @throws FormatError also for files in it that are no arrays
 */
export function decodeNpz(bytes: Uint8Array, name = "npz"): Map<string, NpyArray> {
  const archive = readZip(bytes, name, { maxBytes: LARGEST });
  return new Map(
    archive.names.map((file) => {
      if (!file.endsWith(EXTENSION))
        throw new FormatError(`${name}: expected files of arrays, ….npy, got ${file}`);
      return [file.slice(0, -EXTENSION.length), decodeNpy(archive.read(file), `${name}: ${file}`)] as const;
    }),
  );
}

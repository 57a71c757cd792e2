/** Small folders and archives of classes, for tests. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { zipSync } from "fflate";
import { encodePng } from "../../formats/index.js";

/** Image k of class c is 4 x 4 pixels of the gray 10 c + k modulo 256. Class c has `images + c` images. */
export function classFiles(classes: number, images: number): Record<string, Uint8Array> {
  const pngs = Array.from({ length: 256 }, (_, gray) =>
    encodePng({ width: 4, height: 4, channels: 1, data: new Uint8Array(16).fill(gray) }),
  );
  const files: Record<string, Uint8Array> = {};
  for (let c = 0; c < classes; c++) {
    for (let k = 0; k < images + c; k++) {
      files[`class${c}/${String(k).padStart(4, "0")}.png`] = pngs[(10 * c + k) % 256]!;
    }
  }
  return files;
}

/** Writes files to a folder. */
export function writeFolder(dir: string, files: Readonly<Record<string, Uint8Array>>): string {
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), bytes);
  }
  return dir;
}

/** Writes files to a zip archive. */
export function writeZip(file: string, files: Readonly<Record<string, Uint8Array>>): string {
  writeFileSync(file, zipSync({ ...files }));
  return file;
}

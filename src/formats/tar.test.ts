import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTar } from "./tar.js";

const hasTar = spawnSync("tar", ["--version"]).status === 0;

/** An archive of these files, made by the system's tar. */
function archive(format: string, files: Record<string, string>): Uint8Array {
  const dir = mkdtempSync(join(tmpdir(), "metagrad-tar-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(dir, "in", name, ".."), { recursive: true });
    writeFileSync(join(dir, "in", name), content);
  }
  const { status, stderr } = spawnSync("tar", [`--format=${format}`, "-cf", "out.tar", "-C", "in", "."], {
    cwd: dir,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return readFileSync(join(dir, "out.tar"));
}

const files = {
  "empty.txt": "",
  "deep/er/a.txt": "a",
  [`${"long/".repeat(40)}name.txt`]: "x".repeat(1500),
};

test.skipIf(!hasTar).each(["gnu", "pax"])("files of the %s format come back", (format) => {
  const read = readTar(archive(format, files), "t.tar");
  const decoded = [...read].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]);
  expect(Object.fromEntries(decoded)).toEqual(files);
});

test("what is no archive, or cut off, is refused", () => {
  expect(() => readTar(new Uint8Array(1024).fill(65), "a.tar")).toThrow(
    "a.tar: expected a tar header at byte 0",
  );
  expect(() => readTar(new Uint8Array(10), "a.tar")).toThrow("a.tar: expected a tar archive, got 10 bytes");
  if (hasTar) {
    const whole = archive("gnu", { "a.txt": "x".repeat(1500) });
    expect(() => readTar(whole.subarray(0, 1600), "a.tar")).toThrow(/It is cut off/);
  }
});

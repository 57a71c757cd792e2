// @module-tag slow
/** `metagrad data`, from the outside. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodePng } from "../formats/index.js";
import { bin, fromSource } from "./testing/process.js";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "metagrad-cli-data-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs a command in `dir`, which holds the data too. */
function metagrad(args: string) {
  const env = {
    ...process.env,
    METAGRAD_SOURCE: fromSource,
    METAGRAD_DATA: join(dir, "data"),
    NO_COLOR: "1",
    NODE_OPTIONS: "",
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, "data", ...args.split(" ")], {
    cwd: dir,
    env,
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}

test("a folder of classes is added, listed, checked, and refused when it is damaged", () => {
  for (const [k, name] of ["cat", "dog"].entries()) {
    mkdirSync(join(dir, "pets", name), { recursive: true });
    const data = new Uint8Array(12).fill(100 * k);
    for (const file of ["1.png", "2.png"]) {
      writeFileSync(join(dir, "pets", name, file), encodePng({ width: 2, height: 2, channels: 3, data }));
    }
  }
  const path = join(dir, "data", "pets-2x2.images");
  const added = metagrad("add folder --name pets --from pets --size 2");
  expect(added).toMatchObject({ code: 0, stdout: `${path}\n` });

  const [pets, omniglot] = metagrad("list --json")
    .stdout.trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(pets).toMatchObject({ name: "pets", added: true, path, classes: 2, images: 4, size: "2x2x3" });
  expect(omniglot).toMatchObject({ name: "omniglot", added: false });
  expect(metagrad("list").stdout).toMatch(
    /^ {2}pets +2x2x3, 2 classes, 4 images, 0 MB, .*\n {2}omniglot +not added: /,
  );

  expect(metagrad("check")).toMatchObject({ code: 0, stdout: `ok  pets  ${pets.checksum}  ${path}\n` });
  const bytes = readFileSync(path);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(path, bytes);
  expect(metagrad("check pets")).toMatchObject({
    code: 1,
    stdout: "",
    stderr: `error: ${path}: the checksum of class dog is wrong. Add the data set again by \`metagrad data add\`\n`,
  });
});

test("mistakes are one line each, with what to do", () => {
  const error = (args: string) => {
    const { code, stderr } = metagrad(args);
    return `${code} ${stderr.trim()}`;
  };
  expect(error("add omniglt --from x")).toBe(
    "2 error: data add: omniglt is not a set that is known. Did you mean omniglot?",
  );
  expect(error("add omniglot --from x")).toMatch(
    /^1 error: omniglot: expected images_background\.zip, .* Get it from/,
  );
  expect(error("add folder --from x")).toMatch(/^2 error: data add folder: --name must be .*, got no --name/);
  expect(error("add folder --name omniglot --from x")).toMatch(/^2 .* not the name of a known set/);
  expect(error("add folder --name a --from x")).toBe(
    "2 error: data add folder: --size is needed, e.g. --size 84",
  );
  expect(error("add cifar-fs --gray --from x")).toBe(
    "2 error: data add cifar-fs: --name and --gray are for folder",
  );
  expect(error("check pest")).toMatch(/^2 error: data check: pest is not there\. /);
  expect(error("ad")).toMatch(/^2 error: unknown command 'ad'\n\(Did you mean add\?\)$/);
});

/** The package as a stranger has it: packed from a copy of this tree, and installed beside its dependencies. */
import { execFileSync } from "node:child_process";
import { cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What a clone does not have. */
const IGNORED = [".git", "node_modules", "dist", "runs", "coverage", ".cache"];

/** Copies the tree as a clone has it, without a build, into a new folder. */
export function cloneTree(): string {
  const clone = mkdtempSync(join(tmpdir(), "metagrad-clone-"));
  for (const name of readdirSync(root).filter((it) => !IGNORED.includes(it) && !it.endsWith(".tgz")))
    cpSync(join(root, name), join(clone, name), { recursive: true, verbatimSymlinks: true });
  symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
  return clone;
}

/** Runs npm in a folder. @returns what it printed @throws Error with what it complained about */
export function npm(folder: string, ...args: readonly string[]): string {
  return execFileSync("npm", args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
}

/**
 * Installs a tarball in a new folder as npm would, without a registry: its files, and a link to each package of the
 * lockfile that it depends on.
 */
export function installTarball(tarball: string): {
  readonly home: string;
  readonly dependencies: readonly string[];
} {
  const home = mkdtempSync(join(tmpdir(), "metagrad-home-"));
  const metagrad = join(home, "node_modules/metagrad");
  mkdirSync(metagrad, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", metagrad, "--strip-components=1"]);
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const dependencies = Object.keys(packages).filter((path) => path !== "" && !packages[path].dev);
  for (const path of dependencies) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    symlinkSync(join(root, path), join(home, path));
  }
  return { home, dependencies: dependencies.map((path) => join(root, path)) };
}

/** Returns the bytes that a folder takes on a disk of 4 kB blocks. */
export function diskBytes(path: string): number {
  const BLOCK = 4096;
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return Math.ceil(stat.size / BLOCK) * BLOCK;
  return readdirSync(path).reduce((sum, name) => sum + diskBytes(join(path, name)), BLOCK);
}

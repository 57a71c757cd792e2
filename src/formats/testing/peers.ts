/** Other people's readers of our files, where Python has them: test/peers.py. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../../test/peers.py", import.meta.url));
const python = process.env.METAGRAD_PYTHON ?? "python3";

/** A file, and what else its reader needs. */
export interface Request {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly [more: string]: unknown;
}

/** Whether these modules can be imported. */
export function hasModules(...modules: readonly string[]): boolean {
  try {
    execFileSync(python, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Lets a reader read files. @throws Error where one fails */
export function askPeer<Answer>(kind: string, requests: readonly Request[]): Answer[] {
  const folder = mkdtempSync(join(tmpdir(), "metagrad-peers-"));
  try {
    for (const { file, bytes } of requests) writeFileSync(join(folder, file), bytes);
    writeFileSync(
      join(folder, "requests.json"),
      JSON.stringify(requests.map(({ bytes: _, ...rest }) => rest)),
    );
    const output = execFileSync(python, [script, kind, folder], {
      encoding: "utf8",
      maxBuffer: 2 ** 30,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return output
      .trimEnd()
      .split("\n")
      .map((line) => {
        const answer = JSON.parse(line);
        if (answer.error !== undefined) throw new Error(answer.error);
        return answer;
      });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Ticker } from "./ticker.js";

const dir = mkdtempSync(join(tmpdir(), "metagrad-ticker-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Computes until something holds, as a compiler does: no event is handled meanwhile. */
function computeUntil(holds: () => boolean): void {
  while (!holds());
}

test("seconds are counted while this thread computes, and not once it was stopped", () => {
  const file = join(dir, "terminal");
  const fd = openSync(file, "w+");
  const written = () => readFileSync(file, "utf8");
  const ticker = new Ticker(fd);
  ticker.start("compiling", 11);
  computeUntil(() => written().includes("\r\u001b[2Kcompiling ")); // cut to the terminal's width
  ticker.stop();
  const before = written();
  ticker.start("evaluating", 80);
  computeUntil(() => written().includes("\r\u001b[2Kevaluating  2 s"));
  ticker.stop();
  expect(written().slice(before.length)).not.toContain("compiling");
  closeSync(fd);
}, 30_000);

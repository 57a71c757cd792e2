/** Results against targets, as rows of tables. */
import type { WorkResult } from "./race.js";
import { leastShare, MOST_WARM_MS, mostFirstMs, type SpeedTarget, speedTargets } from "./targets.js";

export type Verdict = "aim reached" | "reached" | "MISSED" | "not measured";

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Ours and the peers'. A target is judged on the line of the fastest peer that it names. */
export function speedTable(results: readonly WorkResult[]): Table {
  return {
    head: ["work", "ours, ms", "peer", "its ms", "its / ours", "at least", "aim", "verdict"],
    rows: results.flatMap(({ work, ours, peers, skipped }) => {
      const targets = speedTargets.filter(({ works }) => works.includes(work));
      const judged = new Map(
        targets.map((target) => {
          const fastest = peers
            .filter(({ name }) => target.against.includes(name))
            .sort((a, b) => a.ms - b.ms)[0];
          return [fastest?.name ?? target.against[0]!, target];
        }),
      );
      const measured = peers.map(({ name, version, ms, ratio }) => [
        version,
        showMs(ms),
        ratio.toFixed(2),
        ...judgement(judged.get(name), ratio),
      ]);
      const absent = skipped.map(({ name }) => [name, "–", "–", ...judgement(judged.get(name), undefined)]);
      const rows = [...measured, ...absent];
      if (rows.length === 0) rows.push(["–", "–", "–", "", "", ""]);
      return rows.map((row, i) => [i === 0 ? work : "", i === 0 ? showMs(ours.ms) : "", ...row]);
    }),
  };
}

function judgement(target: SpeedTarget | undefined, ratio: number | undefined): string[] {
  if (!target) return ["", "", ""];
  const { atLeast, aim } = target;
  return [String(atLeast), aim === undefined ? "" : String(aim), judge(ratio, atLeast, aim)];
}

export function judge(ratio: number | undefined, atLeast: number, aim?: number): Verdict {
  if (ratio === undefined) return "not measured";
  if (aim !== undefined && ratio >= aim) return "aim reached";
  return ratio >= atLeast ? "reached" : "MISSED";
}

/** Whole steps against the peak of this path, and how soon they are at full speed. */
export function stepTable(results: readonly WorkResult[]): Table {
  return {
    head: [
      "work",
      "GFLOP/s",
      "peak",
      "share",
      "at least",
      "first call, ms",
      "at most",
      "full speed after, ms",
      "at most",
      "arena, MiB",
      "verdict",
    ],
    rows: results.map(({ work, ours: { gflops, peakGflops, firstMs, warmMs, arenaMiB } }) => {
      const share = gflops / peakGflops;
      const most = mostFirstMs(work);
      const missed = [
        ...(share < leastShare(work) ? ["share"] : []),
        ...(most !== undefined && firstMs > most ? ["first call"] : []),
        ...(warmMs > MOST_WARM_MS ? ["full speed"] : []),
      ];
      return [
        work,
        gflops.toFixed(1),
        peakGflops.toFixed(1),
        percent(share),
        percent(leastShare(work)),
        showMs(firstMs),
        most === undefined ? "" : String(most),
        showMs(warmMs),
        String(MOST_WARM_MS),
        arenaMiB.toFixed(1),
        missed.length === 0 ? "reached" : `MISSED: ${missed.join(", ")}`,
      ];
    }),
  };
}

/** The dearest kernels of each work; GFLOP/s count one operation a lane. */
export function kernelTable(results: readonly WorkResult[]): Table {
  return {
    head: ["work", "kernel", "calls", "ms", "share", "GFLOP/s"],
    rows: results.flatMap(({ work, ours: { hot } }) =>
      hot.map(({ label, calls, ms, share, gflops }, i) => [
        i === 0 ? work : "",
        label,
        String(calls),
        showMs(ms),
        percent(share),
        gflops > 0 ? gflops.toFixed(1) : "–",
      ]),
    ),
  };
}

export function showMs(ms: number): string {
  return ms >= 1000 ? ms.toFixed(0) : ms.toPrecision(3);
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(0)}%`;
}

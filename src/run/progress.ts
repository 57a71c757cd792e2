/**
 * How far a run is: on a terminal one line that changes, elsewhere a plain line now and then.
 *
 *     maml-2017/sinusoid  12,300 / 70,000  18%  2,891 steps/s  20 s left  train/queryLoss 0.9312
 *
 * Where nothing can be counted, a terminal shows what is being done and for how long; elsewhere nothing is written.
 *
 *     maml-2017/sinusoid  compiling  4 s
 *
 * @module
 */

import { Ticker } from "./ticker.js";

/** What is reported of a run. */
export interface ProgressState {
  readonly label: string;
  readonly step: number;
  readonly steps: number;
  /** Time of this session. */
  readonly seconds: number;
  /** The headline metric, once there is one. */
  readonly headline?: readonly [name: string, value: number];
  /** What is counted. Default: steps. */
  readonly unit?: string;
}

export interface Progress {
  update(state: ProgressState): void;
  /** Says what is being done from now on, until the next update or the end; on a terminal only. */
  phase(text: string): void;
  /** Prints a line that stays. */
  note(text: string): void;
  /** Clears the changing line. */
  end(): void;
}

/** The part of a stream that progress writes to. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Where a thread can write to it, too. */
  readonly fd?: number;
  write(text: string): unknown;
}

export const silentProgress: Progress = { update() {}, phase() {}, note() {}, end() {} };

const PLAIN_SECONDS = 10;
const TTY_SECONDS = 0.1;
const PACE_SECONDS = 5;
const FIRST_SECONDS = 1; // without a pace

/** Shows progress on a stream. @param stream standard error, so that standard output stays for results */
export function showProgress(stream: ProgressStream, clock: () => number = seconds): Progress {
  const terminal = stream.isTTY === true;
  const interval = terminal ? TTY_SECONDS : PLAIN_SECONDS;
  let last = terminal ? Number.NEGATIVE_INFINITY : clock();
  let shown = false;
  let lastLine = "";
  let pace: ProgressState | undefined;
  let base: ProgressState | undefined;
  const ticker = terminal && stream.fd !== undefined ? new Ticker(stream.fd) : undefined;
  const columns = () => stream.columns || 80;
  const clear = () => {
    ticker?.stop();
    if (shown) stream.write("\r\u001b[2K");
    shown = false;
  };
  const show = (line: string) => {
    ticker?.stop();
    stream.write(`\r\u001b[2K${line.slice(0, columns() - 1)}`);
    shown = true;
  };
  return {
    update(state) {
      // the pace of the last seconds: the first step, which compiles, would spoil a mean over all
      if (base === undefined || state.step < base.step) base = pace = state;
      else if (state.seconds - pace!.seconds >= PACE_SECONDS) [base, pace] = [pace!, state];
      const now = clock();
      if (now - last < interval && state.step < state.steps) return;
      const line = progressLine(state, base);
      if (line === lastLine) return;
      last = now;
      lastLine = line;
      if (!terminal) stream.write(`${line}\n`);
      else show(line);
    },
    phase(text) {
      if (!terminal) return;
      show(text);
      ticker?.start(text, columns());
      lastLine = text;
    },
    note(text) {
      clear();
      stream.write(`${text}\n`);
    },
    end: clear,
  };
}

/** The line, without anything that only a terminal understands. @param since when the pace is counted from */
export function progressLine(
  { label, step, steps, seconds, headline, unit = "steps" }: ProgressState,
  since: { readonly step: number; readonly seconds: number },
): string {
  const passed = seconds - since.seconds;
  const rate = passed >= FIRST_SECONDS ? (step - since.step) / passed : 0;
  const parts = [
    label,
    `${count(step)} / ${count(steps)}`,
    `${Math.floor((100 * step) / Math.max(steps, 1))}%`,
  ];
  if (rate > 0)
    parts.push(
      `${showRate(rate)} ${unit}/s`,
      step < steps ? `${showDuration((steps - step) / rate)} left` : "done",
    );
  if (headline) parts.push(`${headline[0]} ${headline[1].toPrecision(4)}`);
  return parts.join("  ");
}

/** `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function showDuration(duration: number): string {
  const total = Math.max(1, Math.round(duration));
  if (total < 60) return `${total} s`;
  if (total < 3600) return `${Math.floor(total / 60)} min ${total % 60} s`;
  return `${Math.floor(total / 3600)} h ${Math.floor((total % 3600) / 60)} min`;
}

function showRate(rate: number): string {
  return rate >= 10 ? count(Math.round(rate)) : rate.toPrecision(2);
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}

function seconds(): number {
  return performance.now() / 1000;
}

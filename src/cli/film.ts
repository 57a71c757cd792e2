/** An episode as pictures: an animation, and a strip. */
import { drawEnv, type Env, hasPictures } from "../envs/index.js";
import { ConfigError } from "../errors.js";
import { encodeGif } from "../formats/index.js";
import { drawLabel, filmStrip, type Raster } from "../render/index.js";

export interface FilmOptions {
  /** Where the animation goes, and the strip. */
  readonly gif?: string;
  readonly png?: string;
  /** Width of a picture in pixels; the height is three quarters of it. */
  readonly size: number;
}

/** Time from picture to picture, at least: 25 a second. Players take what is much less for a tenth of a second. */
const LEAST_MS = 40;
const MOST_MS = 100;
/** How long a turn is shown of a world that has no time of its own: slow enough to be followed. */
const TURN_MS = 100;

/** How often pictures are taken, and how long each is shown, so that a film plays in the time of its world. */
export interface Pace {
  /** From picture to picture. */
  readonly steps: number;
  /** A multiple of 10, as GIF has it. */
  readonly delayMs: number;
}

/** Returns the pace of the most pictures whose delay is exact; where none is, the one that is closest to it. */
export function filmPace(stepSeconds: number | undefined): Pace {
  if (stepSeconds === undefined) return { steps: 1, delayMs: TURN_MS };
  const stepMs = 1000 * stepSeconds;
  const first = Math.max(1, Math.ceil(LEAST_MS / stepMs - 1e-9));
  const last = Math.max(first, Math.floor(MOST_MS / stepMs));
  const paces = Array.from({ length: last - first + 1 }, (_, k) => {
    const steps = first + k;
    const delayMs = Math.max(20, 10 * Math.round((steps * stepMs) / 10));
    return { steps, delayMs, error: Math.abs(delayMs / (steps * stepMs) - 1) };
  });
  const best = Math.min(...paces.map(({ error }) => error));
  const { steps, delayMs } = paces.find(({ error }) => error < best + 1e-6)!;
  return { steps, delayMs };
}

export class Film {
  readonly #env: Env;
  readonly #options: FilmOptions;
  readonly #pace: Pace;
  readonly #frames: { readonly step: number; readonly raster: Raster }[] = [];

  /** @throws ConfigError if there are no pictures of the environment */
  constructor(env: Env, options: FilmOptions) {
    if (!hasPictures(env)) {
      throw new ConfigError(
        `--${options.gif === undefined ? "png" : "gif"}: expected an environment with a physics engine, got ${env.spec.name}`,
      );
    }
    this.#env = env;
    this.#pace = filmPace(env.spec.stepSeconds);
    this.#options = options;
  }

  /** Takes a picture after step t = 0, 1, …, if it is time. */
  take(t: number): void {
    if (t % this.#pace.steps !== 0) return;
    const { size } = this.#options;
    const raster = drawEnv(this.#env, { width: size, height: Math.round(size * 0.75) });
    this.#frames.push({ step: t + 1, raster });
  }

  /** Returns the files and their bytes. */
  develop(): [path: string, bytes: Uint8Array][] {
    const { gif, png } = this.#options;
    const rasters = this.#frames.map(({ raster }) => raster);
    const files: [string, Uint8Array][] = [];
    if (png !== undefined) {
      const label = (frame: number) => `step ${this.#frames[frame]!.step}`;
      files.push([png, filmStrip(rasters, { label })]);
    }
    if (gif !== undefined) {
      for (const { step, raster } of this.#frames) drawLabel(raster, `step ${step}`);
      files.push([gif, encodeGif(rasters, { delay: this.#pace.delayMs })]);
    }
    return files;
  }
}

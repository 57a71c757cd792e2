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

/** Steps from one picture to the next: 50 ms of Meta-World. */
const STEPS = 4;
const DELAY_MS = 50;

export class Film {
  readonly #env: Env;
  readonly #options: FilmOptions;
  readonly #frames: { readonly step: number; readonly raster: Raster }[] = [];

  /** @throws ConfigError if there are no pictures of the environment */
  constructor(env: Env, options: FilmOptions) {
    if (!hasPictures(env)) {
      throw new ConfigError(
        `--${options.gif === undefined ? "png" : "gif"}: expected an environment with a physics engine, got ${env.spec.name}`,
      );
    }
    this.#env = env;
    this.#options = options;
  }

  /** Takes a picture after step t = 0, 1, …, if it is time. */
  take(t: number): void {
    if (t % STEPS !== 0) return;
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
      files.push([gif, encodeGif(rasters, { delay: DELAY_MS })]);
    }
    return files;
  }
}

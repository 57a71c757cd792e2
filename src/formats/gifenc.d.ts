/** What we use of gifenc 1.0.3, which comes without types. */
declare module "gifenc" {
  export type Rgb = readonly [red: number, green: number, blue: number];

  export interface FrameOptions {
    /** The palette of the whole file, in the first frame; that of this frame only, in others. */
    readonly palette?: readonly Rgb[];
    /** In milliseconds; the file has hundredths of a second. */
    readonly delay?: number;
    /** In the first frame: how often all is repeated; 0 is for ever, −1 is never. */
    readonly repeat?: number;
    /** Whether pixels of `transparentIndex` show what was there before. */
    readonly transparent?: boolean;
    readonly transparentIndex?: number;
    /** 1: the next frame is drawn over this one. */
    readonly dispose?: number;
  }

  export interface Encoder {
    writeFrame(pixels: Uint8Array, width: number, height: number, options: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array;
  }

  export function GIFEncoder(): Encoder;
  /** Returns a palette for RGBA pixels. Reads all of the buffer that is behind them. */
  export function quantize(rgba: Uint8Array, maxColors: number): Rgb[];

  /** All of the above, as Node sees a CommonJS module. */
  const whole: { readonly GIFEncoder: typeof GIFEncoder; readonly quantize: typeof quantize } | undefined;
  export default whole;
}

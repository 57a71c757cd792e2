export interface DemoOptions {
  /** A folder for the pictures, which is there. */
  readonly out: string;
  readonly quick: boolean;
  readonly signal: AbortSignal;
}

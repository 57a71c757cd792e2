/** What a part of a benchmark has found, and what it may be at most. */
export interface Finding {
  readonly what: string;
  readonly found: number;
  readonly atMost: number;
  /** How `found` came about. */
  readonly detail: string;
}

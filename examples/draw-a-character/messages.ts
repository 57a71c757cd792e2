/** What the page and its two workers say to each other. Drawings are `[28, 28]`, 0..255. */
export type Drawing = Uint8Array;

export type ToClassifier =
  /** Adapt to these, class by class. Held-out drawings are of the classes from 1 on, as many of each. */
  | { readonly kind: "learn"; readonly support: readonly Drawing[]; readonly heldOut: readonly Drawing[] }
  /** Say of which class this is. */
  | { readonly kind: "judge"; readonly drawing: Drawing }
  /** Begin with another initialisation from now on. */
  | { readonly kind: "begin with"; readonly params: readonly Float32Array[] };

export type FromClassifier =
  | { readonly kind: "ready" }
  /** Milliseconds: of the gradient steps. */
  | { readonly kind: "learned"; readonly curve: readonly Learned[]; readonly milliseconds: number }
  /** Probabilities of the classes, by the initialisation and by what was adapted. */
  | { readonly kind: "judged"; readonly before: Float32Array; readonly after: Float32Array };

/** After so many gradient steps as its place in the curve says. */
export interface Learned {
  /** On the drawings that are learned from. */
  readonly loss: number;
  /** Share of the held-out drawings that are recognised. */
  readonly accuracy: number;
}

export type ToTrainer = { readonly kind: "train" } | { readonly kind: "stop" };

export type FromTrainer =
  | { readonly kind: "training"; readonly threads: number }
  /** Query loss: the mean over the steps since the last message. */
  | {
      readonly kind: "progress";
      readonly step: number;
      readonly queryLoss: number;
      readonly stepsPerSecond: number;
    }
  | { readonly kind: "stopped"; readonly params: readonly Float32Array[] };

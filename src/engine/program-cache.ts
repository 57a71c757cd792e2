/**
 * The programs of one compiled function: one for each structure, shapes and dtypes of its arguments.
 *
 * Most calls have arguments like those of the last one. So the last few are compared with the arguments themselves,
 * which allocates nothing but the list of leaves; only then is a key spelled out and looked up.
 *
 * @module
 */
import type { DType } from "../tensor/dtype.js";
import { type Shape, sameShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { collectLeaves, type Structure } from "../tensor/tree.js";
import type { Build } from "./executor/build.js";

/** What arguments a program was made for. */
export interface Signature {
  readonly build: Build;
  readonly structure: Structure;
  readonly specs: readonly { readonly shape: Shape; readonly dtype: DType }[];
}

/** How many of the last used are compared with the arguments before a key is spelled out. */
const COMPARED = 4;

interface Kept<P> {
  readonly key: string;
  readonly signature: Signature;
  readonly program: P;
}

export class ProgramCache<P> {
  readonly #limit: number;
  readonly #drop: (program: P) => void;
  /** The one used last at the end. */
  readonly #byKey = new Map<string, Kept<P>>();
  /** The last used, the very last one first. */
  #recent: Kept<P>[] = [];

  /**
   * @param limit how many programs are kept
   * @param drop told of each one that makes room for another
   */
  constructor(limit: number, drop: (program: P) => void) {
    this.#limit = limit;
    this.#drop = drop;
  }

  /** The program for arguments like those of one of the last calls, and their leaves. */
  findRecent(
    args: readonly unknown[],
    build: Build,
  ): { readonly program: P; readonly leaves: Tensor[] } | undefined {
    const recent = this.#recent;
    for (let i = 0; i < recent.length; i++) {
      const kept = recent[i]!;
      const leaves = kept.signature.build === build ? leavesLike(args, kept.signature) : undefined;
      if (!leaves) continue;
      if (i > 0) this.#use(kept);
      return { program: kept.program, leaves };
    }
    return undefined;
  }

  find(signature: Signature): P | undefined {
    const kept = this.#byKey.get(keyOf(signature));
    if (kept) this.#use(kept);
    return kept?.program;
  }

  add(signature: Signature, program: P): void {
    // not the tensors themselves, which would be kept alive
    const own = { ...signature, specs: signature.specs.map(({ shape, dtype }) => ({ shape, dtype })) };
    this.#use({ key: keyOf(signature), signature: own, program });
    if (this.#byKey.size <= this.#limit) return;
    const [oldest] = this.#byKey.values();
    this.#remove(oldest!);
  }

  /** Drops all programs. */
  clear(): void {
    for (const kept of [...this.#byKey.values()]) this.#remove(kept);
  }

  #remove({ key, program }: Kept<P>): void {
    this.#byKey.delete(key);
    this.#recent = this.#recent.filter((kept) => kept.key !== key);
    this.#drop(program);
  }

  #use(kept: Kept<P>): void {
    this.#byKey.delete(kept.key);
    this.#byKey.set(kept.key, kept);
    this.#recent = [kept, ...this.#recent.filter(({ key }) => key !== kept.key)].slice(0, COMPARED);
  }
}

/** The leaves of arguments that a program was made for, all of them tensors with values. */
function leavesLike(args: readonly unknown[], { structure, specs }: Signature): Tensor[] | undefined {
  const leaves: Tensor[] = [];
  if (!collectLeaves(args, structure, leaves)) return undefined;
  for (let i = 0; i < specs.length; i++) {
    const { shape, dtype, trace } = leaves[i]!;
    const spec = specs[i]!;
    if (dtype !== spec.dtype || trace.level > 0) return undefined;
    if (shape !== spec.shape && !sameShape(shape, spec.shape)) return undefined;
  }
  return leaves;
}

function keyOf({ build, structure, specs }: Signature): string {
  const leaves = specs.map(({ shape, dtype }) => `${dtype}[${shape}]`).join("");
  return `${build} ${leaves} ${JSON.stringify(structure)}`;
}

import type { DType } from "../../tensor/dtype.js";
import type { Lane } from "../kernels/kernel.js";
import type { Buffer, Place } from "./plan.js";
import type { View } from "./view.js";

/** Where a value lies: the start of its root, and the view of it from there. */
export interface Located {
  readonly place: Place;
  readonly view: View;
}

/** The place of a view's first element. */
export function shifted({ place, view }: Located): Place {
  return view.offset === 0 ? place : { ...place, offset: place.offset + view.offset };
}

let nextBuffer = 0;

export function newBuffer(size: number, dtype: DType, label: string): Buffer {
  return { id: nextBuffer++, size, dtype, label };
}

/** The lane type of a dtype; programs of float64 are refused before. */
export function laneOf(dtype: DType): Lane {
  return dtype as Lane;
}

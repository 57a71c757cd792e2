/**
 * Compiles a scene so that MuJoCo looks for contacts in fewer places, and finds the same.
 *
 * MuJoCo sorts all bodies along an axis in every time step, and walks two trees of boxes for each pair of bodies that
 * are near: a quarter of the time of a small scene. Geoms that may touch can be listed instead. For a listed pair it
 * compares two bounding spheres, which costs nothing where they are apart. Where spheres say little – the long boards
 * of a window – bodies are left to the trees.
 *
 * What is found is equal, contact by contact and in the same order, so that all that follows has the same bits.
 *
 * Source: MuJoCo 3.14, src/engine/engine_collision_driver.c (mj_collision, contactcompare, filterBodyPair) and
 * mj_contactParam, whose rules for two geoms are applied here when the scene is compiled.
 *
 * @module
 */
import type { MainModule, MjModel, MjSpec, MjsElement } from "@mujoco/mujoco";

/** More pairs of geoms than these with spheres that overlap, in the scene's first state, and the bodies keep their trees. */
const MOST_OVERLAPS = 3;

/** What decides whether two geoms can touch, by their numbers: kinds and affinities are sets of bits. */
export interface Colliders {
  readonly kind: Int32Array;
  readonly affinity: Int32Array;
  /** Radii of the bounding spheres, in metres; 0 for planes, which have none. */
  readonly radius: Float64Array;
  readonly margin: Float64Array;
  /** Whether the scene itself names pairs that collide whatever their kinds are. */
  readonly pairs: boolean;
}

/** Compiles a scene, and frees what describes it. A scene that names its contacts itself stays as it is. */
export function compileListed(
  mujoco: MainModule,
  spec: MjSpec,
): { readonly model: MjModel; readonly colliders: Colliders } {
  try {
    const model = mujoco.mj_compile(spec);
    const colliders = collidersOf(model);
    if (colliders.pairs || model.nexclude > 0) return { model, colliders };
    listContacts(mujoco, spec, model);
    model.delete();
    return { model: mujoco.mj_compile(spec), colliders };
  } finally {
    spec.delete(); // also where it does not compile
  }
}

/** Copies, as MuJoCo's own arrays cost more to get than to read. */
function collidersOf({
  geom_contype,
  geom_conaffinity,
  geom_rbound,
  geom_margin,
  npair,
}: MjModel): Colliders {
  return {
    kind: Int32Array.from(geom_contype),
    affinity: Int32Array.from(geom_conaffinity),
    radius: Float64Array.from(geom_rbound),
    margin: Float64Array.from(geom_margin),
    pairs: npair > 0,
  };
}

function listContacts(mujoco: MainModule, spec: MjSpec, model: MjModel): void {
  const geoms = Geoms.of(mujoco, model);
  const bodies = bodyPairs(model).map(([first, second]) => {
    const pairs = geoms.pairs(first, second);
    const inTrees = pairs.filter(([a, b]) => geoms.overlap(a, b)).length > MOST_OVERLAPS;
    return { first, second, pairs, inTrees };
  });
  const inTrees = new Set(bodies.flatMap((it) => (it.inTrees ? [it.first, it.second] : [])));
  const geomElements = named(mujoco, spec, mujoco.mjtObj.mjOBJ_GEOM, "geom");
  const bodyNames = named(mujoco, spec, mujoco.mjtObj.mjOBJ_BODY, "body").map((it) => it.name);

  for (const { first, second, pairs, inTrees: keep } of bodies) {
    if (keep || pairs.length === 0) continue;
    for (const pair of pairs) addPair(mujoco, spec, geoms, pair, geomElements);
    if (inTrees.has(first) && inTrees.has(second)) {
      const exclude = mujoco.mjs_addExclude(spec)!;
      exclude.bodyname1 = bodyNames[first]!;
      exclude.bodyname2 = bodyNames[second]!;
      exclude.delete();
    }
  }
  geomElements.forEach(({ element }, geom) => {
    if (inTrees.has(geoms.body[geom]!)) return;
    const it = mujoco.mjs_asGeom(element)!;
    it.contype = it.conaffinity = 0;
    it.delete();
  });
}

/** Pairs of bodies that can touch: they move against each other, and do not hang on one another. */
function bodyPairs(model: MjModel): (readonly [number, number])[] {
  const root = model.body_weldid as Int32Array;
  const parent = model.body_parentid as Int32Array;
  const above = (body: number) => root[parent[root[body]!]!]!;
  const apart = (a: number, b: number) => {
    const [x, y] = [root[a]!, root[b]!];
    return x !== y && (x === 0 || y === 0 || (x !== above(b) && y !== above(a)));
  };
  const all = Array.from({ length: model.nbody }, (_, i) => i);
  return all.flatMap((a) => all.slice(a + 1).flatMap((b) => (apart(a, b) ? [[a, b] as const] : [])));
}

type Pair = readonly [first: number, second: number];

/** What MuJoCo asks of two geoms before it looks closer, and mixes for their contact. By geom. */
class Geoms {
  readonly body: Int32Array;
  readonly #model: Record<string, Float64Array>;
  readonly #position: Float64Array;
  readonly #rotation: Float64Array;

  private constructor(model: MjModel, position: Float64Array, rotation: Float64Array) {
    this.#model = model as unknown as Record<string, Float64Array>;
    this.body = Int32Array.from(model.geom_bodyid);
    this.#position = position;
    this.#rotation = rotation;
  }

  /** Where geoms are is that of the scene's first state. */
  static of(mujoco: MainModule, model: MjModel): Geoms {
    const data = new mujoco.MjData(model);
    mujoco.mj_kinematics(model, data);
    const geoms = new Geoms(model, Float64Array.from(data.geom_xpos), Float64Array.from(data.geom_xmat));
    data.delete();
    return geoms;
  }

  /** Returns all pairs of two bodies' geoms that their kinds let touch, in the order of MuJoCo's contacts. */
  pairs(first: number, second: number): Pair[] {
    const {
      body_geomadr: start,
      body_geomnum: count,
      geom_contype: kind,
      geom_conaffinity: affinity,
    } = this.#model;
    const geomsOf = (body: number) => Array.from({ length: count![body]! }, (_, i) => start![body]! + i);
    const type = this.#model.geom_type!;
    const touch = (a: number, b: number) =>
      (kind![a]! & affinity![b]!) !== 0 || (kind![b]! & affinity![a]!) !== 0;
    const pairs = geomsOf(first).flatMap((a) =>
      geomsOf(second).flatMap((b): Pair[] => (touch(a, b) ? [type[a]! > type[b]! ? [b, a] : [a, b]] : [])),
    );
    return pairs.sort(([a, b], [c, d]) => a - c || b - d);
  }

  /** Whether bounding spheres overlap, or one reaches a plane, which has none. */
  overlap(a: number, b: number): boolean {
    const radius = this.#model.geom_rbound!;
    const apart = [0, 1, 2].map((k) => this.#position[3 * a + k]! - this.#position[3 * b + k]!);
    if (radius[a] === 0 || radius[b] === 0) {
      const [plane, side] = radius[a] === 0 ? [a, -1] : [b, 1];
      const height = apart.reduce((sum, x, k) => sum + side * x * this.#rotation[9 * plane + 3 * k + 2]!, 0);
      return height <= radius[a]! + radius[b]!;
    }
    const reach = radius[a]! + radius[b]!;
    return apart.reduce((sum, x) => sum + x * x, 0) <= reach * reach;
  }

  /** How two surfaces touch: those of the higher priority decide, or both do. */
  contact(a: number, b: number) {
    const value = (array: string, geom: number, k = 0, width = 1) =>
      this.#model[`geom_${array}`]![width * geom + k]!;
    const rank = value("priority", a) - value("priority", b);
    const weight = rank > 0 ? 1 : rank < 0 ? 0 : mixOf(value("solmix", a), value("solmix", b));
    const mix = (x: number, y: number) => (rank > 0 ? x : rank < 0 ? y : weight * x + (1 - weight) * y);
    const most = (x: number, y: number) => (rank > 0 ? x : rank < 0 ? y : Math.max(x, y));
    const [slide, spin, roll] = [0, 1, 2].map((k) =>
      most(value("friction", a, k, 3), value("friction", b, k, 3)),
    );
    const direct = rank === 0 && !(value("solref", a, 0, 2) > 0 && value("solref", b, 0, 2) > 0);
    return {
      condim: most(value("condim", a), value("condim", b)),
      friction: [slide!, slide!, spin!, roll!, roll!],
      solref: [0, 1].map((k) =>
        (direct ? Math.min : mix)(value("solref", a, k, 2), value("solref", b, k, 2)),
      ),
      solimp: [0, 1, 2, 3, 4].map((k) => mix(value("solimp", a, k, 5), value("solimp", b, k, 5))),
      margin: value("margin", a) + value("margin", b),
      gap: value("gap", a) + value("gap", b),
    };
  }
}

/** The share of the first in what is mixed. */
function mixOf(first: number, second: number): number {
  const TINY = 1e-15;
  if (first >= TINY && second >= TINY) return first / (first + second);
  return first >= TINY ? 1 : second >= TINY ? 0 : 0.5;
}

interface Named {
  readonly element: MjsElement;
  readonly name: string;
}

/** All elements of a kind by their numbers; those without a name are given one, for lists name what they list. */
function named(
  mujoco: MainModule,
  spec: MjSpec,
  kind: Parameters<MainModule["mjs_firstElement"]>[1],
  what: string,
) {
  const all: Named[] = [];
  for (let it = mujoco.mjs_firstElement(spec, kind); it; it = mujoco.mjs_nextElement(spec, it)) {
    const id = mujoco.mjs_getId(it);
    const own = mujoco.mjs_getName(it);
    const name = own === "" ? `${what} ${id}` : own;
    if (own === "") mujoco.mjs_setName(it, name);
    all[id] = { element: it, name };
  }
  return all;
}

function addPair(
  mujoco: MainModule,
  spec: MjSpec,
  geoms: Geoms,
  [a, b]: Pair,
  names: readonly Named[],
): void {
  const pair = mujoco.mjs_addPair(spec, mujoco.mjs_getSpecDefault(spec)!)!;
  const { condim, friction, solref, solimp, margin, gap } = geoms.contact(a, b);
  pair.geomname1 = names[a]!.name;
  pair.geomname2 = names[b]!.name;
  pair.condim = condim;
  (pair.friction as Float64Array).set(friction);
  (pair.solref as Float64Array).set(solref);
  (pair.solimp as Float64Array).set(solimp);
  pair.margin = margin;
  pair.gap = gap;
  pair.delete();
}

/**
 * Decides which element-wise operations and reductions run in one kernel.
 *
 * Every value has a level: the longest chain of kernels before it. An operation joins the kernel of its
 * operands when both run over the same shape and no operand depends on that kernel in another way; since all
 * other operands must lie on lower levels, no cycle of kernels can arise. Reductions end a chain: the kernel
 * that computes their operand folds it on the way.
 *
 * `tanh(x + b) * x` summed over its last axis is one group, `add tanh mul sum[1]`, and so one kernel that reads x and b and
 * writes the sums. In `y = x / sum(x)` the division is a group of its own: it joins x's shape, but one of its operands
 * depends on a fold over that shape, which is on the level before.
 *
 * Comparisons, and short chains of cheap operations on a value that lies in memory anyway, are not stored: the
 * kernels that need one compute it again.
 *
 * @module
 */
import { isElementwise, isPredicate } from "../../tensor/elementwise.js";
import type { Primitive, PrimitiveParams } from "../../tensor/primitives.js";
import type { Equation, Program, Variable } from "../../tensor/program.js";
import { type Shape, sameShape } from "../../tensor/shape.js";

/** Equations that run in one loop over `shape`. */
export interface Group {
  readonly kind: "loop";
  readonly shape: Shape;
  readonly members: Equation[];
  /** The axes that its reductions fold. */
  axes: readonly number[] | null;
  level: number;
  /** Position of the last member in the program: the order in which groups become ready. */
  position: number;
}

/** An equation that is a kernel, or several, of its own. */
interface Single {
  readonly kind: "single";
  readonly equation: Equation;
  readonly level: number;
  readonly position: number;
}

export type Unit = Group | Single;

/** Changes the view of its operand, and nothing else; `reshape` may have to copy. */
const VIEWS = ["broadcast", "reshape", "transpose", "flip", "slice"] as const satisfies readonly Primitive[];
export type ViewPrimitive = (typeof VIEWS)[number];
const views: ReadonlySet<Primitive> = new Set(VIEWS);
export const isView = (primitive: Primitive): primitive is ViewPrimitive => views.has(primitive);

/** Operations of one cycle. */
const CHEAP: ReadonlySet<Primitive> = new Set<Primitive>(["add", "sub", "mul", "neg"]);
/** Operations of the longest chain that is computed again. */
const MAX_RECOMPUTED = 4;
export type Reduction = "sum" | "max";
const isReduction = (primitive: Primitive): primitive is Reduction =>
  primitive === "sum" || primitive === "max";
const MAX_MEMBERS = 40;

interface Source {
  readonly source: Variable;
  readonly direct: boolean;
}

export interface Fusion {
  /** In an order in which they can run. */
  readonly units: readonly Unit[];
  /** What each kernel computes for itself. */
  readonly recomputed: ReadonlyMap<Variable, Equation>;
  /** Results of fused operations that something outside their kernel reads. */
  readonly stored: ReadonlySet<Variable>;
}

export function fuse(program: Program): Fusion {
  const definitions = new Map<Variable, Equation>();
  for (const equation of program.equations) for (const v of equation.outputs) definitions.set(v, equation);
  const recomputed = findRecomputed(program);

  const unitOf = new Map<Variable, Unit>();
  const units: Unit[] = [];
  const merged = new Map<Group, Group>();
  const find = (unit: Unit | undefined): Unit | undefined => {
    let current = unit;
    while (current?.kind === "loop" && merged.has(current)) current = merged.get(current);
    return current;
  };
  /** The values that must exist before a use of `v`, through views and recomputed operations; direct: seen as it lies. */
  const known = new Map<Variable, readonly Source[]>();
  const sources = (v: Variable): readonly Source[] => {
    let list = known.get(v);
    if (list) return list;
    const equation = definitions.get(v);
    if (equation && isView(equation.primitive)) {
      list = sources(equation.inputs[0]!).map(({ source }) => ({ source, direct: false }));
    } else if (equation && recomputed.has(v)) {
      list = distinct(equation.inputs.flatMap(sources));
    } else {
      list = [{ source: v, direct: true }];
    }
    known.set(v, list);
    return list;
  };

  program.equations.forEach((equation, position) => {
    const { primitive, inputs, outputs } = equation;
    if (isView(primitive) || recomputed.has(outputs[0]!)) return;
    const operands = inputs
      .flatMap(sources)
      .map(({ source, direct }) => ({ unit: find(unitOf.get(source)), direct, source }));
    const ready = operands.reduce((top, { unit }) => Math.max(top, unit ? unit.level : 0), 0);
    const fusible = isElementwise(primitive) || isReduction(primitive);
    if (!fusible) {
      const unit: Single = { kind: "single", equation, level: ready + 1, position };
      for (const v of outputs) unitOf.set(v, unit);
      units.push(unit);
      return;
    }
    const shape = isReduction(primitive) ? inputs[0]!.shape : outputs[0]!.shape;
    const axes = isReduction(primitive) ? (equation.params as PrimitiveParams["sum"]).axes : null;

    // groups on the highest level among the operands: all of them must be one loop that this can join
    const candidates = new Set<Group>();
    let blocked = ready === 0;
    for (const { unit, direct, source } of operands) {
      if (!unit || unit.level < ready) continue;
      const foldedHere = unit.kind === "loop" && isReduction(definitions.get(source)!.primitive);
      if (unit.kind !== "loop" || !direct || foldedHere || !sameShape(unit.shape, shape)) blocked = true;
      else candidates.add(unit);
    }
    const list = [...candidates];
    const folds = [axes, ...list.map((g) => g.axes)].filter((a) => a !== null);
    const agree = folds.every((a) => sameShape(a, folds[0]!));
    const count = list.reduce((total, g) => total + g.members.length, 1);
    let group: Group;
    if (blocked || list.length === 0 || !agree || count > MAX_MEMBERS) {
      group = { kind: "loop", shape, members: [], axes, level: ready + 1, position };
      units.push(group);
    } else {
      group = list[0]!;
      for (const other of list.slice(1)) {
        group.members.push(...other.members);
        merged.set(other, group);
        units.splice(units.indexOf(other), 1);
        group.axes ??= other.axes;
      }
    }
    group.members.push(equation);
    group.axes ??= axes;
    group.position = position;
    for (const v of outputs) unitOf.set(v, group);
  });

  // members of merged groups, in program order
  const order = new Map(program.equations.map((e, i) => [e, i]));
  for (const unit of units)
    if (unit.kind === "loop") unit.members.sort((a, b) => order.get(a)! - order.get(b)!);

  const stored = new Set(program.outputs.flatMap((v) => sources(v).map(({ source }) => source)));
  for (const equation of program.equations) {
    if (isView(equation.primitive) || recomputed.has(equation.outputs[0]!)) continue;
    const own = find(unitOf.get(equation.outputs[0]!));
    for (const { source, direct } of equation.inputs.flatMap((v) => sources(v))) {
      if (!direct || find(unitOf.get(source)) !== own) stored.add(source);
    }
  }
  const ordered = schedule(units, (v) => sources(v).map(({ source }) => source), unitOf, find);
  return { units: ordered, recomputed, stored };
}

/** Each source once; direct where all its uses are. Lists of conditions made of one another would double each time. */
function distinct(list: readonly Source[]): Source[] {
  const direct = new Map<Variable, boolean>();
  for (const use of list) direct.set(use.source, use.direct && (direct.get(use.source) ?? true));
  return [...direct].map(([source, isDirect]) => ({ source, direct: isDirect }));
}

/**
 * What is cheaper to compute again than to store and load: comparisons, and short chains of cheap operations on
 * one large value that lies in memory anyway, such as the steps of a normalisation. All users must be fusible.
 */
function findRecomputed(program: Program): Map<Variable, Equation> {
  const inMemory = new Set<Variable>([...program.inputs, ...program.outputs]);
  for (const { primitive, inputs, outputs } of program.equations) {
    const fusible = isElementwise(primitive) || isReduction(primitive);
    if (!fusible) for (const v of inputs) inMemory.add(v);
    if (!fusible || isReduction(primitive)) for (const v of outputs) inMemory.add(v);
  }
  const users = new Set(program.outputs);
  for (const { primitive, inputs } of program.equations) {
    if (!isElementwise(primitive) && !isReduction(primitive)) for (const v of inputs) users.add(v);
  }
  const repeated = new Set(
    program.equations.flatMap(({ primitive, outputs }) => (primitive === "broadcast" ? outputs : [])),
  );
  const recomputed = new Map<Variable, Equation>();
  /** Operations of a chain, and the value it starts from. */
  const chains = new Map<Variable, { readonly length: number; readonly root: Variable | null }>();
  for (const equation of program.equations) {
    const [v] = equation.outputs;
    if (users.has(v!) || !isElementwise(equation.primitive)) continue;
    if (isPredicate(equation.primitive)) {
      recomputed.set(v!, equation);
      continue;
    }
    if (!CHEAP.has(equation.primitive)) continue;
    let length = 1;
    const roots = new Set<Variable>();
    for (const x of equation.inputs) {
      const chain = chains.get(x);
      length += chain?.length ?? 0;
      const root = chain ? chain.root : x;
      if (root && !repeated.has(root)) roots.add(root);
    }
    const [root] = roots;
    if (roots.size > 1 || length > MAX_RECOMPUTED || (root && !inMemory.has(root))) continue;
    recomputed.set(v!, equation);
    chains.set(v!, { length, root: root ?? null });
  }
  return recomputed;
}

/** Orders units by their dependences; of those that are ready, the one whose last member came first. */
function schedule(
  units: readonly Unit[],
  sources: (v: Variable) => readonly Variable[],
  unitOf: ReadonlyMap<Variable, Unit>,
  find: (unit: Unit | undefined) => Unit | undefined,
): Unit[] {
  const equations = (unit: Unit) => (unit.kind === "loop" ? unit.members : [unit.equation]);
  const waiting = new Map<Unit, number>();
  const users = new Map<Unit, Unit[]>();
  for (const unit of units) {
    const needs = new Set(
      equations(unit)
        .flatMap((e) => e.inputs.flatMap(sources))
        .map((v) => find(unitOf.get(v)))
        .filter((other) => other !== undefined && other !== unit),
    );
    waiting.set(unit, needs.size);
    for (const other of needs) {
      const list = users.get(other!);
      if (list) list.push(unit);
      else users.set(other!, [unit]);
    }
  }
  const ready = units.filter((unit) => waiting.get(unit) === 0).sort((a, b) => b.position - a.position);
  const ordered: Unit[] = [];
  while (ready.length > 0) {
    const unit = ready.pop()!;
    ordered.push(unit);
    for (const user of users.get(unit) ?? []) {
      const left = waiting.get(user)! - 1;
      waiting.set(user, left);
      if (left > 0) continue;
      let at = ready.length; // keep the earliest position last
      while (at > 0 && ready[at - 1]!.position < user.position) at--;
      ready.splice(at, 0, user);
    }
  }
  return ordered;
}

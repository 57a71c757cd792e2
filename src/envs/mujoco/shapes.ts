/**
 * A simulation as shapes that can be drawn.
 *
 * @module
 */
import type { Mesh, Shape } from "../../render/index.js";
import type { Simulation } from "./simulation.js";

export type { Shape };

/** MuJoCo's numbers of the kinds of geoms that we draw. */
const KINDS = new Map<number, Exclude<Shape["kind"], "mesh">>([
  [0, "plane"],
  [2, "sphere"],
  [3, "capsule"],
  [4, "ellipsoid"],
  [5, "cylinder"],
  [6, "box"],
]);
const MESH = 7;
/** Geoms of these groups are seen, as in MuJoCo's own viewer. */
const MOST_GROUP = 2;

/** What we read of a model. */
interface Geoms {
  readonly ngeom: number;
  readonly geom_type: Int32Array;
  readonly geom_group: Int32Array;
  readonly geom_size: Float64Array;
  readonly geom_rgba: Float32Array;
  readonly geom_dataid: Int32Array;
  readonly geom_matid: Int32Array;
  readonly mat_rgba: Float32Array;
  readonly mesh_vertadr: Int32Array;
  readonly mesh_vertnum: Int32Array;
  readonly mesh_faceadr: Int32Array;
  readonly mesh_facenum: Int32Array;
  readonly mesh_vert: Float32Array;
  readonly mesh_face: Int32Array;
}

/** The colour of a geom for which the model says nothing, as MuJoCo has it. */
const DEFAULT_GREY = 0.5;

/** All geoms that are to be seen, where they are now. Frames are views of the simulation: draw before it goes on. */
export function simulationShapes({ scene, geomPos, geomMat }: Simulation): Shape[] {
  const model = scene.model as unknown as Geoms;
  const { geom_type, geom_group, geom_size } = model; // each access makes a view
  const shapes: Shape[] = [];
  for (let i = 0; i < model.ngeom; i++) {
    const color = colorOf(model, i);
    if (geom_group[i]! > MOST_GROUP || color[3] === 0) continue;
    const placed = {
      position: geomPos.slice(3 * i, 3 * i + 3),
      rotation: geomMat.slice(9 * i, 9 * i + 9),
      color,
    };
    const kind = KINDS.get(geom_type[i]!);
    if (kind) shapes.push({ kind, ...placed, size: geom_size.slice(3 * i, 3 * i + 3) });
    else if (geom_type[i] === MESH) shapes.push({ kind: "mesh", ...placed, mesh: meshOf(model, i) });
  }
  return shapes;
}

/** A geom's own colour, or its material's where it has none of its own. */
function colorOf({ geom_rgba, geom_matid, mat_rgba }: Geoms, geom: number) {
  const own = Array.from(geom_rgba.subarray(4 * geom, 4 * geom + 4));
  const material = geom_matid[geom]!;
  const plain = own[3] === 1 && own.slice(0, 3).every((part) => part === DEFAULT_GREY);
  const [r, g, b, a] = plain && material >= 0 ? mat_rgba.subarray(4 * material, 4 * material + 4) : own;
  return [r!, g!, b!, a!] as const;
}

const meshes = new WeakMap<object, Map<number, Mesh>>();

function meshOf(model: Geoms, geom: number): Mesh {
  const known = meshes.get(model) ?? new Map<number, Mesh>();
  meshes.set(model, known);
  const id = model.geom_dataid[geom]!;
  let mesh = known.get(id);
  if (!mesh) {
    const [vertex, face] = [model.mesh_vertadr[id]!, model.mesh_faceadr[id]!];
    mesh = {
      vertices: model.mesh_vert.slice(3 * vertex, 3 * (vertex + model.mesh_vertnum[id]!)),
      triangles: model.mesh_face.slice(3 * face, 3 * (face + model.mesh_facenum[id]!)),
    };
    known.set(id, mesh);
  }
  return mesh;
}

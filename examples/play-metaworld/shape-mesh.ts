/** Shapes of the physics as meshes of three.js. */
import type { Shape } from "metagrad/envs";
import * as three from "three";

export function meshOf(shape: Shape): three.Mesh {
  const mesh = new three.Mesh(geometryOf(shape), materialOf(shape));
  mesh.matrixAutoUpdate = false;
  mesh.castShadow = shape.kind !== "plane" && shape.color[3] === 1;
  mesh.receiveShadow = true;
  place(mesh, shape);
  return mesh;
}

export function place({ matrix }: three.Mesh, { position, rotation: r }: Shape): void {
  matrix.set(
    ...([r[0]!, r[1]!, r[2]!, position[0]!] as const),
    ...([r[3]!, r[4]!, r[5]!, position[1]!] as const),
    ...([r[6]!, r[7]!, r[8]!, position[2]!, 0, 0, 0, 1] as const),
  );
}

/** Frees what a mesh has on the graphics card. */
export function dispose(mesh: three.Mesh): void {
  mesh.geometry.dispose();
  (mesh.material as three.Material).dispose();
}

/** Returns a shape's material. Only the shadows of the floor are seen: the page's own ground shows through. */
function materialOf({ kind, color: [red, green, blue, opacity] }: Shape): three.Material {
  if (kind === "plane") return new three.ShadowMaterial({ opacity: 0.22 });
  return new three.MeshStandardMaterial({
    color: new three.Color().setRGB(red, green, blue, three.SRGBColorSpace),
    roughness: 0.7,
    transparent: opacity < 1,
    opacity,
  });
}

function geometryOf(shape: Shape): three.BufferGeometry {
  if (shape.kind === "mesh") throw new Error("expected primitive shapes, got a mesh");
  const [x, y, z] = [0, 1, 2].map((i) => shape.size[i] ?? 0) as [number, number, number];
  switch (shape.kind) {
    case "plane":
      return new three.PlaneGeometry(x > 0 ? 2 * x : 20, y > 0 ? 2 * y : 20);
    case "box":
      return new three.BoxGeometry(2 * x, 2 * y, 2 * z);
    case "sphere":
      return new three.SphereGeometry(x, 32, 24);
    case "ellipsoid":
      return new three.SphereGeometry(1, 32, 24).scale(x, y, z);
    case "capsule":
      return new three.CapsuleGeometry(x, 2 * y, 12, 24).rotateX(Math.PI / 2);
    case "cylinder":
      return new three.CylinderGeometry(x, x, 2 * y, 32).rotateX(Math.PI / 2);
  }
}

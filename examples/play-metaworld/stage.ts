/** The scene of an episode, drawn by three.js. */
import type { SawyerEnv } from "metagrad/envs";
import * as three from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { type Shape, simulationShapes } from "../../src/envs/mujoco/shapes.js";

export class Stage {
  readonly #renderer: three.WebGLRenderer;
  readonly #camera = new three.PerspectiveCamera(45, 1, 0.01, 20);
  readonly #controls: OrbitControls;
  #scene = new three.Scene();
  #meshes: three.Mesh[] = [];
  #shapes: readonly Shape[] = [];

  constructor(canvas: HTMLCanvasElement) {
    this.#renderer = new three.WebGLRenderer({ canvas, antialias: true });
    this.#renderer.shadowMap.enabled = true;
    this.#renderer.shadowMap.type = three.PCFShadowMap;
    this.#camera.up.set(0, 0, 1);
    this.#camera.position.set(1.1, 0.12, 0.9);
    this.#controls = new OrbitControls(this.#camera, canvas);
    this.#controls.target.set(-0.02, 0.6, 0.1);
    this.#controls.update();
    new ResizeObserver(() => this.#resize()).observe(canvas);
    this.#resize();
  }

  /** Builds the scene of an environment that was reset. */
  build(env: SawyerEnv): void {
    this.#scene = new three.Scene();
    this.#scene.background = new three.Color(getComputedStyle(document.body).backgroundColor);
    this.#scene.add(new three.HemisphereLight(0xffffff, 0xb8b0a4, 1.7));
    const sun = new three.DirectionalLight(0xffffff, 2.2);
    sun.position.set(-0.9, -0.7, 2.4);
    sun.target.position.set(0, 0.6, 0);
    sun.castShadow = true;
    sun.shadow.mapSize.set(2048, 2048);
    Object.assign(sun.shadow.camera, { left: -1.6, right: 1.6, top: 1.6, bottom: -1.6 });
    sun.shadow.bias = -0.0005;
    this.#scene.add(sun, sun.target);
    this.#shapes = simulationShapes(env.stage.simulation);
    this.#meshes = this.#shapes.map(meshOf);
    const goal = new three.Mesh(
      new three.SphereGeometry(0.02, 24, 16),
      new three.MeshStandardMaterial({ color: 0x4db873, transparent: true, opacity: 0.7 }),
    );
    goal.position.set(...env.target);
    this.#scene.add(goal, ...this.#meshes);
  }

  draw(env: SawyerEnv): void {
    simulationShapes(env.stage.simulation).forEach((shape, i) => {
      place(this.#meshes[i]!, shape);
    });
    this.#renderer.render(this.#scene, this.#camera);
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.#renderer.domElement;
    this.#renderer.setPixelRatio(Math.min(window.devicePixelRatio, 2));
    this.#renderer.setSize(clientWidth, clientHeight, false);
    this.#camera.aspect = clientWidth / clientHeight;
    this.#camera.updateProjectionMatrix();
  }
}

function meshOf(shape: Shape): three.Mesh {
  const [red, green, blue, opacity] = shape.color;
  const material = new three.MeshStandardMaterial({
    color: new three.Color().setRGB(red, green, blue, three.SRGBColorSpace),
    roughness: 0.75,
    transparent: opacity < 1,
    opacity,
  });
  const mesh = new three.Mesh(geometryOf(shape), material);
  mesh.castShadow = shape.kind !== "plane" && opacity === 1;
  mesh.receiveShadow = true;
  place(mesh, shape);
  return mesh;
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

function place(mesh: three.Mesh, { position, rotation: r }: Shape): void {
  mesh.matrixAutoUpdate = false;
  mesh.matrix.set(
    ...([r[0]!, r[1]!, r[2]!, position[0]!] as const),
    ...([r[3]!, r[4]!, r[5]!, position[1]!] as const),
    ...([r[6]!, r[7]!, r[8]!, position[2]!, 0, 0, 0, 1] as const),
  );
}

/** The scene of an episode, drawn by three.js. */
import { type SawyerEnv, simulationShapes } from "metagrad/envs";
import * as three from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { dispose, meshOf, place } from "./shape-mesh.js";

/** What the camera looks at: the middle of where the hand can be. */
const MIDDLE = new three.Vector3(0, 0.6, 0.2);
const GREEN = 0x35b36b;

export class Stage {
  readonly #renderer: three.WebGLRenderer;
  readonly #camera = new three.PerspectiveCamera(36, 1, 0.01, 20);
  readonly #scene = new three.Scene();
  readonly #goal = goalMark();
  #meshes: three.Mesh[] = [];

  /** @throws Error where the browser has no WebGL */
  constructor(canvas: HTMLCanvasElement) {
    this.#renderer = new three.WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.#renderer.shadowMap.enabled = true;
    this.#renderer.shadowMap.type = three.PCFShadowMap;
    this.#camera.up.set(0, 0, 1);
    this.#camera.position.set(1.32, 0.2, 0.98);
    const controls = new OrbitControls(this.#camera, canvas);
    controls.target.copy(MIDDLE);
    controls.minDistance = 0.3;
    controls.maxDistance = 4;
    controls.maxPolarAngle = Math.PI / 2;
    controls.update();
    this.#scene.add(new three.HemisphereLight(0xffffff, 0xb8b0a4, 1.6), ...sun(), this.#goal);
    new ResizeObserver(() => this.#resize()).observe(canvas);
    this.#resize();
  }

  /** Shows another environment, which was reset. */
  show({ stage: { simulation } }: SawyerEnv): void {
    const before = this.#meshes;
    this.#meshes = simulationShapes(simulation).map(meshOf);
    this.#scene.remove(...before);
    this.#scene.add(...this.#meshes);
    before.forEach(dispose); // after the new ones are made, so that shaders stay
  }

  draw({ stage: { simulation }, target: [x, y, z] }: SawyerEnv): void {
    simulationShapes(simulation).forEach((shape, i) => {
      place(this.#meshes[i]!, shape);
    });
    this.#goal.position.set(x, y, z);
    const stem = this.#goal.children[2]!; // from the ball down to the table
    stem.scale.z = Math.max(z, 0.001);
    this.#renderer.render(this.#scene, this.#camera);
  }

  /** The axis of the room, ±x or ±y, that leads most nearly into the screen. */
  get away(): readonly [x: number, y: number] {
    const { x, y } = this.#camera.getWorldDirection(new three.Vector3());
    return Math.abs(x) > Math.abs(y) ? [Math.sign(x), 0] : [0, Math.sign(y)];
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.#renderer.domElement;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.#renderer.setPixelRatio(Math.min(window.devicePixelRatio, 2));
    this.#renderer.setSize(clientWidth, clientHeight, false);
    this.#camera.aspect = clientWidth / clientHeight;
    this.#camera.fov = clientWidth < clientHeight ? 46 : 36; // upright, the table would not fit
    this.#camera.updateProjectionMatrix();
  }
}

function sun(): three.Object3D[] {
  const light = new three.DirectionalLight(0xffffff, 2.2);
  light.position.set(0.9, -0.5, 2.4);
  light.target.position.set(0, 0.6, 0);
  light.castShadow = true;
  light.shadow.mapSize.set(2048, 2048);
  Object.assign(light.shadow.camera, { left: -1.4, right: 1.4, top: 1.4, bottom: -1.4, near: 0.5, far: 5 });
  light.shadow.bias = -0.0002;
  light.shadow.normalBias = 0.012;
  return [light, light.target];
}

/** A ball; faintly also where something is before it; and a stem that tells how high it is. */
function goalMark(): three.Group {
  const ball = new three.SphereGeometry(0.02, 24, 16);
  const solid = new three.MeshStandardMaterial({ color: GREEN, transparent: true, opacity: 0.85 });
  const faint = new three.MeshBasicMaterial({
    color: GREEN,
    transparent: true,
    opacity: 0.28,
    depthTest: false,
  });
  const rod = new three.CylinderGeometry(0.0022, 0.0022, 1).rotateX(Math.PI / 2).translate(0, 0, -0.5);
  const ghost = new three.Mesh(ball, faint);
  ghost.renderOrder = 1;
  return new three.Group().add(new three.Mesh(ball, solid), ghost, new three.Mesh(rod, faint));
}

/** Paper to draw on: with mouse, touch or pen, or with the keyboard. */

/** Points `x, y, x, y, …` in 0..1, y down. */
type Stroke = number[];

export interface Pad {
  readonly strokes: readonly Stroke[];
  /** The element that holds the paper and its buttons. */
  readonly box: HTMLElement;
}

export interface PadOptions {
  readonly tag: "li" | "div";
  readonly label: string;
  /** Called whenever the drawing is another. */
  readonly onChange: () => void;
}

/** Adds a pad with its buttons to the page. */
export function addPad(parent: HTMLElement, { tag, label, onChange }: PadOptions): Pad {
  const box = document.createElement(tag);
  box.className = "pad";
  box.innerHTML = `<canvas tabindex="0" role="application" aria-label="${label}"></canvas>
    <div class="tools">
      <button type="button" title="Undo" aria-label="Undo: ${label}">↶</button>
      <button type="button" title="Clear" aria-label="Clear: ${label}">✕</button>
    </div>`;
  parent.append(box);
  const { strokes, undo, clear } = paper(box.querySelector("canvas")!, () => {
    box.classList.toggle("drawn", strokes.length > 0);
    onChange();
  });
  const [undoButton, clearButton] = box.querySelectorAll("button");
  undoButton!.addEventListener("click", undo);
  clearButton!.addEventListener("click", clear);
  return { strokes, box };
}

const PEN = 0.045; // of the paper's width, about what the network sees
const WIDEST_PEN = 11; // pixels
const MIN_STEP = 0.004;
const KEY_STEP = 0.03;

/**
 * Lets strokes be drawn on a canvas.
 *
 * Keys: arrows move the pen, space lowers and lifts it, backspace takes a stroke back, escape clears.
 */
function paper(canvas: HTMLCanvasElement, onChange: () => void) {
  const strokes: Stroke[] = [];
  let current: Stroke | undefined;
  let key: { x: number; y: number; down: boolean } | undefined;

  const changed = () => {
    paint(canvas, strokes, key);
    onChange();
  };
  const undo = () => {
    strokes.pop();
    changed();
  };
  const clear = () => {
    strokes.length = 0;
    if (key) key.down = false;
    changed();
  };
  const extend = (x: number, y: number) => {
    const [lastX, lastY] = current!.slice(-2);
    if (Math.hypot(x - lastX!, y - lastY!) >= MIN_STEP) current!.push(clamp(x), clamp(y));
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || current) return;
    canvas.setPointerCapture(event.pointerId);
    key = undefined;
    current = position(canvas, event);
    strokes.push(current);
    changed();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!current || !canvas.hasPointerCapture(event.pointerId)) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) extend(...position(canvas, each));
    changed();
  });
  for (const end of ["pointerup", "pointercancel"] as const) {
    canvas.addEventListener(end, () => {
      current = undefined;
    });
  }

  const move = (dx: number, dy: number) => {
    key ??= { x: 0.5, y: 0.5, down: false };
    key.x = clamp(key.x + dx * KEY_STEP);
    key.y = clamp(key.y + dy * KEY_STEP);
    if (key.down) strokes.at(-1)?.push(key.x, key.y);
    changed();
  };
  const keys: Record<string, () => void> = {
    ArrowLeft: () => move(-1, 0),
    ArrowRight: () => move(1, 0),
    ArrowUp: () => move(0, -1),
    ArrowDown: () => move(0, 1),
    " ": () => {
      key ??= { x: 0.5, y: 0.5, down: false };
      key.down = !key.down;
      if (key.down) strokes.push([key.x, key.y]);
      changed();
    },
    Backspace: undo,
    Escape: clear,
  };
  canvas.addEventListener("keydown", (event) => {
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
  canvas.addEventListener("blur", () => {
    key = undefined;
    paint(canvas, strokes, key);
  });

  new ResizeObserver(() => paint(canvas, strokes, key)).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => paint(canvas, strokes, key));
  return { strokes, undo, clear };
}

function position(canvas: HTMLCanvasElement, { clientX, clientY }: PointerEvent): [x: number, y: number] {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return [clamp((clientX - left) / width), clamp((clientY - top) / height)];
}

function clamp(coordinate: number): number {
  return Math.min(1, Math.max(0, coordinate));
}

function paint(
  canvas: HTMLCanvasElement,
  strokes: readonly Stroke[],
  key: { readonly x: number; readonly y: number; readonly down: boolean } | undefined,
): void {
  const size = Math.round(canvas.clientWidth * devicePixelRatio);
  if (size === 0) return;
  if (canvas.width !== size) canvas.width = canvas.height = size;
  const context = canvas.getContext("2d")!;
  context.clearRect(0, 0, size, size);
  context.lineCap = context.lineJoin = "round";
  context.lineWidth = Math.min(PEN * size, WIDEST_PEN * devicePixelRatio);
  context.strokeStyle = getComputedStyle(canvas).color;
  for (const stroke of strokes) {
    const [x, y] = [(k: number) => stroke[2 * k]! * size, (k: number) => stroke[2 * k + 1]! * size];
    const last = stroke.length / 2 - 1;
    context.beginPath();
    context.moveTo(x(0), y(0));
    for (let k = 1; k < last; k++) {
      context.quadraticCurveTo(x(k), y(k), (x(k) + x(k + 1)) / 2, (y(k) + y(k + 1)) / 2);
    }
    context.lineTo(x(last), y(last));
    context.stroke();
  }
  if (key) {
    context.beginPath();
    context.lineWidth = 0.008 * size;
    context.arc(key.x * size, key.y * size, (key.down ? 0.03 : 0.045) * size, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** Small pictures: drawings as the network sees them, curves, bars. */

import { SIZE } from "./classifier.js";
import { percent } from "./elements.js";
import type { Drawing } from "./messages.js";

/** Returns a drawing as a picture of 28 x 28 pixels, in the colour of the text. */
export function thumbnail(drawing: Drawing, label = ""): HTMLElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(SIZE, SIZE);
  drawing.forEach((ink, i) => {
    image.data[4 * i + 3] = ink;
  });
  context.putImageData(image, 0, 0);
  // a mask, so that the style sheet colours it, in the light and in the dark
  const element = document.createElement("span");
  element.className = "thumbnail";
  element.style.maskImage = `url(${canvas.toDataURL()})`;
  if (label) {
    element.role = "img";
    element.ariaLabel = label;
  }
  return element;
}

export interface CurveOptions {
  /** Points that the width has room for. Default: those that there are. */
  readonly room?: number;
  /** Largest value, at the top. Default: that of the points. */
  readonly top?: number;
  /** Whether to mark each point. */
  readonly dots?: boolean;
}

const MARGIN = 5;

/** Draws values as a curve into an SVG, from its left edge. 0 is at the bottom. */
export function drawCurve(
  svg: SVGSVGElement,
  values: readonly number[],
  { room = values.length, top = Math.max(...values, 1e-9), dots = false }: CurveOptions = {},
): void {
  const { width, height } = svg.getBoundingClientRect();
  const x = (i: number) => MARGIN + (i / Math.max(room - 1, 1)) * (width - 2 * MARGIN);
  const y = (value: number) => height - MARGIN - (value / top) * (height - 2 * MARGIN);
  const points = values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const base = height - MARGIN;
  const circles = dots ? points.map((point) => circle(point)) : points.slice(-1).map(circle);
  svg.innerHTML = `<path class="base" d="M${MARGIN},${base}H${width - MARGIN}"/><polyline points="${points.join(" ")}"/>${circles.join("")}`;
}

function circle(point: string): string {
  const [x, y] = point.split(",");
  return `<circle cx="${x}" cy="${y}" r="3"/>`;
}

export interface Bar {
  readonly row: HTMLElement;
  /** Shows the character; undefined: none yet. */
  show(drawing: Drawing | undefined): void;
  /** @param before and after: probabilities that it is this one, in 0..1 */
  set(before: number, after: number, best: boolean): void;
}

/** Makes a row of the verdict: a character, and how likely the drawing is of it, before and after learning. */
export function bar(name: string): Bar {
  const row = document.createElement("li");
  row.innerHTML = `<span class="who"></span>
    <span class="tracks"><span class="track after"><i></i></span><span class="track before"><i></i></span></span>
    <output></output>`;
  const part = (selector: string) => row.querySelector<HTMLElement>(selector)!;
  return {
    row,
    show: (drawing) => part(".who").replaceChildren(...(drawing ? [thumbnail(drawing, name)] : [])),
    set(before, after, best) {
      part(".before i").style.width = percent(before);
      part(".after i").style.width = percent(after);
      part("output").textContent = before + after > 0 ? percent(after) : "";
      row.classList.toggle("best", best);
    },
  };
}

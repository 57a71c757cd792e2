/** Pictures without a browser: a small canvas, and line charts as PNG, SVG and text. */
export type { ChartSize, LineChart, LineSeries, ScaleKind } from "./line-chart.js";
export { lineChartPng } from "./line-chart-png.js";
export { lineChartSvg } from "./line-chart-svg.js";
export { type Paint, type Point, Raster, type TextStyle } from "./raster.js";
export { type TerminalChartOptions, terminalChart } from "./terminal-chart.js";
export { renderScene, type SceneOptions } from "./scene/render-scene.js";
export type { Color, Mesh, Shape } from "./scene/shape.js";
export type { Camera } from "./scene/view.js";

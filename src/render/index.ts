/** Pictures without a browser or a GPU: a small canvas, line charts as PNG, SVG and text, scenes of solid shapes. */
export { drawLabel, type FilmStripOptions, filmStrip } from "./film-strip.js";
export type { ChartSize, LineChart, LineSeries, ScaleKind } from "./line-chart.js";
export { lineChartPng } from "./line-chart-png.js";
export { lineChartSvg } from "./line-chart-svg.js";
export { type Paint, type Point, Raster, type TextStyle } from "./raster.js";
export { renderScene, type SceneOptions } from "./scene/render-scene.js";
export type { Sky, Tone } from "./scene/shading.js";
export type { Color, Mesh, MeshShape, Plane, Shape, Solid } from "./scene/shape.js";
export type { Vec3 } from "./scene/vec3.js";
export type { Camera, LookAtCamera, PosedCamera } from "./scene/view.js";
export { type TerminalChartOptions, terminalChart } from "./terminal-chart.js";

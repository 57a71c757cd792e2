/** Supervised task distributions: the embedded glyphs, episodes over any labelled images, sinusoids. */
export { type EpisodeOptions, sampleEpisodes } from "./episodes.js";
export { type GlyphOptions, type GlyphScript, glyphScripts, glyphStrokes, glyphs } from "./glyphs.js";
export { DRAWING_SIZE, draw, type Strokes } from "./handwriting.js";
export {
  type ImageSource,
  rotationsAsClasses,
  type Split,
  type SplitSizes,
  selectClasses,
  splitClasses,
} from "./image-source.js";
export { type MinibatchOptions, sampleMinibatches } from "./minibatches.js";
export { type SinusoidOptions, type SinusoidTasks, sampleSinusoids } from "./sinusoid.js";
export { type Batch, type HostArray, hostFloat32, hostInt32, type Task } from "./task.js";

/** Supervised task distributions: the embedded glyphs, published image sets, episodes over any labelled images, sinusoids. */
export { CIFAR_FS_RECIPE, cifarFsCatalogue } from "./cifar-fs.js";
export { classFolders } from "./class-folders.js";
export { type Split, type SplitSizes, selectClasses, splitClasses } from "./class-split.js";
export { isGrayFile } from "./decode-image.js";
export { consecutiveEpisodes, type EpisodeOptions, sampleEpisodes } from "./episodes.js";
export type { ArraySource } from "./examples.js";
export { type GlyphOptions, type GlyphScript, glyphScripts, glyphStrokes, glyphs } from "./glyphs.js";
export { DRAWING_SIZE, draw, drawPlainly, type Strokes } from "./handwriting.js";
export { type ImageClass, type ImageLayout, imageArray, imageBytes } from "./image-array.js";
export {
  type ClassFiles,
  decodeCatalogue,
  decodeClass,
  type FileTree,
  type ImageCatalogue,
  type ImageRecipe,
} from "./image-files.js";
export {
  type ImageSource,
  invertImages,
  numImages,
  rotationsAsClasses,
} from "./image-source.js";
export { type LeftOut, leftOut } from "./left-out.js";
export { miniImageNetCatalogue, miniImageNetRecipe } from "./mini-imagenet.js";
export { type MinibatchOptions, sampleMinibatches } from "./minibatches.js";
export {
  OMNIGLOT_MAML_SPLIT,
  type OmniglotAlphabet,
  omniglotAlphabets,
  omniglotCatalogue,
  omniglotRecipe,
  readOmniglot,
} from "./omniglot.js";
export { omniglotOneShotCatalogue, omniglotOneShotTasks } from "./omniglot-one-shot.js";
export { type Resize, resizeImage } from "./resize.js";
export { type SinusoidOptions, type SinusoidTasks, sampleSinusoids } from "./sinusoid.js";
export { type Batch, type HostArray, hostArray, hostFloat32, hostInt32, type Task } from "./task.js";

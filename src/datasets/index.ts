/** Published image sets, read from their authors' archives and kept on disk. Node only. */
export { type AddOptions, addDataset } from "./add-dataset.js";
export { dataFolder } from "./data-folder.js";
export {
  type Dataset,
  type DatasetFile,
  howToAdd,
  listDatasets,
  type OpenOptions,
  openDataset,
} from "./dataset.js";
export { verifyImageStore } from "./image-store.js";
export { folderSet, type KnownSet, knownSets } from "./known-sets.js";

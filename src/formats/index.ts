/** Bytes to objects and back. */
export type { Elements, ElementType } from "./elements.js";
export { encodeGif, type GifOptions } from "./gif.js";
export type { Image, ImageOptions } from "./image.js";
export { decodeJpeg, isJpeg } from "./jpeg.js";
export { decodeNpy, encodeNpy, type NpyArray } from "./npy.js";
export { decodeNpz, encodeNpz, type NpzOptions } from "./npz.js";
export { exportOnnx, type OnnxOptions } from "./onnx/index.js";
export { decodePng, encodePng } from "./png.js";
export {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type SafetensorsArray,
  type SafetensorsDtype,
} from "./safetensors.js";
export { readTar } from "./tar.js";
export {
  decodeEvents,
  encodeFileVersion,
  encodeScalars,
  type ScalarEvent,
  type TfEvents,
} from "./tfevents.js";
export { loadTree, namedTensors, saveTree } from "./tree.js";
export { type ByteSource, readZip, type ZipArchive } from "./zip.js";

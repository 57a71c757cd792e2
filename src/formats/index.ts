/** Bytes to objects and back. */
export { decodePng, encodePng, type Image } from "./png.js";
export {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type SafetensorsArray,
  type SafetensorsDtype,
} from "./safetensors.js";
export {
  decodeEvents,
  encodeFileVersion,
  encodeScalars,
  type ScalarEvent,
  type TfEvents,
} from "./tfevents.js";
export { type ByteSource, readZip, type ZipArchive } from "./zip.js";

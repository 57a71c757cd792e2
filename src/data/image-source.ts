/**
 * Labelled images to make few-shot classes of, and views of them: some classes, rotations.
 *
 * @module
 */
import { ConfigError } from "../errors.js";

/** Classes 0, 1, … `numClasses` − 1 with images 0, 1, … of each, all of one size. */
export interface ImageSource {
  readonly numClasses: number;
  /** Images of every class; where classes differ, those of the smallest. */
  readonly imagesPerClass: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Returns the image, `[height, width, channels]`, 0..255. The caller does not change it. */
  image(classIndex: number, instance: number): Uint8Array;
  /** Returns the number of a class's images. Absent where all classes have as many: see `numImages`. */
  readonly imagesOf?: (classIndex: number) => number;
  /** What the classes are called, where they have names. */
  readonly classNames?: readonly string[];
}

/** Returns the number of a class's images. */
export function numImages(source: ImageSource, classIndex: number): number {
  return source.imagesOf?.(classIndex) ?? source.imagesPerClass;
}

/**
 * Makes each multiple of 90 degrees a class of its own: class `4 c + k` is class `c` after `k` quarter turns
 * to the left.
 *
 * Papers differ in what they rotate: MAML and prototypical networks every split, Reptile the training
 * classes only. Say which by calling this on those splits.
 *
 * Differs: MAML's code (cbfinn/maml@a7f45f1, data_generator.py:136-150) draws one rotation a class and task, so that two rotations of a character never
 * meet in a task; here they may.
 *
 * @throws ConfigError unless the images are square
 */
export function rotationsAsClasses(source: ImageSource): ImageSource {
  const { height, width, channels } = source;
  if (height !== width) {
    throw new ConfigError(`rotationsAsClasses: images must be square, got ${height} x ${width}`);
  }
  return regroup(source, source.numClasses * 4, {
    image: (classIndex, instance) =>
      turnedLeft(source.image(Math.floor(classIndex / 4), instance), classIndex % 4, width, channels),
    origin: (classIndex) => Math.floor(classIndex / 4),
    name: (classIndex, origin) => `${origin}/rot${String((classIndex % 4) * 90).padStart(3, "0")}`,
  });
}

/** Returns the images with ink and paper exchanged, 255 − each byte: codes that read Omniglot as it is have paper 255. */
export function invertImages(source: ImageSource): ImageSource {
  return regroup(source, source.numClasses, {
    image: (classIndex, instance) => source.image(classIndex, instance).map((byte) => 255 - byte),
    origin: (classIndex) => classIndex,
    name: (_, origin) => origin,
  });
}

export interface Regrouping {
  readonly image: ImageSource["image"];
  /** Which class of the source a class is made of. */
  readonly origin: (classIndex: number) => number;
  readonly name: (classIndex: number, originName: string) => string;
}

/** Returns a source whose classes are made of those of another. */
export function regroup(
  source: ImageSource,
  numClasses: number,
  { image, origin, name }: Regrouping,
): ImageSource {
  const { imagesOf, classNames, ...rest } = source;
  const classes = Array.from({ length: numClasses }, (_, k) => k);
  return {
    ...rest,
    numClasses,
    image,
    ...(imagesOf && {
      imagesOf: (classIndex: number) => imagesOf(origin(classIndex)),
      imagesPerClass: classes.reduce(
        (least, k) => Math.min(least, imagesOf(origin(k))),
        Number.MAX_SAFE_INTEGER,
      ),
    }),
    ...(classNames && { classNames: classes.map((k) => name(k, classNames[origin(k)]!)) }),
  };
}

/** Returns a square image after some quarter turns to the left. */
function turnedLeft(image: Uint8Array, turns: number, side: number, channels: number): Uint8Array {
  if (turns === 0) return image;
  const turned = new Uint8Array(image.length);
  const last = side - 1;
  // where pixel (row 0, column 0) comes from, and how far apart the sources of neighbours lie
  const origin = [0, last, last * side + last, last * side][turns]!;
  const down = [side, -1, -side, 1][turns]!;
  const right = [1, side, -1, -side][turns]!;
  for (let row = 0, at = 0; row < side; row++) {
    let from = (origin + row * down) * channels;
    for (let column = 0; column < side; column++, from += right * channels) {
      turned[at++] = image[from]!;
      for (let channel = 1; channel < channels; channel++) turned[at++] = image[from + channel]!;
    }
  }
  return turned;
}

/** A thread that decodes classes of images and writes them to files, as it is told. Started by `decode-pool.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import { type ClassFiles, decodeClass, type ImageClass, type ImageRecipe } from "../data/index.js";
import { openTree, type TreePart } from "./file-tree.js";
import { storedClass, writeImageStore } from "./image-store.js";

/** Some classes to decode, and the file to write for each recipe. */
export interface DecodeJob {
  readonly classes: readonly ClassFiles[];
  readonly targets: readonly DecodeTarget[];
}

export interface DecodeTarget {
  readonly recipe: ImageRecipe;
  readonly path: string;
}

/** What the thread answers to each job. */
export type DecodeAnswer =
  | { readonly images: number /** How many of them have one channel. */; readonly gray: number }
  | { readonly error: string; readonly kind: string };

const port = parentPort!;
const tree = openTree(workerData as readonly TreePart[]);

port.on("message", (job: DecodeJob) => port.postMessage(answer(job)));

function answer(job: DecodeJob): DecodeAnswer {
  try {
    return decode(job);
  } catch (error) {
    const { name, message } = error as Error;
    return { error: message, kind: name };
  }
}

/** Does a job, and counts its images. */
function decode({ classes, targets }: DecodeJob): DecodeAnswer {
  const recipes = targets.map(({ recipe }) => recipe);
  let gray = 0;
  const count = ({ channels }: { readonly channels: number }) => {
    if (channels < 3) gray++;
  };
  const decoded = classes.map((files) => decodeClass(tree, files, recipes, count));
  for (const [k, { recipe, path }] of targets.entries()) {
    const images: ImageClass[] = decoded.map((it) => it[k]!);
    const header = {
      name: "part",
      layout: recipe,
      classes: images.map((it) => storedClass(recipe, it)),
      splits: {},
      provenance: { from: [], resize: recipe.resize },
    };
    writeImageStore(
      path,
      header,
      images.map(({ bytes }) => bytes),
    );
  }
  return { images: classes.reduce((total, { files }) => total + files.length, 0), gray };
}

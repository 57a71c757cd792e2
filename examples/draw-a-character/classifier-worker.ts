/** Adapts the initialisation to the drawings, and judges new ones: apart from the page, which stays smooth. */
import type { Tensor } from "metagrad";
import { fromArrays, judge, labels, learn, readParams, SHOTS, STEPS, toImages, WAYS } from "./classifier.js";
import type { FromClassifier, Learned, ToClassifier } from "./messages.js";

const file = await fetch(new URL("./initialisation.safetensors", import.meta.url));
let initialisation = readParams(new Uint8Array(await file.arrayBuffer()));
let adapted = initialisation;
let support: Tensor;

const answers: { readonly [K in ToClassifier["kind"]]: (message: ToClassifier & { kind: K }) => void } = {
  learn({ support: drawings, heldOut }) {
    support = toImages(drawings);
    const batch = { x: support, y: labels(WAYS, SHOTS) };
    const others = toImages(heldOut);
    const curve: Learned[] = [];
    let milliseconds = 0;
    adapted = initialisation;
    for (let step = 0; step <= STEPS; step++) {
      const accuracy = shareRight(judge(adapted, support, others));
      const start = performance.now();
      const [next, loss] = learn(adapted, batch);
      curve.push({ loss: loss.item(), accuracy });
      if (step === STEPS) break; // that step was for its loss
      milliseconds += performance.now() - start;
      adapted = next;
    }
    send({ kind: "learned", curve, milliseconds });
  },
  judge({ drawing }) {
    const image = toImages([drawing]);
    const [before, after] = [initialisation, adapted].map((params) =>
      Float32Array.from(judge(params, support, image).data()),
    );
    send({ kind: "judged", before: before!, after: after! });
  },
  "begin with"({ params }) {
    initialisation = fromArrays(params);
  },
};

/** The share of drawings that are recognised, as many of each class from 1 on. @param probabilities `[drawing, class]` */
function shareRight(probabilities: Tensor): number {
  const rows = probabilities.toArray() as number[][];
  const each = rows.length / (WAYS - 1);
  const right = rows.filter((row, i) => row.indexOf(Math.max(...row)) === 1 + Math.floor(i / each));
  return right.length / rows.length;
}

function send(message: FromClassifier): void {
  postMessage(message);
}

addEventListener("message", ({ data }: MessageEvent<ToClassifier>) => answers[data.kind](data as never));

// programs are compiled at their first call: make it now, not when somebody waits
const blank = Array.from({ length: WAYS * SHOTS }, () => new Uint8Array(28 * 28));
support = toImages(blank);
learn(initialisation, { x: support, y: labels(WAYS, SHOTS) });
judge(initialisation, support, toImages([blank[0]!]));
send({ kind: "ready" });

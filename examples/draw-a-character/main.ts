/** The page: draw, learn, judge. The network lives in a worker; `training.ts` is the section below. */
import * as mg from "metagrad";
import { chooseCharacters, split } from "./characters.js";
import { SHOTS, STEPS, WAYS } from "./classifier.js";
import { find, percent, setText } from "./elements.js";
import type { Drawing, FromClassifier, Learned, ToClassifier } from "./messages.js";
import { addPad, type Pad } from "./pad.js";
import { bar, drawCurve, thumbnail } from "./picture.js";
import { setUpTraining } from "./training.js";

const STEP_SHOWN = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 250; // milliseconds

const classifier = new Worker(new URL("./classifier-worker.ts", import.meta.url), { type: "module" });
const ask = (message: ToClassifier) => classifier.postMessage(message);

const names = Array.from({ length: WAYS }, (_, i) => (i === 0 ? "your character" : `character ${i + 1}`));
const bars = names.map(bar);
const { test: unseen } = split();
let characters = chooseCharacters(unseen, mg.Rng.seed(0));
let shuffles = 0;

let state: "loading" | "ready" | "learning" | "learned" = "loading";
/** Something that was learned from has changed since. */
let stale = false;
/** The worker judges a drawing; there is a newer one by now. */
let judging = false;
let newer = false;

find("verdict").append(...bars.map(({ row }) => row));
const pads = Array.from({ length: SHOTS }, (_, i) =>
  addPad(find("pads"), { tag: "li", label: `Drawing ${i + 1} of ${SHOTS}`, onChange: supportChanged }),
);
const query = addPad(find("query"), { tag: "div", label: "A drawing to recognise", onChange: judge });
find("learn").addEventListener("click", () => {
  state = "learning";
  stale = false;
  const support = [...pads.map(drawingOf), ...characters.flatMap((it) => it.support)];
  ask({ kind: "learn", support, heldOut: characters.flatMap((it) => it.heldOut) });
  showState();
});
find("shuffle").addEventListener("click", () => {
  characters = chooseCharacters(unseen, mg.Rng.seed(0).fork("shuffle", ++shuffles));
  state = "ready";
  showCharacters();
  showState();
  judge();
});
setUpTraining((params) => {
  ask({ kind: "begin with", params });
  supportChanged();
});
for (const id of ["loss", "accuracy", "query-loss"]) drawCurve(find(id), []);
showCharacters();
showState();

const answers: { readonly [K in FromClassifier["kind"]]: (message: FromClassifier & { kind: K }) => void } = {
  ready() {
    state = "ready";
    showState();
  },
  async learned({ curve, milliseconds }) {
    for (let step = 0; step <= STEPS; step++) {
      showCurve(curve.slice(0, step + 1));
      setText("learn-status", `Gradient step ${step} of ${STEPS} …`);
      if (step < STEPS) await new Promise((resolve) => setTimeout(resolve, STEP_SHOWN));
    }
    state = "learned";
    showState();
    if (!stale)
      setText(
        "learn-status",
        `Learned: ${STEPS} gradient steps, ${milliseconds.toFixed(0)} ms. Now draw below.`,
      );
    judge();
  },
  judged({ before, after }) {
    judging = false;
    if (newer || state !== "learned") return judge();
    const best = after.indexOf(Math.max(...after));
    bars.forEach((it, i) => {
      it.set(before[i]!, after[i]!, i === best);
    });
    setText("answer", `It takes this for ${names[best]}, with ${percent(after[best]!)}.`);
  },
};
classifier.addEventListener("error", ({ message }) =>
  setText("learn-status", `The network did not start: ${message}`),
);
classifier.addEventListener("message", ({ data }: MessageEvent<FromClassifier>) =>
  answers[data.kind](data as never),
);

function drawingOf({ strokes }: Pad): Drawing {
  return mg.drawPlainly(strokes);
}

function supportChanged(): void {
  stale = state === "learning" || state === "learned";
  showState();
}

/** Asks what the query drawing is; while an answer is still to come, after it. */
function judge(): void {
  const empty = query.strokes.length === 0;
  find("seen").replaceChildren(...(empty ? [] : [thumbnail(drawingOf(query), "what the network sees")]));
  newer = judging;
  if (judging) return;
  if (empty || state !== "learned") {
    for (const it of bars) it.set(0, 0, false);
    setText(
      "answer",
      empty || state === "learning" ? "" : "It has not learned these characters yet: step 2.",
    );
    return;
  }
  judging = true;
  ask({ kind: "judge", drawing: drawingOf(query) });
}

/** Shows what can be done next. */
function showState(): void {
  const missing = pads.filter(({ strokes }) => strokes.length === 0);
  for (const it of pads) it.box.classList.toggle("next", it === missing[0]);
  const first = pads.find(({ strokes }) => strokes.length > 0);
  bars[0]!.show(first && drawingOf(first));
  find<HTMLButtonElement>("learn").disabled =
    state === "loading" || state === "learning" || missing.length > 0;
  find<HTMLButtonElement>("shuffle").disabled = state === "learning";
  setText("learn", state === "learned" ? "Learn again" : "Learn these five characters");
  if (state === "learning") return;
  setText("learn-status", status(missing.length));
}

function status(missing: number): string {
  if (state === "loading") return "Loading the network …";
  if (missing > 0)
    return `${missing} more ${missing === 1 ? "drawing" : "drawings"} of your character, please.`;
  if (stale) return "Changed since it learned: let it learn again.";
  return state === "learned" ? "Learned. Now draw below." : "25 drawings, five of each character: ready.";
}

function showCurve(curve: readonly Learned[]): void {
  const [{ loss: top }, { loss, accuracy }] = [curve[0]!, curve.at(-1)!];
  const room = STEPS + 1;
  drawCurve(
    find("loss"),
    curve.map((it) => it.loss),
    { room, top, dots: true },
  );
  drawCurve(
    find("accuracy"),
    curve.map((it) => it.accuracy),
    { room, top: 1, dots: true },
  );
  setText("loss-value", loss.toFixed(3));
  setText("accuracy-value", percent(accuracy));
}

function showCharacters(): void {
  find("others").replaceChildren(
    ...characters.map(({ support }, i) => {
      const box = document.createElement("li");
      const label = `${names[i + 1]}, drawn ${support.length} times`;
      box.append(...support.map((drawing, k) => thumbnail(drawing, k === 0 ? label : "")));
      bars[i + 1]!.show(support[0]);
      return box;
    }),
  );
}

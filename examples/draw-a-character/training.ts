/** The section in which the page meta-trains from scratch, in a worker of its own. */
import { find, setText, threadsInWords } from "./elements.js";
import type { FromTrainer, ToTrainer } from "./messages.js";
import { drawCurve } from "./picture.js";

/** @param onUse called with parameters that the user wants to begin with */
export function setUpTraining(onUse: (params: readonly Float32Array[]) => void): void {
  const button = find<HTMLButtonElement>("train");
  const use = find<HTMLButtonElement>("use");
  const losses: number[] = [];
  let worker: Worker | undefined;
  let params: readonly Float32Array[] = [];
  let training = false;
  let threads = 1;

  const answers: { readonly [K in FromTrainer["kind"]]: (message: FromTrainer & { kind: K }) => void } = {
    training(message) {
      threads = message.threads;
    },
    progress({ step, queryLoss, stepsPerSecond }) {
      losses.push(queryLoss);
      drawCurve(find("query-loss"), losses);
      setText("query-loss-value", queryLoss.toFixed(3));
      setText(
        "train-status",
        `${step} steps, ${stepsPerSecond.toFixed(1)} a second on ${threadsInWords(threads)}.`,
      );
    },
    stopped(message) {
      ({ params } = message);
      use.hidden = false;
      button.disabled = false;
      button.textContent = "Train on";
    },
  };
  const start = () => {
    const started = new Worker(new URL("./trainer-worker.ts", import.meta.url), { type: "module" });
    started.addEventListener("message", ({ data }: MessageEvent<FromTrainer>) =>
      answers[data.kind](data as never),
    );
    return started;
  };

  button.addEventListener("click", () => {
    worker ??= start();
    training = !training;
    worker.postMessage({ kind: training ? "train" : "stop" } satisfies ToTrainer);
    use.hidden = true;
    button.disabled = !training;
    button.textContent = training ? "Stop" : "Stopping …";
    if (training && losses.length === 0) setText("train-status", "Starting …");
  });
  use.addEventListener("click", () => {
    onUse(params);
    use.hidden = true;
    setText("train-status", "The page begins with these weights now: let it learn again.");
  });
  setText(
    "threads",
    crossOriginIsolated
      ? `Training uses up to ${threadsInWords(navigator.hardwareConcurrency)} here.`
      : "This host does not isolate the page (COOP and COEP headers), so training has one thread here.",
  );
}

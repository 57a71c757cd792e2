/** What a person does with the hand: keys, or buttons that are held. */

/** Keys, and the directions of the screen or the room that they stand for. */
const KEYS: Readonly<Record<string, readonly [right: number, away: number, up: number]>> = {
  ArrowRight: [1, 0, 0],
  ArrowLeft: [-1, 0, 0],
  ArrowUp: [0, 1, 0],
  ArrowDown: [0, -1, 0],
  KeyW: [0, 0, 1],
  KeyS: [0, 0, -1],
};

export class Hand {
  readonly #held = new Set<string>();
  readonly #grip: HTMLButtonElement;
  #active = false;

  /** @param pad buttons, each with the key that it stands for in `data-key`, and one that toggles the grip */
  constructor(pad: HTMLElement, grip: HTMLButtonElement) {
    this.#grip = grip;
    addEventListener("keydown", (event) => this.#key(event, true));
    addEventListener("keyup", (event) => this.#key(event, false));
    for (const lost of ["blur", "pagehide"]) addEventListener(lost, () => this.#held.clear());
    for (const button of pad.querySelectorAll<HTMLButtonElement>("[data-key]")) {
      const key = button.dataset.key!;
      button.addEventListener("pointerdown", (event) => {
        button.setPointerCapture(event.pointerId);
        this.#held.add(key);
      });
      for (const end of ["pointerup", "pointercancel", "lostpointercapture"] as const)
        button.addEventListener(end, () => this.#held.delete(key));
      button.addEventListener("contextmenu", (event) => event.preventDefault());
    }
    grip.addEventListener("click", () => this.#close(!this.#closed));
  }

  /** Whether a person acts: only then keys are taken from the page. */
  set active(active: boolean) {
    this.#active = active;
    this.#held.clear();
    this.#close(false);
  }

  /** An action in the room's axes. @param away the horizontal direction, ±x or ±y, into the screen */
  action([x, y]: readonly [number, number]): number[] {
    let [right, forth, up] = [0, 0, 0];
    for (const key of this.#held) {
      const [r, a, u] = KEYS[key]!;
      right += r;
      forth += a;
      up += u;
    }
    return [forth * x + right * y, forth * y - right * x, up, this.#closed ? 1 : -1];
  }

  get #closed(): boolean {
    return this.#grip.getAttribute("aria-pressed") === "true";
  }

  #close(closed: boolean): void {
    this.#grip.setAttribute("aria-pressed", String(closed));
  }

  #key(event: KeyboardEvent, down: boolean): void {
    const { code, target, repeat } = event;
    if (!this.#active || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target instanceof HTMLSelectElement || !(code in KEYS || code === "Space")) return;
    if (code === "Space" && target instanceof HTMLButtonElement) return; // presses the button
    event.preventDefault();
    if (code === "Space") {
      if (down && !repeat) this.#close(!this.#closed);
    } else if (down) this.#held.add(code);
    else this.#held.delete(code);
  }
}

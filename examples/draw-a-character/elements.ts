/** Finds elements of the page, and writes into them. */
export function find<E extends Element = HTMLElement>(id: string): E {
  return document.querySelector<E>(`#${id}`)!;
}

export function setText(id: string, text: string): void {
  find(id).textContent = text;
}

/** "1 thread", "8 threads". */
export function threadsInWords(count: number): string {
  return count === 1 ? "1 thread" : `${count} threads`;
}

export function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}

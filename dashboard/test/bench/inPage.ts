// Run in the page; they may name nothing outside of themselves.

/** Notes when the account page takes input: its sliders are there, and the page has drawn them and is idle again. */
export function noteInteractive(): void {
  const look = (): void => {
    if (document.querySelector('[role=slider]') === null) return;
    observer.disconnect();
    requestAnimationFrame(() =>
      setTimeout(() => Reflect.set(window, 'interactiveAt', performance.timeOrigin + performance.now())),
    );
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true });
}

/** @returns milliseconds since 1970 */
export function readInteractive(): number | undefined {
  const at: unknown = Reflect.get(window, 'interactiveAt');
  return typeof at === 'number' ? at : undefined;
}

/** Scrolls the list of accounts from end to end. @returns how long each frame took, milliseconds */
export async function scrollThrough(steps: number): Promise<number[]> {
  const box = document.querySelector('.grid-scroll');
  if (box === null) throw new Error('there is no list');
  const frames: number[] = [];
  let last = performance.now();
  for (let i = 1; i <= steps; i++) {
    box.scrollTop = (box.scrollHeight * i) / steps;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
  }
  return frames;
}

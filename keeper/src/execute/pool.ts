/** `Promise.all` over a list, in its order, with a bound on how many run at once. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [i, item] of waiting) results[i] = await map(item, i);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** The same, for whoever wants each result as soon as it is there. */
export function startConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T) => Promise<R>,
): readonly Promise<R>[] {
  const results: Promise<R>[] = [];
  for (const item of items) {
    const before = results[results.length - limit];
    const result = before === undefined ? map(item) : before.then(() => map(item));
    // whoever waits for an earlier one must not miss that this one failed
    result.catch(() => undefined);
    results.push(result);
  }
  return results;
}

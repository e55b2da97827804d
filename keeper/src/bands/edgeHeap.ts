/** What is in no heap. */
const ABSENT = -1;
const FIRST_CAPACITY = 1_024;

/**
 * Numbered items in the order of their keys, the least first: a binary heap that knows where each item is, so that moving or
 * removing one costs O(log n). Holds no objects.
 */
export interface EdgeHeap {
  readonly size: number;
  /** Puts the item in, or moves it. */
  set(item: number, key: number): void;
  /** Takes the item out, if it is in. */
  remove(item: number): void;
  has(item: number): boolean;
  /** Takes out every item whose key is below `limit`, and hands it over. */
  popBelow(limit: number, take: (item: number) => void): void;
}

export function createEdgeHeap(): EdgeHeap {
  let items = new Int32Array(FIRST_CAPACITY);
  let keys = new Float64Array(FIRST_CAPACITY);
  let places = new Int32Array(FIRST_CAPACITY).fill(ABSENT);
  let size = 0;

  function reserve(item: number): void {
    if (item >= places.length) {
      const grown = new Int32Array(Math.max(item + 1, 2 * places.length)).fill(ABSENT);
      grown.set(places);
      places = grown;
    }
    if (size < items.length) return;
    const [moreItems, moreKeys] = [new Int32Array(2 * size), new Float64Array(2 * size)];
    moreItems.set(items);
    moreKeys.set(keys);
    [items, keys] = [moreItems, moreKeys];
  }

  function put(at: number, item: number, key: number): void {
    items[at] = item;
    keys[at] = key;
    places[item] = at;
  }

  function rise(from: number, item: number, key: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent]! <= key) break;
      put(at, items[parent]!, keys[parent]!);
      at = parent;
    }
    put(at, item, key);
  }

  function sink(from: number, item: number, key: number): void {
    let at = from;
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      put(at, items[child]!, keys[child]!);
      at = child;
    }
    put(at, item, key);
  }

  function removeAt(at: number): void {
    places[items[at]!] = ABSENT;
    size--;
    if (at === size) return;
    const [item, key] = [items[size]!, keys[size]!];
    if (at > 0 && keys[(at - 1) >> 1]! > key) rise(at, item, key);
    else sink(at, item, key);
  }

  return {
    get size() {
      return size;
    },
    set(item, key) {
      reserve(item);
      const at = places[item]!;
      if (at === ABSENT) rise(size++, item, key);
      else if (key < keys[at]!) rise(at, item, key);
      else sink(at, item, key);
    },
    remove(item) {
      const at = places[item] ?? ABSENT;
      if (at !== ABSENT) removeAt(at);
    },
    has: (item) => (places[item] ?? ABSENT) !== ABSENT,
    popBelow(limit, take) {
      while (size > 0 && keys[0]! < limit) {
        const item = items[0]!;
        removeAt(0);
        take(item);
      }
    },
  };
}

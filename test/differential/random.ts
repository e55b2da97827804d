/** A seeded generator of pseudorandom numbers (sfc32): the same seed gives the same numbers on every machine. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** @param seed Any text; every part of it counts. */
  constructor(seed: string) {
    const state = [0x9e3779b9, 0x243f6a88, 0xb7e15162];
    for (const [i, character] of [...seed].entries()) {
      const at = i % state.length;
      state[at] = Math.imul((state[at] ?? 0) ^ character.charCodeAt(0), 0x01000193 + 2 * i);
    }
    [this.a, this.b, this.c] = [state[0] ?? 0, state[1] ?? 0, state[2] ?? 0];
    for (let i = 0; i < 16; ++i) this.next();
  }

  /** 32 bits. */
  next(): number {
    const sum = (this.a + this.b + this.counter++) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** A whole number, 0 <= n < end. */
  below(end: number): number {
    return this.next() % end;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(list: readonly T[]): T {
    const index = this.below(list.length);
    if (list.length === 0) throw new RangeError('nothing to pick from');
    return list[index] as T;
  }

  shuffle<T>(list: readonly T[]): T[] {
    const shuffled = [...list];
    for (let i = shuffled.length - 1; i > 0; --i) {
      const j = this.below(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
    }
    return shuffled;
  }

  /** Of `count` bits at most. */
  bits(count: number): bigint {
    let value = 0n;
    for (let filled = 0; filled < count; filled += 32) value = (value << 32n) | BigInt(this.next());
    return BigInt.asUintN(count, value);
  }

  /** low <= value <= high. */
  between(low: bigint, high: bigint): bigint {
    const span = high - low + 1n;
    return low + (this.bits(span.toString(2).length + 32) % span);
  }

  /** Every length in bits is as likely: 1 <= value < 2^maxBits, from dust to huge. */
  magnitude(minBits: number, maxBits: number): bigint {
    const length = minBits + this.below(maxBits - minBits + 1);
    return length <= 1 ? 1n : (1n << BigInt(length - 1)) | this.bits(length - 1);
  }

  sign(value: bigint): bigint {
    return this.chance(50) ? value : -value;
  }
}

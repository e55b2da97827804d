// Loaded before a keeper (node --import): a host whose clock is wrong by CLOCK_SKEW_MS. On SIGUSR2 it jumps to the other side.
// The embedded database reads the same clock; what has passed (performance.now) is right on every host.
const Real = Date;
let skewMs = Number(process.env['CLOCK_SKEW_MS']);

class SkewedDate extends Real {
  constructor(...args: ConstructorParameters<typeof Date> | []) {
    if (args.length === 0) super(Real.now() + skewMs);
    else super(...args);
  }

  static override now(): number {
    return Real.now() + skewMs;
  }
}

globalThis.Date = SkewedDate as DateConstructor;
process.on('SIGUSR2', () => (skewMs = -skewMs));

import { expWad, WAD } from '../../units/index.ts';
import { TimeBeforeUpdateError } from '../errors.ts';

/** A perp market's moving state (SPEC-F1). */
export interface PerpState {
  /** What one unit long has paid since listing, wad USD. */
  readonly fundingIndex: bigint;
  /** Traded premium over the index at `updatedAt`, wad USD per unit. */
  readonly premium: bigint;
  /** Unix seconds. */
  readonly updatedAt: bigint;
}

/** The premium's time constant. */
const DECAY_SEC = 3600n;
/** A premium held constant is paid once in eight hours, which are eight time constants. */
const INTERVALS_PER_DECAY = 8n;

/**
 * Premium and funding index at a later time, in closed form: when somebody pokes the market changes nothing (SPEC-F2, F3).
 * The premium shrinks toward zero, and the index's step truncates toward zero.
 * @throws TimeBeforeUpdateError
 */
export function accruePerp(state: PerpState, nowSec: bigint): PerpState {
  const elapsed = nowSec - state.updatedAt;
  if (elapsed < 0n) throw new TimeBeforeUpdateError(state.updatedAt, nowSec);
  const decay = expWad(-((elapsed * WAD) / DECAY_SEC));
  // bigint division truncates toward zero, so that a premium dies out instead of sticking at one wei
  const premium = elapsed === 0n ? state.premium : (state.premium * decay) / WAD;
  return {
    fundingIndex: state.fundingIndex + (state.premium - premium) / INTERVALS_PER_DECAY,
    premium,
    updatedAt: nowSec,
  };
}

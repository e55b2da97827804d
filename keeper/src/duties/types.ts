import type { AccountId } from '@novate/sdk';
import type { BlockHead, TransactionBody } from '../chain/types.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { PriceBoard } from '../mirror/prices.ts';
import type { References } from '../mirror/references.ts';
import type { WorkKind } from '../store/work.ts';

/** What a tick knows when it comes to duties. */
export interface DutyView {
  readonly head: BlockHead;
  readonly board: PriceBoard;
  readonly references: References;
  readonly mirror: Pick<Mirror, 'ledger' | 'book'>;
  /** Accounts below their maintenance margin by the twin, the worst first. */
  readonly unhealthy: readonly AccountId[];
  /** Those with a liquidation on its way. */
  readonly inFlight: ReadonlySet<AccountId>;
  /** Names the state of an account, the same for every keeper. */
  readonly versionOf: (account: AccountId) => string | undefined;
}

/** Something to do once. @property key The thing and its epoch: the same for every keeper that sees the same reason. */
export interface DutyItem {
  readonly key: string;
  /** Larger is more urgent. */
  readonly urgency: number;
}

/** A transaction but for its gas. */
export type DutyCall = Omit<TransactionBody, 'gas'>;

/** Work that comes up by itself, costs gas, earns nothing, and keeps the protocol going. */
export interface Duty<Item extends DutyItem = DutyItem> {
  /** As metrics and logs call it. */
  readonly name: string;
  readonly kind: WorkKind;
  /** Most items of one transaction. */
  readonly together: number;
  due(view: DutyView): readonly Item[] | Promise<readonly Item[]>;
  /** Rejects, or gives nothing, where it cannot be done now. */
  encode(items: readonly Item[], view: DutyView): DutyCall | undefined | Promise<DutyCall | undefined>;
}

/** A duty whose items only it needs to know. */
export interface AnyDuty {
  readonly name: string;
  readonly kind: WorkKind;
  plan(view: DutyView): Promise<PlannedDuty>;
}

export interface PlannedDuty {
  readonly items: readonly DutyItem[];
  readonly together: number;
  encode(keys: ReadonlySet<string>): Promise<DutyCall | undefined>;
}

/** Hides what kind of item a duty has. */
export function anyDuty<Item extends DutyItem>(duty: Duty<Item>): AnyDuty {
  const { name, kind, together } = duty;
  return {
    name,
    kind,
    async plan(view) {
      const items = await duty.due(view);
      return {
        items,
        together,
        encode: async (keys) =>
          duty.encode(
            items.filter(({ key }) => keys.has(key)),
            view,
          ),
      };
    },
  };
}

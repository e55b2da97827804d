import {
  bigint,
  bigserial,
  boolean,
  customType,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';

// The tables of `migrations/`, as Drizzle sees them: a change of one is a change of both.

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });
const block = (name: string) => bigint(name, { mode: 'bigint' });
const word = (name: string) => numeric(name, { precision: 78, scale: 0, mode: 'bigint' }).notNull();

export const deployment = pgTable('deployment', {
  id: integer('id').primaryKey().default(1),
  chainId: bigint('chain_id', { mode: 'number' }).notNull(),
  clearinghouse: text('clearinghouse').notNull(),
  fromBlock: block('from_block').notNull(),
});

export const ingestCursor = pgTable('ingest_cursor', {
  id: integer('id').primaryKey().default(1),
  blockNumber: block('block_number').notNull(),
  blockHash: text('block_hash').$type<`0x${string}`>().notNull(),
});

export const checkpoints = pgTable('checkpoints', {
  blockNumber: block('block_number').primaryKey(),
  blockHash: text('block_hash').$type<`0x${string}`>().notNull(),
  undo: bytes('undo'),
});

export const accounts = pgTable('accounts', {
  account: bytes('account').primaryKey(),
  state: bytes('state').notNull(),
});

export const perpMarkets = pgTable('perp_markets', {
  underlying: integer('underlying').primaryKey(),
  fundingIndex: word('funding_index'),
  premium: word('premium'),
  openInterest: word('open_interest'),
  updatedAt: block('updated_at').notNull(),
});

export const cashIndex = pgTable('cash_index', {
  id: integer('id').primaryKey().default(1),
  supplyIndex: word('supply_index'),
  borrowIndex: word('borrow_index'),
  supplyRate: word('supply_rate'),
  borrowRate: word('borrow_rate'),
  updatedAt: block('updated_at').notNull(),
});

export const leases = pgTable('leases', {
  name: text('name').primaryKey(),
  token: block('token').notNull(),
  owner: text('owner').notNull(),
  expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
});

/** Where a transaction stands. The first three are in flight. */
export type TransactionStatus = 'intended' | 'signed' | 'sent' | 'mined' | 'replaced' | 'dropped';

export const transactions = pgTable('transactions', {
  id: bigserial('id', { mode: 'bigint' }).primaryKey(),
  wallet: text('wallet').notNull(),
  nonce: bigint('nonce', { mode: 'number' }).notNull(),
  status: text('status').$type<TransactionStatus>().notNull(),
  kind: text('kind').notNull(),
  purpose: jsonb('purpose').notNull(),
  body: jsonb('body').notNull(),
  fees: jsonb('fees').notNull(),
  sentAtBlock: block('sent_at_block').notNull(),
  missed: integer('missed').notNull().default(0),
  harmlessFrom: block('harmless_from'),
  token: block('token').notNull(),
  minedHash: text('mined_hash'),
  minedBlock: block('mined_block'),
  succeeded: boolean('succeeded'),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  endedAt: timestamp('ended_at', { withTimezone: true }),
});

export const transactionVersions = pgTable('transaction_versions', {
  hash: text('hash').primaryKey(),
  transactionId: block('transaction_id').notNull(),
  position: integer('position').notNull(),
  raw: text('raw').notNull(),
  cancels: boolean('cancels').notNull(),
});

export const workClaims = pgTable('work_claims', {
  key: text('key').primaryKey(),
  transactionId: block('transaction_id').notNull(),
});

export const marginAlerts = pgTable('margin_alerts', {
  account: text('account').notNull(),
  levelBps: integer('level_bps').notNull(),
  raisedAt: timestamp('raised_at', { withTimezone: true }).notNull().defaultNow(),
});

/** What has become of an order that was left with the keepers; only `waiting` ones are executed. */
export type TriggerStatus = 'waiting' | 'filled' | 'cancelled' | 'expired';

export const triggerOrders = pgTable('trigger_orders', {
  hash: text('hash').$type<`0x${string}`>().primaryKey(),
  account: word('account'),
  nonce: numeric('nonce', { precision: 20, scale: 0, mode: 'bigint' }).notNull(),
  underlying: integer('underlying').notNull(),
  above: boolean('above').notNull(),
  triggerPrice: numeric('trigger_price', { precision: 39, scale: 0, mode: 'bigint' }).notNull(),
  expirySec: block('expiry_sec').notNull(),
  signed: jsonb('signed').notNull(),
  status: text('status').$type<TriggerStatus>().notNull(),
  receivedAt: timestamp('received_at', { withTimezone: true }).notNull().defaultNow(),
  endedBlock: block('ended_block'),
});

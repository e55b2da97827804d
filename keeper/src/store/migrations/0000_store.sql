-- Which deployment this database is about: a store is never shared between two.
CREATE TABLE "deployment" (
  "id" integer PRIMARY KEY DEFAULT 1 CHECK ("id" = 1),
  "chain_id" bigint NOT NULL,
  "clearinghouse" text NOT NULL,
  "from_block" bigint NOT NULL
);
--> statement-breakpoint
-- The newest block whose events are in the tables below.
CREATE TABLE "ingest_cursor" (
  "id" integer PRIMARY KEY DEFAULT 1 CHECK ("id" = 1),
  "block_number" bigint NOT NULL,
  "block_hash" text NOT NULL
);
--> statement-breakpoint
-- Blocks that can be gone back to. "undo" is what the blocks since the checkpoint before overwrote; the oldest has none.
CREATE TABLE "checkpoints" (
  "block_number" bigint PRIMARY KEY,
  "block_hash" text NOT NULL,
  "undo" bytea
);
--> statement-breakpoint
CREATE TABLE "accounts" (
  "account" bytea PRIMARY KEY,
  "state" bytea NOT NULL
);
--> statement-breakpoint
CREATE TABLE "perp_markets" (
  "underlying" integer PRIMARY KEY,
  "funding_index" numeric(78, 0) NOT NULL,
  "premium" numeric(78, 0) NOT NULL,
  "open_interest" numeric(78, 0) NOT NULL,
  "updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cash_index" (
  "id" integer PRIMARY KEY DEFAULT 1 CHECK ("id" = 1),
  "supply_index" numeric(78, 0) NOT NULL,
  "borrow_index" numeric(78, 0) NOT NULL,
  "supply_rate" numeric(78, 0) NOT NULL,
  "borrow_rate" numeric(78, 0) NOT NULL,
  "updated_at" bigint NOT NULL
);
--> statement-breakpoint
-- Who may write what, for how long. The token grows with each new owner; times are the database's.
CREATE TABLE "leases" (
  "name" text PRIMARY KEY,
  "token" bigint NOT NULL,
  "owner" text NOT NULL,
  "expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "transactions" (
  "id" bigserial PRIMARY KEY,
  "wallet" text NOT NULL,
  "nonce" bigint NOT NULL,
  "status" text NOT NULL CHECK ("status" IN ('intended', 'signed', 'sent', 'mined', 'replaced', 'dropped')),
  "kind" text NOT NULL,
  "purpose" jsonb NOT NULL,
  "body" jsonb NOT NULL,
  "fees" jsonb NOT NULL,
  "sent_at_block" bigint NOT NULL,
  "missed" integer NOT NULL DEFAULT 0,
  -- Unix seconds of the chain from which it can only revert
  "harmless_from" bigint,
  "token" bigint NOT NULL,
  "mined_hash" text,
  "mined_block" bigint,
  "succeeded" boolean,
  "created_at" timestamp with time zone NOT NULL DEFAULT now(),
  "ended_at" timestamp with time zone
);
--> statement-breakpoint
-- One transaction per nonce, whatever happens
CREATE UNIQUE INDEX "transactions_live" ON "transactions" ("wallet", "nonce") WHERE "status" IN ('intended', 'signed', 'sent');
--> statement-breakpoint
CREATE INDEX "transactions_mined" ON "transactions" ("mined_block") WHERE "status" = 'mined';
--> statement-breakpoint
-- Every version that was ever signed: any of them may be mined.
CREATE TABLE "transaction_versions" (
  "hash" text PRIMARY KEY,
  "transaction_id" bigint NOT NULL REFERENCES "transactions" ("id"),
  "position" integer NOT NULL,
  "raw" text NOT NULL,
  -- only uses up the nonce
  "cancels" boolean NOT NULL DEFAULT false
);
--> statement-breakpoint
CREATE INDEX "transaction_versions_of" ON "transaction_versions" ("transaction_id");
--> statement-breakpoint
-- Work that is in hand or done: it cannot be intended twice.
CREATE TABLE "work_claims" (
  "key" text PRIMARY KEY,
  "transaction_id" bigint NOT NULL REFERENCES "transactions" ("id")
);
--> statement-breakpoint
CREATE INDEX "work_claims_of" ON "work_claims" ("transaction_id");

-- Signed stop-loss and take-profit orders that people have left with the keepers of this deployment.
CREATE TABLE "trigger_orders" (
  -- EIP-712 hash
  "hash" text PRIMARY KEY,
  "account" numeric(78, 0) NOT NULL,
  "nonce" numeric(20, 0) NOT NULL,
  "underlying" integer NOT NULL,
  "above" boolean NOT NULL,
  "trigger_price" numeric(39, 0) NOT NULL,
  "expiry_sec" bigint NOT NULL,
  -- the order with its signature, as JSON text holds it
  "signed" jsonb NOT NULL,
  "status" text NOT NULL CHECK ("status" IN ('waiting', 'filled', 'cancelled', 'expired')),
  "received_at" timestamp with time zone NOT NULL DEFAULT now(),
  -- the block at which it was found to be over: a reorganisation that goes behind it puts it back
  "ended_block" bigint
);
--> statement-breakpoint
CREATE INDEX "trigger_orders_due" ON "trigger_orders" ("underlying", "above", "trigger_price") WHERE "status" = 'waiting';
--> statement-breakpoint
CREATE INDEX "trigger_orders_of" ON "trigger_orders" ("account", "nonce");

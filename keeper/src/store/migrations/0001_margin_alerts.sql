-- Margin calls that were raised and not yet cleared: one row per account and level, so that none is raised twice.
CREATE TABLE "margin_alerts" (
  "account" text NOT NULL,
  -- equity over maintenance margin, in basis points
  "level_bps" integer NOT NULL,
  "raised_at" timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY ("account", "level_bps")
);

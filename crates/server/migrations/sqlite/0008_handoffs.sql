-- Leads that were passed on to people: once per episode, until somebody closes or gives it back.
CREATE TABLE handoffs (
  id TEXT PRIMARY KEY,
  conversation_id TEXT NOT NULL,
  lead_id TEXT NOT NULL,
  -- 'hot', 'human_request' or 'complaint'
  why TEXT NOT NULL,
  card TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  -- When the first seller's phone got the card.
  told_at BIGINT,
  picked_up_at BIGINT,
  picked_by TEXT,
  reminders BIGINT NOT NULL DEFAULT 0,
  next_reminder_at BIGINT,
  closed_at BIGINT
);
CREATE UNIQUE INDEX handoffs_open ON handoffs (conversation_id) WHERE closed_at IS NULL;
CREATE INDEX handoffs_created ON handoffs (created_at);

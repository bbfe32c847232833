-- Where each field of a lead comes from, and what it was before.

-- A fact: a value with its evidence. The current one of a field has no `superseded_at`.
CREATE TABLE facts (
  id UUID PRIMARY KEY,
  lead_id UUID NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
  field TEXT NOT NULL,
  -- As people read it; empty: somebody took the value away.
  value TEXT NOT NULL,
  -- The lead's words, and the message that holds them.
  quote TEXT,
  message_id UUID,
  -- 'offline', 'model', 'human', 'supabase' or 'crm'.
  source TEXT NOT NULL,
  validator TEXT NOT NULL,
  -- Who wrote it, where it was no brain.
  actor TEXT,
  turn_id UUID,
  created_at BIGINT NOT NULL,
  -- From here on a brain may change what a human wrote.
  freed_at BIGINT,
  superseded_at BIGINT,
  superseded_by UUID
);
CREATE INDEX facts_lead ON facts (lead_id, created_at);
CREATE UNIQUE INDEX facts_current ON facts (lead_id, field) WHERE superseded_at IS NULL;

ALTER TABLE lead_profiles ADD COLUMN score BIGINT NOT NULL DEFAULT 0;
-- Since when the lead has its temperature.
ALTER TABLE lead_profiles ADD COLUMN temperature_at BIGINT;
CREATE INDEX lead_profiles_score ON lead_profiles (score);

-- The lead took the message back.
ALTER TABLE messages ADD COLUMN deleted_at BIGINT;

-- What a day costs is summed from its turns.
CREATE INDEX turns_finished ON turns (finished_at, cost_micro_usd);

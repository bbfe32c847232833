-- Other systems in step with ours, and what the console's list shows.

-- The vendors that mirror our record. A row here makes every change of a conversation wake its lane.
CREATE TABLE mirrors (
  lane TEXT PRIMARY KEY,
  -- How long after a lead's message the lane wakes, in milliseconds; null: not before the answer.
  after_message_ms BIGINT
);

-- Which row at a vendor is which of ours, and what was last written there.
CREATE TABLE remotes (
  lane TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  conversation_id TEXT NOT NULL,
  remote_id TEXT,
  hash TEXT,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  detail TEXT,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (lane, kind, id)
);
CREATE INDEX remotes_conversation ON remotes (conversation_id, lane);
CREATE INDEX remotes_vendor ON remotes (lane, kind, remote_id) WHERE remote_id IS NOT NULL;
CREATE INDEX remotes_refused ON remotes (updated_at) WHERE state = 'refused';

-- Who did what to which conversation or setting; never what a message says.
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT
);
CREATE INDEX audit_subject ON audit (subject, seq);

ALTER TABLE conversation_states ADD COLUMN touched_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversation_states ADD COLUMN last_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversation_states ADD COLUMN last_author TEXT;
ALTER TABLE conversation_states ADD COLUMN last_text TEXT;
ALTER TABLE conversation_states ADD COLUMN waiting_since BIGINT;
ALTER TABLE conversation_states ADD COLUMN unread BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversation_states ADD COLUMN closed_at BIGINT;
CREATE INDEX conversation_states_touched ON conversation_states (touched_at);
CREATE INDEX conversation_states_last ON conversation_states (last_at, id);
CREATE INDEX conversation_states_lead ON conversation_states (lead_id);

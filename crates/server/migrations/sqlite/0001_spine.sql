-- The spine: the customer's six tables, and ours beside them.
-- Times of ours are integer milliseconds since 1970; those of the customer's tables are ISO text in UTC.

-- The customer's tables. -------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS leads (
  id TEXT PRIMARY KEY,
  phone TEXT UNIQUE,
  name TEXT,
  email TEXT,
  company TEXT,
  city TEXT,
  uf TEXT,
  product TEXT,
  volume TEXT,
  urgency TEXT,
  knows_seleto BOOLEAN,
  temperature TEXT,
  temperature_reason TEXT,
  opted_out BOOLEAN NOT NULL DEFAULT FALSE,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);

CREATE TABLE IF NOT EXISTS orcamentos (
  id TEXT PRIMARY KEY,
  lead_id TEXT NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
  resumo TEXT,
  produto TEXT,
  segmento TEXT,
  urgencia_compra TEXT,
  volume_diario TEXT,
  oportunidade_pipe_id TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX IF NOT EXISTS orcamentos_lead ON orcamentos (lead_id);

CREATE TABLE IF NOT EXISTS empresa (
  id TEXT PRIMARY KEY,
  nome TEXT,
  cidade TEXT,
  uf TEXT,
  cnpj TEXT UNIQUE,
  site TEXT,
  email TEXT,
  telefone TEXT,
  contato TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);

-- The message history as the customer reads it; `messages` below holds the rest.
CREATE TABLE IF NOT EXISTS conversations (
  id TEXT PRIMARY KEY,
  lead_phone TEXT NOT NULL,
  role TEXT NOT NULL,
  content TEXT NOT NULL,
  timestamp TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
CREATE INDEX IF NOT EXISTS conversations_phone ON conversations (lead_phone, timestamp);

CREATE TABLE IF NOT EXISTS conversation_context (
  id TEXT PRIMARY KEY,
  lead_phone TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  UNIQUE (lead_phone, key)
);

CREATE TABLE IF NOT EXISTS technical_questions (
  id TEXT PRIMARY KEY,
  phone TEXT NOT NULL,
  question TEXT NOT NULL,
  timestamp TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  context TEXT
);

-- Ours. ------------------------------------------------------------------------------------

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

-- Who is alive: the leases of a replica that stopped reporting are given back.
CREATE TABLE replicas (
  id TEXT PRIMARY KEY,
  seen_at BIGINT NOT NULL
);

-- One person, however the vendor addresses them: phone (in its canonical form) or lid.
CREATE TABLE identities (
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  lead_id TEXT NOT NULL,
  PRIMARY KEY (kind, value)
);
CREATE INDEX identities_lead ON identities (lead_id);

-- What is known of a lead beyond the customer's columns, as JSON.
CREATE TABLE lead_profiles (
  lead_id TEXT PRIMARY KEY REFERENCES leads (id) ON DELETE CASCADE,
  profile TEXT NOT NULL,
  sender_name TEXT
);

-- The conversation of a lead on one instance. (The customer's `conversations` is its history.)
CREATE TABLE conversation_states (
  id TEXT PRIMARY KEY,
  lead_id TEXT NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
  instance TEXT NOT NULL,
  address TEXT NOT NULL,
  lead_phone TEXT NOT NULL,
  mode TEXT NOT NULL,
  mode_by TEXT,
  mode_at BIGINT NOT NULL,
  memory TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (instance, lead_id)
);

-- The queue: one row a conversation and lane ('turns', 'whatsapp', ...).
CREATE TABLE queue (
  conversation_id TEXT NOT NULL,
  lane TEXT NOT NULL,
  wake_at BIGINT,
  burst_at BIGINT NOT NULL,
  gen BIGINT NOT NULL,
  lease_until BIGINT NOT NULL DEFAULT 0,
  lease_by TEXT,
  fence BIGINT NOT NULL DEFAULT 0,
  attempts BIGINT NOT NULL DEFAULT 0,
  rejoined BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (conversation_id, lane)
);
CREATE INDEX queue_due ON queue (lane, wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX queue_leases ON queue (lease_by) WHERE lease_by IS NOT NULL;

-- Every webhook that was answered 200, as it came.
CREATE TABLE inbound (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  source TEXT NOT NULL,
  instance TEXT NOT NULL,
  external_id TEXT NOT NULL,
  conversation_id TEXT,
  decision TEXT NOT NULL,
  reason TEXT,
  body TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  UNIQUE (source, instance, external_id)
);

CREATE TABLE messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  conversation_id TEXT NOT NULL,
  author TEXT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  media TEXT,
  external_id TEXT,
  quoted_id TEXT,
  turn_id TEXT,
  delivery_id TEXT,
  edited_at BIGINT,
  sent_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX messages_history ON messages (conversation_id, seq);
CREATE INDEX messages_waiting ON messages (conversation_id, seq)
  WHERE author = 'lead' AND turn_id IS NULL;
CREATE INDEX messages_external ON messages (external_id) WHERE external_id IS NOT NULL;

-- One row explains one answer, or one silence.
CREATE TABLE turns (
  id TEXT PRIMARY KEY,
  conversation_id TEXT NOT NULL,
  fence BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT,
  brain TEXT,
  model TEXT,
  prompt_hash TEXT,
  prompt_tokens BIGINT,
  cached_tokens BIGINT,
  completion_tokens BIGINT,
  cost_micro_usd BIGINT,
  model_ms BIGINT,
  intents TEXT,
  verdicts TEXT
);
CREATE INDEX turns_conversation ON turns (conversation_id, started_at);

-- The outbox: the text is frozen before the first attempt.
CREATE TABLE deliveries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  conversation_id TEXT NOT NULL,
  lane TEXT NOT NULL,
  turn_id TEXT,
  message_id TEXT,
  address TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  spared BIGINT NOT NULL DEFAULT 0,
  resent BIGINT NOT NULL DEFAULT 0,
  due_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT,
  settled_at BIGINT,
  queue_id TEXT,
  external_id TEXT,
  echo_id TEXT,
  tick BIGINT NOT NULL DEFAULT 0,
  reason TEXT
);
CREATE INDEX deliveries_open ON deliveries (conversation_id, lane, seq)
  WHERE state IN ('pending', 'sending', 'unknown');
CREATE INDEX deliveries_external ON deliveries (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX deliveries_recent ON deliveries (conversation_id, seq);
CREATE INDEX deliveries_confirmed ON deliveries (sent_at) WHERE tick >= 1;
CREATE INDEX deliveries_settled ON deliveries (state, settled_at);

-- Written before the socket is opened; never changed but for its outcome.
CREATE TABLE attempts (
  delivery_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  replica TEXT NOT NULL,
  fence BIGINT NOT NULL,
  body_hash TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  outcome TEXT,
  detail TEXT,
  PRIMARY KEY (delivery_id, number)
);

-- A vendor that refuses us: its lane waits, with one probe a minute.
CREATE TABLE breakers (
  name TEXT PRIMARY KEY,
  opened_at BIGINT NOT NULL,
  probe_at BIGINT NOT NULL,
  reason TEXT NOT NULL
);

-- What an operator must look at.
CREATE TABLE alerts (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  resolved_at BIGINT
);
CREATE UNIQUE INDEX alerts_open ON alerts (kind, subject) WHERE resolved_at IS NULL;

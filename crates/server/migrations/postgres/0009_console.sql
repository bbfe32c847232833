-- The console: who may open it, and what its lists search.

CREATE TABLE users (
  id UUID PRIMARY KEY,
  -- What is typed at the login, in lower case.
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  -- argon2id, with its parameters and salt; null until the password is chosen.
  password TEXT,
  created_at BIGINT NOT NULL,
  seen_at BIGINT,
  disabled_at BIGINT
);

-- Only the hash of what the browser holds.
CREATE TABLE sessions (
  hash TEXT PRIMARY KEY,
  user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  csrf TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);

-- A link that opens one page once: the first administrator, or a new password.
CREATE TABLE one_time_links (
  hash TEXT PRIMARY KEY,
  purpose TEXT NOT NULL,
  user_id UUID REFERENCES users (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);

-- Tries at the login of the last minute, by account and by address.
CREATE TABLE login_tries (
  id UUID PRIMARY KEY,
  subject TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX login_tries_subject ON login_tries (subject, at);

CREATE TABLE api_tokens (
  id UUID PRIMARY KEY,
  user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  used_at BIGINT,
  revoked_at BIGINT
);
CREATE INDEX api_tokens_user ON api_tokens (user_id);

-- What a turn read, so that it can be explained and played again.
CREATE TABLE turn_inputs (
  turn_id UUID PRIMARY KEY,
  created_at BIGINT NOT NULL,
  -- The lead's record and the dialogue's memory before the turn, as JSON.
  lead TEXT NOT NULL,
  memory TEXT NOT NULL,
  -- The labelled part of the prompt, when a model was asked.
  prompt TEXT
);
CREATE INDEX turn_inputs_age ON turn_inputs (created_at);

CREATE INDEX conversation_states_waiting ON conversation_states (waiting_since, id)
  WHERE waiting_since IS NOT NULL;
CREATE INDEX conversation_states_human ON conversation_states (last_at, id) WHERE mode = 'human';
CREATE INDEX conversation_states_closed ON conversation_states (last_at, id)
  WHERE closed_at IS NOT NULL;
CREATE INDEX leads_temperature ON leads (temperature);
CREATE INDEX messages_turn ON messages (turn_id) WHERE turn_id IS NOT NULL;
CREATE INDEX deliveries_turn ON deliveries (turn_id) WHERE turn_id IS NOT NULL;

-- Words without case and accents.
CREATE FUNCTION seleto_words(given TEXT) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT to_tsvector('simple'::regconfig, translate(lower(given),
    'áàâãäéèêëíìîïóòôõöúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn')) $$;
CREATE INDEX leads_words ON leads USING gin (seleto_words(
  COALESCE(name, '') || ' ' || COALESCE(company, '')));
CREATE INDEX profiles_words ON lead_profiles USING gin (seleto_words(COALESCE(sender_name, '')));
CREATE INDEX messages_words ON messages USING gin (seleto_words(COALESCE(transcript, text)));

-- Where each lead stands, for the console's funnel and figures. Triggers keep it, whoever writes.

CREATE TABLE funnel (
  conversation_id TEXT PRIMARY KEY REFERENCES conversation_states (id) ON DELETE CASCADE,
  lead_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  -- What is shown: what the record says, unless a person decided otherwise.
  stage TEXT NOT NULL,
  recorded TEXT NOT NULL,
  stage_by TEXT,
  entered_at BIGINT NOT NULL,
  temperature TEXT,
  temperature_by TEXT,
  product TEXT,
  uf TEXT,
  -- When the lead's first answer left.
  replied_at BIGINT
);
CREATE INDEX funnel_created ON funnel (created_at, conversation_id);
CREATE INDEX funnel_stage ON funnel (stage, entered_at, conversation_id);
CREATE INDEX funnel_lead ON funnel (lead_id);
CREATE INDEX funnel_product ON funnel (product) WHERE product IS NOT NULL;
CREATE INDEX funnel_uf ON funnel (uf) WHERE uf IS NOT NULL;

CREATE VIEW funnel_record AS
  SELECT c.id AS conversation_id, c.lead_id, c.created_at, l.temperature, l.product, l.uf,
    CASE
      WHEN x.value = 'ganho' THEN 'ganho'
      WHEN x.value IN ('perdido', 'excluido') THEN 'perdido'
      WHEN l.opted_out THEN 'encerrado'
      WHEN EXISTS (SELECT 1 FROM remotes r WHERE r.conversation_id = c.id
                   AND r.lane = 'piperun' AND r.kind = 'deal' AND r.state = 'done') THEN 'crm'
      WHEN c.mode = 'human' THEN 'humano'
      WHEN c.closed_at IS NOT NULL THEN 'encerrado'
      WHEN l.temperature = 'quente' THEN 'quente'
      WHEN COALESCE(l.name, l.company, l.city, l.product) IS NOT NULL THEN 'qualificando'
      ELSE 'novo'
    END AS stage
  FROM conversation_states c
  JOIN leads l ON l.id = c.lead_id
  LEFT JOIN conversation_context x ON x.lead_phone = c.lead_phone AND x.key = 'crm_status';

-- A stage that a person chose holds until the record says something new; a sale or its loss holds.
-- A view that is written to stands for a function: each trigger says which conversation changed.
CREATE VIEW funnel_settle AS SELECT NULL AS conversation_id, 0 AS at WHERE FALSE;
CREATE TRIGGER funnel_settled INSTEAD OF INSERT ON funnel_settle BEGIN
  INSERT INTO funnel (conversation_id, lead_id, created_at, stage, recorded, entered_at,
                      temperature, product, uf)
  SELECT conversation_id, lead_id, created_at, stage, stage, NEW.at, temperature, product, uf
  FROM funnel_record WHERE conversation_id = NEW.conversation_id
  ON CONFLICT (conversation_id) DO UPDATE SET
    lead_id = excluded.lead_id, temperature = excluded.temperature, product = excluded.product,
    uf = excluded.uf, recorded = excluded.recorded,
    stage = CASE WHEN funnel.recorded = excluded.recorded
      OR (funnel.stage_by IS NOT NULL AND funnel.stage IN ('ganho', 'perdido'))
      THEN funnel.stage ELSE excluded.stage END,
    stage_by = CASE WHEN funnel.recorded = excluded.recorded
      OR (funnel.stage_by IS NOT NULL AND funnel.stage IN ('ganho', 'perdido'))
      THEN funnel.stage_by END,
    entered_at = CASE WHEN funnel.recorded = excluded.recorded
      OR (funnel.stage_by IS NOT NULL AND funnel.stage IN ('ganho', 'perdido'))
      THEN funnel.entered_at ELSE excluded.entered_at END;
END;

CREATE TRIGGER funnel_new_state AFTER INSERT ON conversation_states BEGIN
  INSERT INTO funnel_settle
  VALUES (NEW.id, MAX(NEW.touched_at, NEW.mode_at, NEW.created_at));
END;
CREATE TRIGGER funnel_changed_state AFTER UPDATE OF mode, closed_at, lead_id ON conversation_states
  WHEN NEW.mode <> OLD.mode OR NEW.lead_id <> OLD.lead_id
    OR (NEW.closed_at IS NULL) <> (OLD.closed_at IS NULL) BEGIN
  INSERT INTO funnel_settle
  VALUES (NEW.id, MAX(NEW.touched_at, NEW.mode_at, NEW.created_at));
END;

CREATE TRIGGER funnel_changed_lead
  AFTER UPDATE OF name, company, city, uf, product, temperature, opted_out ON leads
  WHEN NEW.name IS NOT OLD.name OR NEW.company IS NOT OLD.company OR NEW.city IS NOT OLD.city
    OR NEW.uf IS NOT OLD.uf OR NEW.product IS NOT OLD.product
    OR NEW.temperature IS NOT OLD.temperature OR NEW.opted_out IS NOT OLD.opted_out BEGIN
  INSERT INTO funnel_settle
  SELECT c.id, CAST(ROUND((julianday(NEW.updated_at) - 2440587.5) * 86400000) AS INTEGER)
  FROM conversation_states c WHERE c.lead_id = NEW.id;
END;

CREATE TRIGGER funnel_new_deal AFTER INSERT ON remotes
  WHEN NEW.lane = 'piperun' AND NEW.kind = 'deal' BEGIN
  INSERT INTO funnel_settle VALUES (NEW.conversation_id, NEW.updated_at);
END;
CREATE TRIGGER funnel_changed_deal AFTER UPDATE OF state ON remotes
  WHEN NEW.lane = 'piperun' AND NEW.kind = 'deal' BEGIN
  INSERT INTO funnel_settle VALUES (NEW.conversation_id, NEW.updated_at);
END;

CREATE TRIGGER funnel_decided_deal AFTER INSERT ON conversation_context
  WHEN NEW.key = 'crm_status' BEGIN
  INSERT INTO funnel_settle SELECT c.id, c.touched_at FROM conversation_states c
  WHERE c.lead_phone = NEW.lead_phone;
END;
CREATE TRIGGER funnel_redecided_deal AFTER UPDATE OF value ON conversation_context
  WHEN NEW.key = 'crm_status' BEGIN
  INSERT INTO funnel_settle SELECT c.id, c.touched_at FROM conversation_states c
  WHERE c.lead_phone = NEW.lead_phone;
END;
CREATE INDEX conversation_states_phone ON conversation_states (lead_phone);

CREATE TRIGGER funnel_first_reply AFTER UPDATE OF sent_at ON deliveries
  WHEN NEW.sent_at IS NOT NULL BEGIN
  UPDATE funnel SET replied_at = NEW.sent_at
  WHERE conversation_id = NEW.conversation_id AND replied_at IS NULL;
END;
CREATE TRIGGER funnel_first_sent AFTER INSERT ON deliveries
  WHEN NEW.sent_at IS NOT NULL BEGIN
  UPDATE funnel SET replied_at = NEW.sent_at
  WHERE conversation_id = NEW.conversation_id AND replied_at IS NULL;
END;

INSERT INTO funnel_settle SELECT id, MAX(touched_at, created_at) FROM conversation_states;
UPDATE funnel SET replied_at = (
  SELECT MIN(d.sent_at) FROM deliveries d WHERE d.conversation_id = funnel.conversation_id);

-- What a day cost, and what failed.
DROP INDEX IF EXISTS turns_finished;
CREATE INDEX turns_spent ON turns (finished_at, brain, outcome, cost_micro_usd);
CREATE INDEX alerts_newest ON alerts (created_at);
CREATE INDEX audit_newest ON audit (at);
CREATE INDEX questions_newest ON technical_questions (timestamp, id);
-- What was refused is settled, like all that is not tried again by itself.
UPDATE deliveries SET settled_at = due_at WHERE state = 'rejected' AND settled_at IS NULL;
CREATE INDEX deliveries_failed ON deliveries (seq)
  WHERE state IN ('rejected', 'undetermined', 'unknown');

-- What engineering answered; the question itself is in the customer's table.
CREATE TABLE question_answers (
  question_id TEXT PRIMARY KEY,
  -- Null: set aside without a word to the lead.
  answer TEXT,
  answered_by TEXT NOT NULL,
  answered_at BIGINT NOT NULL
);
CREATE INDEX question_answers_newest ON question_answers (answered_at, question_id);

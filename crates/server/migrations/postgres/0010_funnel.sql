-- Where each lead stands, for the console's funnel and figures. Triggers keep it, whoever writes.

CREATE TABLE funnel (
  conversation_id UUID PRIMARY KEY REFERENCES conversation_states (id) ON DELETE CASCADE,
  lead_id UUID NOT NULL,
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
CREATE FUNCTION funnel_settle(conversation UUID, at BIGINT) RETURNS VOID LANGUAGE sql AS $$
  INSERT INTO funnel (conversation_id, lead_id, created_at, stage, recorded, entered_at,
                      temperature, product, uf)
  SELECT conversation_id, lead_id, created_at, stage, stage, at, temperature, product, uf
  FROM funnel_record WHERE conversation_id = conversation
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
      THEN funnel.entered_at ELSE excluded.entered_at END
$$;

CREATE FUNCTION funnel_on_state() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
  PERFORM funnel_settle(NEW.id, GREATEST(NEW.touched_at, NEW.mode_at, NEW.created_at));
  RETURN NULL;
END $$;
CREATE TRIGGER funnel_new_state AFTER INSERT ON conversation_states
  FOR EACH ROW EXECUTE FUNCTION funnel_on_state();
CREATE TRIGGER funnel_changed_state AFTER UPDATE OF mode, closed_at, lead_id ON conversation_states
  FOR EACH ROW WHEN (NEW.mode <> OLD.mode OR NEW.lead_id <> OLD.lead_id
                     OR (NEW.closed_at IS NULL) <> (OLD.closed_at IS NULL))
  EXECUTE FUNCTION funnel_on_state();

CREATE FUNCTION funnel_on_lead() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
  PERFORM funnel_settle(c.id, (EXTRACT(EPOCH FROM NEW.updated_at) * 1000)::BIGINT)
    FROM conversation_states c WHERE c.lead_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER funnel_changed_lead
  AFTER UPDATE OF name, company, city, uf, product, temperature, opted_out ON leads
  FOR EACH ROW WHEN (
    (NEW.name, NEW.company, NEW.city, NEW.uf, NEW.product, NEW.temperature, NEW.opted_out)
    IS DISTINCT FROM
    (OLD.name, OLD.company, OLD.city, OLD.uf, OLD.product, OLD.temperature, OLD.opted_out))
  EXECUTE FUNCTION funnel_on_lead();

CREATE FUNCTION funnel_on_remote() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
  PERFORM funnel_settle(NEW.conversation_id, NEW.updated_at);
  RETURN NULL;
END $$;
CREATE TRIGGER funnel_new_deal AFTER INSERT OR UPDATE OF state ON remotes
  FOR EACH ROW WHEN (NEW.lane = 'piperun' AND NEW.kind = 'deal')
  EXECUTE FUNCTION funnel_on_remote();

CREATE FUNCTION funnel_on_context() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
  PERFORM funnel_settle(c.id, c.touched_at)
    FROM conversation_states c WHERE c.lead_phone = NEW.lead_phone;
  RETURN NULL;
END $$;
CREATE TRIGGER funnel_decided_deal AFTER INSERT OR UPDATE OF value ON conversation_context
  FOR EACH ROW WHEN (NEW.key = 'crm_status') EXECUTE FUNCTION funnel_on_context();
CREATE INDEX conversation_states_phone ON conversation_states (lead_phone);

CREATE FUNCTION funnel_on_reply() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
  UPDATE funnel SET replied_at = NEW.sent_at
    WHERE conversation_id = NEW.conversation_id AND replied_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER funnel_first_reply AFTER INSERT OR UPDATE OF sent_at ON deliveries
  FOR EACH ROW WHEN (NEW.sent_at IS NOT NULL) EXECUTE FUNCTION funnel_on_reply();

SELECT funnel_settle(id, GREATEST(touched_at, created_at)) FROM conversation_states;
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
  question_id UUID PRIMARY KEY,
  -- Null: set aside without a word to the lead.
  answer TEXT,
  answered_by TEXT NOT NULL,
  answered_at BIGINT NOT NULL
);
CREATE INDEX question_answers_newest ON question_answers (answered_at, question_id);

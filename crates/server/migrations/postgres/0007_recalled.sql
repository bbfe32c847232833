-- What a lead and the company wrote to each other before this record began, as it was read from
-- the customer's tables at the first contact. It is part of what the agent knows, and of nothing
-- that is mirrored.
CREATE TABLE recalled (
  conversation_id UUID NOT NULL,
  position BIGINT NOT NULL,
  role TEXT NOT NULL,
  content TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  PRIMARY KEY (conversation_id, position)
);

-- The playbook as people published it in the console. The active version is what the agent knows;
-- without one it is the playbook that comes with the program.
CREATE TABLE playbook_versions (
  id UUID PRIMARY KEY,
  -- JSON: [[name, text], …]
  files TEXT NOT NULL,
  note TEXT NOT NULL,
  actor TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  active BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX playbook_versions_active ON playbook_versions (active) WHERE active;
CREATE INDEX playbook_versions_newest ON playbook_versions (created_at);

-- safe-from: 3
-- Approved texts that the next similar draft may learn from. All but the text follows from the ledger; the text is sealed there and stands here
-- in the clear, because nothing is kept whose words could name somebody. An erasure empties it all the same.

CREATE TABLE examples (
  tenant text NOT NULL,
  -- The event of the approval.
  id text NOT NULL,
  partition smallint NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  action_type text NOT NULL,
  step integer NOT NULL,
  signal text NOT NULL,
  persona text NOT NULL,
  objection text,
  segment text,
  edited boolean NOT NULL,
  approved_at bigint NOT NULL,
  digest text NOT NULL,
  content text,
  withdrawn_at bigint,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX examples_to_learn_from ON examples (tenant, signal, persona, edited, approved_at) WHERE withdrawn_at IS NULL AND content IS NOT NULL;
CREATE INDEX examples_of_action ON examples (tenant, action);
CREATE INDEX examples_of_subject ON examples (tenant, subject);
CREATE INDEX examples_of_partition ON examples (partition);

ALTER TABLE examples ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON examples USING ((tenant || '') = ANY ((SELECT gatehouse_tenants())::text[])) WITH CHECK (tenant = ANY ((SELECT gatehouse_tenants())::text[]));
GRANT SELECT ON examples TO gatehouse_app, gatehouse_runtime;
GRANT INSERT, UPDATE ON examples TO gatehouse_runtime;

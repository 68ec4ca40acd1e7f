-- safe-from: 3
-- What reviewers sort, filter and act by, who works on what, and what waits for its time. All of it but the reservations follows from the ledger.
-- An older program does not know the acts of reviewers and parks them, so all hosts are replaced before people use them.

ALTER TABLE reviews
  ADD COLUMN due_at bigint,
  ADD COLUMN decided_at bigint,
  ADD COLUMN approvals_needed integer NOT NULL DEFAULT 1,
  ADD COLUMN approvals text NOT NULL DEFAULT '[]',
  -- How often somebody decided about it; the next decision is numbered from here.
  ADD COLUMN decided integer NOT NULL DEFAULT 0,
  ADD COLUMN proposed_seq bigint,
  ADD COLUMN account text,
  ADD COLUMN person text,
  ADD COLUMN lane text,
  ADD COLUMN engine text,
  ADD COLUMN correlation text,
  -- What one run proposed together; `batch` is an import.
  ADD COLUMN run text,
  ADD COLUMN sequence text,
  ADD COLUMN step integer,
  ADD COLUMN play text,
  ADD COLUMN assigned_to text,
  ADD COLUMN snoozed_until bigint;
UPDATE reviews r SET due_at = r.expires_at, proposed_seq = r.content_seq, account = r.detail::json #>> '{refs,account}', person = r.detail::json #>> '{refs,person}',
  correlation = r.detail::json ->> 'correlation', lane = coalesce(a.context::json #>> '{proposal,lane}', 'operator'), engine = coalesce(a.context::json #>> '{proposal,engine}', ''),
  sequence = a.context::json #>> '{proposal,attributes,sequence}',
  play = coalesce(a.context::json #>> '{proposal,attributes,play}', a.context::json #>> '{proposal,originating_proposal_id}')
  FROM actor_state a WHERE a.tenant = r.tenant AND a.kind = 'action' AND a.id = r.action;
CREATE INDEX reviews_of_sequence ON reviews (tenant, sequence, person) WHERE sequence IS NOT NULL AND state = 'open';
CREATE INDEX reviews_of_action ON reviews (tenant, action);
CREATE INDEX reviews_decided ON reviews (tenant, decided_at DESC) WHERE decided_at IS NOT NULL;

-- Who works on an item, by the clock of the database. It keeps two people apart; what counts is the fingerprint of a decision.
CREATE TABLE review_reservations (
  tenant text NOT NULL,
  review text NOT NULL,
  reserved_by text NOT NULL,
  -- When the one who has it took it first.
  since_on timestamptz NOT NULL,
  until_on timestamptz NOT NULL,
  PRIMARY KEY (tenant, review)
);
CREATE INDEX review_reservations_over ON review_reservations (tenant, until_on);

CREATE TABLE scheduled_actions (
  tenant text NOT NULL,
  action text NOT NULL,
  decision text NOT NULL,
  partition smallint NOT NULL,
  scope text NOT NULL,
  waits text NOT NULL CHECK (waits IN ('due', 'undo', 'veto', 'capacity', 'pause')),
  due_at bigint NOT NULL,
  action_type text NOT NULL,
  channel text NOT NULL,
  risk_class text NOT NULL,
  account text,
  person text,
  sender text NOT NULL,
  play text,
  sequence text,
  step integer,
  fingerprint text NOT NULL,
  content_seq bigint NOT NULL,
  detail text NOT NULL,
  PRIMARY KEY (tenant, action)
);
CREATE INDEX scheduled_actions_due ON scheduled_actions (tenant, due_at, action);
CREATE INDEX scheduled_actions_account ON scheduled_actions (tenant, account, due_at);
CREATE INDEX scheduled_actions_sequence ON scheduled_actions (tenant, sequence, person) WHERE sequence IS NOT NULL;
INSERT INTO scheduled_actions (tenant, action, decision, partition, scope, waits, due_at, action_type, channel, risk_class, account, person, sender, play, sequence, fingerprint,
    content_seq, detail)
  SELECT a.tenant, a.id, p.proposal ->> 'decision', a.partition, t.message::json ->> 'scope', 'due', t.due_at, p.proposal ->> 'action_type', p.proposal ->> 'channel',
    p.proposal ->> 'risk_class', p.proposal ->> 'account', p.proposal ->> 'person', p.proposal ->> 'sender',
    coalesce(p.proposal #>> '{attributes,play}', p.proposal ->> 'originating_proposal_id'), p.proposal #>> '{attributes,sequence}', p.proposal ->> 'fingerprint',
    (a.context::json ->> 'content_seq')::bigint,
    json_build_object('refs', t.message::json -> 'refs', 'correlation', t.message::json ->> 'correlation', 'causation', t.message::json ->> 'causation')::text
  FROM actor_state a CROSS JOIN LATERAL (SELECT a.context::json -> 'proposal' AS proposal) p
  JOIN timers t ON t.tenant = a.tenant AND t.actor_kind = 'action' AND t.actor_id = a.id AND t.name = 'due'
  WHERE a.kind = 'action' AND a.value = 'scheduled';

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['review_reservations', 'scheduled_actions'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY tenant_rows ON %I USING ((tenant || '''') = ANY ((SELECT gatehouse_tenants())::text[])) WITH CHECK (tenant = ANY ((SELECT gatehouse_tenants())::text[]))',
      name);
    EXECUTE format('GRANT SELECT ON %I TO gatehouse_app, gatehouse_runtime', name);
  END LOOP;
END $$;
GRANT INSERT, UPDATE, DELETE ON scheduled_actions TO gatehouse_runtime;
GRANT INSERT, UPDATE, DELETE ON review_reservations TO gatehouse_app;

-- safe-from: 3
-- Sequences of touches under active plays. An older program does not know their events and parks them, so all hosts are replaced before the
-- first play is active.

-- ── What happened to each touch ────────────────────────────────────────────────────────────────────────────────────────────

-- One row for an event of a sequence on the ledger; nothing is changed afterwards.
CREATE TABLE cadence_event_log (
  tenant text NOT NULL,
  partition smallint NOT NULL,
  seq bigint NOT NULL,
  at bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('started', 'touch_proposed', 'touch_suppressed', 'touch_ended', 'stopped', 'ended')),
  sequence text NOT NULL,
  state text NOT NULL,
  play_id text NOT NULL,
  originating_proposal_id text NOT NULL,
  person text NOT NULL,
  account text,
  sequence_type text NOT NULL CHECK (sequence_type IN ('abm_bespoke', 'abm_cluster', 'nurture', 'standard')),
  step smallint CHECK (step >= 1),
  channel text,
  action text,
  priority_score_at_queue double precision,
  suppressed_reason text CHECK (suppressed_reason IN ('compliance_block', 'abm_active_suppression', 'touch_cap_exceeded', 'conflict_resolved_queued')),
  reasons jsonb NOT NULL CHECK (jsonb_typeof(reasons) = 'array'),
  again_at bigint,
  result text,
  -- In which a touch was made.
  mode text,
  ended_because text,
  PRIMARY KEY (tenant, partition, seq),
  CONSTRAINT cadence_says_why CHECK ((kind = 'touch_suppressed') = (suppressed_reason IS NOT NULL)),
  CONSTRAINT cadence_backstop_is_for_nurture CHECK (suppressed_reason IS DISTINCT FROM 'abm_active_suppression' OR sequence_type = 'nurture'),
  CONSTRAINT cadence_touch_has_its_step CHECK ((kind IN ('touch_proposed', 'touch_suppressed', 'touch_ended')) = (step IS NOT NULL)),
  CONSTRAINT cadence_ended_because CHECK ((state = 'ended') = (ended_because IS NOT NULL))
);
-- A play starts one sequence for one person, ever.
CREATE UNIQUE INDEX cadence_started_once ON cadence_event_log (tenant, play_id, person) WHERE kind = 'started';
CREATE INDEX cadence_by_sequence ON cadence_event_log (tenant, sequence, at, seq);
CREATE INDEX cadence_by_play ON cadence_event_log (tenant, play_id, at, partition, seq);
CREATE INDEX cadence_by_proposal ON cadence_event_log (tenant, originating_proposal_id, at, partition, seq);
CREATE INDEX cadence_by_time ON cadence_event_log (tenant, at, partition, seq);

-- Who may write: the coordinator alone. A row stands for its event on the ledger, which only the owner of the partition appends, and says what that
-- kind of event says. The score of a touch is written once.
CREATE FUNCTION gatehouse_check_cadence_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  first_score double precision;
BEGIN
  PERFORM 1 FROM ledger l WHERE l.partition = NEW.partition AND l.seq = NEW.seq AND l.tenant = NEW.tenant AND l.actor_kind = 'sequence'
    AND l.actor_id = NEW.sequence AND l.type = 'sequence.' || NEW.kind;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the cadence coordinator alone writes this log: the ledger has no event sequence.% of % at % of partition %', NEW.kind, NEW.sequence, NEW.seq,
      NEW.partition USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.step IS NOT NULL THEN
    SELECT e.priority_score_at_queue INTO first_score FROM cadence_event_log e
      WHERE e.tenant = NEW.tenant AND e.sequence = NEW.sequence AND e.step = NEW.step ORDER BY e.at, e.seq LIMIT 1;
    IF FOUND AND first_score IS DISTINCT FROM NEW.priority_score_at_queue THEN
      RAISE EXCEPTION 'the score of touch % of % was written when it was queued and stays', NEW.step, NEW.sequence USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER cadence_event_log_checked BEFORE INSERT ON cadence_event_log FOR EACH ROW EXECUTE FUNCTION gatehouse_check_cadence_event();
CREATE TRIGGER cadence_event_log_append_only BEFORE UPDATE OR DELETE ON cadence_event_log FOR EACH ROW EXECUTE FUNCTION gatehouse_refuse_change();
CREATE TRIGGER cadence_event_log_no_truncate BEFORE TRUNCATE ON cadence_event_log FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_refuse_change();

ALTER TABLE cadence_event_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON cadence_event_log USING ((tenant || '') = ANY ((SELECT gatehouse_tenants())::text[]))
  WITH CHECK (tenant = ANY ((SELECT gatehouse_tenants())::text[]));
GRANT SELECT ON cadence_event_log TO gatehouse_app, gatehouse_runtime;
GRANT INSERT ON cadence_event_log TO gatehouse_runtime;

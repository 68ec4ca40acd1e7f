-- safe-from: 3
-- Sequences of touches under active plays, and the deletion of plays after their time. An older program does not know their events and parks them, so all hosts are replaced before the
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
CREATE TRIGGER cadence_event_log_append_only BEFORE UPDATE ON cadence_event_log FOR EACH ROW EXECUTE FUNCTION gatehouse_refuse_change();
CREATE TRIGGER cadence_event_log_no_truncate BEFORE TRUNCATE ON cadence_event_log FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_refuse_change();

-- ── Plays that were kept long enough ───────────────────────────────────────────────────────────────────────────────────────

-- What may be deleted, and the event of the play that says so. It is written by the owner of the partition, in the commit of that event.
CREATE TABLE play_purges (
  tenant text NOT NULL,
  play_id text NOT NULL,
  partition smallint NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (tenant, play_id)
);
CREATE FUNCTION gatehouse_check_play_purge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM ledger l WHERE l.partition = NEW.partition AND l.seq = NEW.seq AND l.tenant = NEW.tenant AND l.actor_kind = 'play'
    AND l.actor_id = NEW.play_id AND l.type = 'play.purged';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the ledger does not say that % was kept long enough', NEW.play_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER play_purges_checked BEFORE INSERT ON play_purges FOR EACH ROW EXECUTE FUNCTION gatehouse_check_play_purge();
CREATE TRIGGER play_purges_append_only BEFORE UPDATE OR DELETE ON play_purges FOR EACH ROW EXECUTE FUNCTION gatehouse_refuse_change();
CREATE TRIGGER play_purges_no_truncate BEFORE TRUNCATE ON play_purges FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_refuse_change();

CREATE FUNCTION gatehouse_check_play_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM play_purges p WHERE p.tenant = OLD.tenant AND p.play_id = OLD.play_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION '% is append-only: DELETE is refused, since % was not kept long enough', TG_TABLE_NAME, OLD.play_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $$;
DROP TRIGGER plays_stay ON plays;
CREATE TRIGGER plays_stay BEFORE DELETE ON plays FOR EACH ROW EXECUTE FUNCTION gatehouse_check_play_deletion();
CREATE TRIGGER cadence_event_log_stays BEFORE DELETE ON cadence_event_log FOR EACH ROW EXECUTE FUNCTION gatehouse_check_play_deletion();
CREATE INDEX plays_retired ON plays (tenant, retired_at) WHERE state = 'retired';

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['cadence_event_log', 'play_purges'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY tenant_rows ON %I USING ((tenant || '''') = ANY ((SELECT gatehouse_tenants())::text[])) WITH CHECK (tenant = ANY ((SELECT gatehouse_tenants())::text[]))',
      name);
    EXECUTE format('GRANT SELECT ON %I TO gatehouse_app, gatehouse_runtime', name);
    EXECUTE format('GRANT INSERT ON %I TO gatehouse_runtime', name);
  END LOOP;
END $$;
GRANT DELETE ON plays, cadence_event_log TO gatehouse_runtime;

-- safe-from: 3
-- The cadence event log has every governed touch, not only those of plays: what an engine decided by itself and what an agent outside proposed are written beside the
-- events of their actions. Rows that exist stay as they are.

ALTER TABLE cadence_event_log
  ADD COLUMN actor_kind text NOT NULL DEFAULT 'sequence' CHECK (actor_kind IN ('sequence', 'action')),
  ALTER COLUMN sequence DROP NOT NULL,
  ALTER COLUMN play_id DROP NOT NULL,
  ALTER COLUMN originating_proposal_id DROP NOT NULL,
  ALTER COLUMN person DROP NOT NULL,
  DROP CONSTRAINT cadence_touch_has_its_step,
  ADD CONSTRAINT cadence_touch_has_its_step CHECK (actor_kind = 'action' OR (kind IN ('touch_proposed', 'touch_suppressed', 'touch_ended')) = (step IS NOT NULL)),
  ADD CONSTRAINT cadence_sequence_is_of_a_play CHECK (actor_kind = 'action' OR (sequence IS NOT NULL AND play_id IS NOT NULL AND originating_proposal_id IS NOT NULL AND person IS NOT NULL)),
  ADD CONSTRAINT cadence_action_is_a_touch CHECK (actor_kind = 'sequence' OR (kind IN ('touch_proposed', 'touch_ended') AND action IS NOT NULL AND sequence IS NULL));
CREATE INDEX cadence_by_action ON cadence_event_log (tenant, action) WHERE actor_kind = 'action';

-- A row stands for its event on the ledger, which only the owner of the partition appends. What holds a touch back is written by the coordinator alone.
CREATE OR REPLACE FUNCTION gatehouse_check_cadence_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  first_score double precision;
BEGIN
  IF NEW.actor_kind = 'action' THEN
    PERFORM 1 FROM ledger l WHERE l.partition = NEW.partition AND l.seq = NEW.seq AND l.tenant = NEW.tenant AND l.actor_kind = 'action'
      AND l.actor_id = NEW.action AND (l.type = 'action.proposed') = (NEW.kind = 'touch_proposed') AND l.type LIKE 'action.%';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the ledger has no event of the action % at % of partition % that says %', NEW.action, NEW.seq, NEW.partition, NEW.kind USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
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

-- Fewer index entries for each message. What belongs to one message is a turn: its events stand in a row in one partition and share tenant,
-- scope, correlation and batch, so finding the first of them finds them all.

-- How many events the turn has that begins with this one; 0 for the others. What was written before this migration counts as turns of one.
ALTER TABLE ledger ADD COLUMN turn_length smallint NOT NULL DEFAULT 1 CHECK (turn_length >= 0);
ALTER TABLE ledger ALTER COLUMN turn_length DROP DEFAULT;
DROP INDEX ledger_scope;
DROP INDEX ledger_correlation;
DROP INDEX ledger_batch;
CREATE INDEX ledger_scope ON ledger (tenant, scope, seq) WHERE turn_length > 0;
CREATE INDEX ledger_correlation ON ledger (tenant, correlation) WHERE turn_length > 0;

-- Every event, to be found by what it shares with its turn. Order by turn_seq, seq: then the index gives the order.
CREATE VIEW ledger_events WITH (security_invoker = true) AS
SELECT t.tenant, t.scope, t.correlation, t.batch, t.seq AS turn_seq, e.partition, e.seq, e.type, e.schema_version, e.actor_kind, e.actor_id, e.actor_seq,
  e.at, e.causation, e.turn_length, e.body, e.sealed, e.sealed_subject, e.prev_hash, e.hash, e.appended_on
FROM ledger t JOIN ledger e ON e.partition = t.partition AND e.seq >= t.seq AND e.seq < t.seq + t.turn_length
WHERE t.turn_length > 0;
GRANT SELECT ON ledger_events TO gatehouse_app, gatehouse_runtime;

-- When somebody has to look at a permit next; null when it has ended. A state that no index names can change without touching one.
ALTER TABLE permits ALTER COLUMN due_at DROP NOT NULL;
UPDATE permits SET due_at = NULL WHERE state NOT IN ('granted', 'claimed');
DROP INDEX permits_due;
CREATE INDEX permits_due ON permits (due_at) WHERE due_at IS NOT NULL;

-- One row for each permit: the attempt that acted, may have acted, is under way, or certainly did not act. The key makes a permit single-use.
DELETE FROM executions e USING executions later WHERE later.tenant = e.tenant AND later.permit = e.permit AND later.attempt > e.attempt;
DROP INDEX executions_single_use;
ALTER TABLE executions DROP CONSTRAINT executions_pkey;
ALTER TABLE executions ADD CONSTRAINT executions_single_use PRIMARY KEY (tenant, permit);
ALTER TABLE executions DROP CONSTRAINT executions_tenant_permit_fkey;
DROP INDEX executions_open;
ALTER TABLE executions SET (fillfactor = 80);
DROP TRIGGER executions_need_permit ON executions;
DROP FUNCTION gatehouse_check_execution();

-- Why an attempt at a permit must not be made; null when it may be.
CREATE FUNCTION gatehouse_execution_fault(tenant text, permit text, at bigint, fingerprint text) RETURNS TABLE (fault text) LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN p.id IS NULL THEN format('there is no permit %s', $2)
    WHEN p.state NOT IN ('granted', 'claimed') THEN format('permit %s is %s', $2, p.state)
    WHEN $3 < p.granted_at OR $3 > p.expires_at THEN format('permit %s is not valid at %s', $2, $3)
    WHEN $4 <> p.fingerprint THEN format('content differs from permit %s', $2)
    WHEN s.value IS NULL OR s.value = 'stopped' THEN format('the kill switch of %s is engaged or unknown', $1)
  END
  FROM (SELECT 1) one
    LEFT JOIN permits p ON p.tenant = $1 AND p.id = $2
    LEFT JOIN actor_state s ON s.tenant = $1 AND s.kind = 'tenant' AND s.id = $1
$$;

CREATE FUNCTION gatehouse_check_executions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found_fault text;
BEGIN
  SELECT f.fault INTO found_fault FROM attempts a CROSS JOIN LATERAL gatehouse_execution_fault(a.tenant, a.permit, a.at, a.fingerprint) f
    WHERE f.fault IS NOT NULL LIMIT 1;
  IF FOUND THEN RAISE EXCEPTION 'execution refused: %', found_fault USING ERRCODE = 'check_violation'; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER executions_need_permit AFTER INSERT ON executions REFERENCING NEW TABLE AS attempts FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_check_executions();

-- Only an attempt that certainly did not act may be followed by another, and that one needs a live permit like the first.
CREATE FUNCTION gatehouse_check_execution_again() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found_fault text;
BEGIN
  IF OLD.state <> 'absent' THEN
    RAISE EXCEPTION 'execution refused: attempt % at permit % is %', OLD.attempt, OLD.permit, OLD.state USING ERRCODE = 'check_violation';
  END IF;
  SELECT f.fault INTO found_fault FROM gatehouse_execution_fault(NEW.tenant, NEW.permit, NEW.at, NEW.fingerprint) f;
  IF found_fault IS NOT NULL THEN RAISE EXCEPTION 'execution refused: %', found_fault USING ERRCODE = 'check_violation'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER executions_again BEFORE UPDATE ON executions FOR EACH ROW
  WHEN (NEW.attempt <> OLD.attempt OR (NEW.state = 'open' AND OLD.state <> 'open')) EXECUTE FUNCTION gatehouse_check_execution_again();

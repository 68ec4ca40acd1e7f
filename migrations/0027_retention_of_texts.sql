-- safe-from: 3
-- What was kept long enough may leave the ledger, its digest stays: the chain is hashed over digests, so it verifies as before. An older program works on, but its
-- verify takes each such row for altered, and its rebuild takes each such note and timeline for different.
ALTER TABLE ledger ADD COLUMN sealed_digest text CHECK (sealed_digest IS NULL OR sealed IS NULL);
CREATE OR REPLACE VIEW ledger_events WITH (security_invoker = true) AS
SELECT t.tenant, t.scope, t.correlation, t.batch, t.seq AS turn_seq, e.partition, e.seq, e.type, e.schema_version, e.actor_kind, e.actor_id, e.actor_seq,
  e.at, e.causation, e.turn_length, e.body, e.sealed, e.sealed_subject, e.prev_hash, e.hash, e.appended_on, e.sealed_digest
FROM ledger t JOIN ledger e ON e.partition = t.partition AND e.seq >= t.seq AND e.seq < t.seq + t.turn_length
WHERE t.turn_length > 0;
-- Rows lie in the order in which they were appended, so ranges of pages are enough to find the old ones.
CREATE INDEX ledger_appended ON ledger USING brin (appended_on);

-- A row changes only by losing a text that is 90 days old, the shortest period that a policy may name, and by keeping its digest.
CREATE OR REPLACE FUNCTION gatehouse_refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM ledger_archive_ends e WHERE e.partition = OLD.partition AND e.seq >= OLD.seq) THEN RETURN OLD; END IF;
  IF TG_OP = 'UPDATE' AND OLD.sealed IS NOT NULL AND NEW.sealed IS NULL AND OLD.appended_on < now() - interval '90 days'
    AND NEW.sealed_digest = encode(sha256(convert_to(OLD.sealed, 'UTF8')), 'hex')
    AND to_jsonb(NEW) - 'sealed' - 'sealed_digest' = to_jsonb(OLD) - 'sealed' - 'sealed_digest' THEN RETURN NEW; END IF;
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
GRANT UPDATE (sealed, sealed_digest) ON ledger TO gatehouse_runtime;

-- A part holds the moment of its evaluation, so no later one has the same: its age is that of the only evaluation that it belongs to.
ALTER TABLE snapshot_parts ADD COLUMN written_on timestamptz NOT NULL DEFAULT now();
CREATE INDEX snapshot_parts_written ON snapshot_parts USING brin (written_on);
-- Whoever deletes a row locks it first, which takes a right to change it; the trigger still refuses every change.
GRANT DELETE, UPDATE (written_on) ON snapshot_parts TO gatehouse_runtime;

-- When something was recorded is told by its event, and by its archive once the event has left the table.
GRANT SELECT (digest, archived_on) ON ledger_archives TO gatehouse_app, gatehouse_runtime;
GRANT SELECT ON ledger_archive_ends TO gatehouse_app, gatehouse_runtime;

-- safe-from: 3
-- How far each chain of the ledger has left the table for files outside the database, and behind which signed manifest. An older program works
-- on what is left, but its verify, rebuild and replay miss what has left.
CREATE TABLE ledger_archives (
  -- SHA-256 of the manifest.
  digest text PRIMARY KEY,
  number integer NOT NULL UNIQUE CHECK (number >= 1),
  manifest text NOT NULL,
  archived_on timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- The last position of a partition in an archive, and its hash: what is left in the table follows it.
CREATE TABLE ledger_archive_ends (
  partition smallint NOT NULL CHECK (partition BETWEEN 0 AND 63),
  seq bigint NOT NULL,
  hash text NOT NULL,
  archive text NOT NULL REFERENCES ledger_archives,
  PRIMARY KEY (partition, seq)
);
CREATE TRIGGER ledger_archives_append_only BEFORE UPDATE OR DELETE ON ledger_archives FOR EACH ROW EXECUTE FUNCTION gatehouse_refuse_change();
CREATE TRIGGER ledger_archives_no_truncate BEFORE TRUNCATE ON ledger_archives FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_refuse_change();
CREATE TRIGGER ledger_archive_ends_append_only BEFORE UPDATE OR DELETE ON ledger_archive_ends FOR EACH ROW EXECUTE FUNCTION gatehouse_refuse_change();
CREATE TRIGGER ledger_archive_ends_no_truncate BEFORE TRUNCATE ON ledger_archive_ends FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_refuse_change();

-- A row may leave the table only when an archive holds it.
CREATE FUNCTION gatehouse_refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM ledger_archive_ends e WHERE e.partition = OLD.partition AND e.seq >= OLD.seq) THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER ledger_append_only ON ledger;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION gatehouse_refuse_ledger_change();

-- Takes out of the table what a manifest describes, and insists that the table holds exactly that. Returns how many rows left.
CREATE FUNCTION gatehouse_archive_ledger(manifest_digest text, manifest_text text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  part record;
  held record;
  gone bigint;
  total bigint := 0;
BEGIN
  IF encode(sha256(convert_to(manifest_text, 'UTF8')), 'hex') <> manifest_digest THEN
    RAISE EXCEPTION 'archiving refused: the digest is not that of the manifest' USING ERRCODE = 'check_violation';
  END IF;
  LOCK TABLE ledger_archives IN EXCLUSIVE MODE;
  INSERT INTO ledger_archives (digest, number, manifest) VALUES (manifest_digest, (manifest_text::json ->> 'number')::int, manifest_text);
  FOR part IN SELECT * FROM json_to_recordset(manifest_text::json -> 'partitions')
    AS p (partition smallint, first_seq bigint, last_seq bigint, rows bigint, before_hash text, last_hash text)
  LOOP
    SELECT count(*) AS rows, min(l.seq) AS first_seq, max(l.prev_hash) FILTER (WHERE l.seq = part.first_seq) AS before_hash,
      max(l.hash) FILTER (WHERE l.seq = part.last_seq) AS last_hash
      INTO held FROM ledger l WHERE l.partition = part.partition AND l.seq <= part.last_seq;
    IF (held.rows, held.first_seq, held.before_hash, held.last_hash) IS DISTINCT FROM (part.rows, part.first_seq, part.before_hash, part.last_hash) THEN
      RAISE EXCEPTION 'archiving refused: partition % does not hold what the manifest says', part.partition USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO ledger_archive_ends (partition, seq, hash, archive) VALUES (part.partition, part.last_seq, part.last_hash, manifest_digest);
    DELETE FROM ledger l WHERE l.partition = part.partition AND l.seq <= part.last_seq;
    GET DIAGNOSTICS gone = ROW_COUNT;
    total := total + gone;
  END LOOP;
  RETURN total;
END $$;
REVOKE ALL ON FUNCTION gatehouse_archive_ledger(text, text) FROM PUBLIC;

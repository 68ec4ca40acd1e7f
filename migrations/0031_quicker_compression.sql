-- safe-from: 3
-- Texts of more than 2 kB are compressed as they are written, and most verdicts have two: the event and the snapshot of its facts. lz4 takes a fraction of the
-- time for the same size. A server that was built without it, as the embedded one is, keeps its own way. Rows that exist stay as they are.
DO $$
DECLARE
  place record;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
    RETURN;
  END IF;
  FOR place IN
    SELECT * FROM (VALUES ('ledger', 'body'), ('ledger', 'sealed'), ('snapshot_parts', 'body'), ('actor_state', 'context'), ('guards', 'state'),
      ('timelines', 'body'), ('inbox', 'body'), ('decisions', 'choice')) AS w (relation, attribute)
  LOOP
    EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET COMPRESSION lz4', place.relation, place.attribute);
  END LOOP;
END $$;

-- safe-from: 3
-- An index whose predicate names the state of a permit makes every change of state write all indexes of the table. This column changes only when
-- a fate becomes unknown or known, by whichever version of a host.
ALTER TABLE permits ADD COLUMN uncertain_since bigint;
UPDATE permits SET uncertain_since = granted_at WHERE state = 'uncertain';
DROP INDEX permits_uncertain;
CREATE INDEX permits_uncertain ON permits (tenant, uncertain_since, id) WHERE uncertain_since IS NOT NULL;

CREATE FUNCTION gatehouse_note_uncertainty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.uncertain_since := CASE WHEN NEW.state = 'uncertain' THEN NEW.granted_at END;
  RETURN NEW;
END $$;
CREATE TRIGGER permits_uncertain BEFORE UPDATE ON permits FOR EACH ROW
  WHEN ((NEW.state = 'uncertain') <> (OLD.state = 'uncertain')) EXECUTE FUNCTION gatehouse_note_uncertainty();

-- Room for a second version of most rows in their page, so that their keys stay where they are.
ALTER TABLE actor_state SET (fillfactor = 60);
ALTER TABLE timelines SET (fillfactor = 60);
ALTER TABLE executions SET (fillfactor = 60);
ALTER TABLE permits SET (fillfactor = 60);

-- Compressing a decision costs more time than its bytes are worth.
ALTER TABLE decisions SET (toast_tuple_target = 8160);

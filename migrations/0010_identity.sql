-- safe-from: 3
-- Merges, splits and moves. `guard_links` says which guards are locked and read together with a guard; it follows from the guards themselves.
-- An older program does not know it: an account that was merged by a newer one waits until a newer one owns its partition again.
CREATE TABLE guard_links (
  tenant text NOT NULL,
  key text NOT NULL,
  peer text NOT NULL,
  PRIMARY KEY (tenant, key, peer)
);

CREATE TABLE identity_acts (
  tenant text NOT NULL,
  id text NOT NULL,
  act text NOT NULL CHECK (act IN ('merge', 'reparent')),
  subject_kind text NOT NULL CHECK (subject_kind IN ('account', 'contact')),
  subject text NOT NULL,
  scope text NOT NULL,
  target text,
  previous text,
  state text NOT NULL CHECK (state IN ('joining', 'merged', 'splitting', 'split', 'done', 'reversed')),
  by text NOT NULL,
  reason text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX identity_acts_at ON identity_acts (tenant, at, id);
CREATE INDEX identity_acts_subject ON identity_acts (tenant, subject) WHERE state IN ('joining', 'merged', 'splitting');
CREATE INDEX identity_acts_target ON identity_acts (tenant, target) WHERE state IN ('joining', 'merged', 'splitting');

-- Why somebody said that two are not the same. They are suggested again when there is other evidence.
CREATE TABLE identity_dismissals (
  tenant text NOT NULL,
  one text NOT NULL,
  other text NOT NULL,
  evidence text NOT NULL,
  by text NOT NULL,
  reason text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (tenant, one, other)
);

-- Names that somebody added. Their text is sealed with the key of the account or person, so an erasure ends it.
ALTER TABLE identity_aliases ADD COLUMN sealed text;
ALTER TABLE identity_aliases ADD COLUMN added_at bigint;
ALTER TABLE identity_aliases ADD COLUMN subject_kind text;
CREATE INDEX identity_aliases_entity ON identity_aliases (tenant, entity);
-- A name that was added may be taken away again, so hosts do not remember it.
ALTER TABLE directory ADD COLUMN added boolean NOT NULL DEFAULT false;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['guard_links', 'identity_acts', 'identity_dismissals'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY tenant_rows ON %I USING ((tenant || '''') = ANY ((SELECT gatehouse_tenants())::text[])) WITH CHECK (tenant = ANY ((SELECT gatehouse_tenants())::text[]))',
      name);
    EXECUTE format('GRANT SELECT ON %I TO gatehouse_app, gatehouse_runtime', name);
    EXECUTE format('GRANT INSERT, UPDATE ON %I TO gatehouse_runtime', name);
  END LOOP;
  GRANT DELETE ON guard_links, directory, identity_aliases TO gatehouse_runtime;
END $$;

-- Acts on identities are few, and whoever derives a state again needs all of them.
CREATE INDEX ledger_identity ON ledger (partition, seq) WHERE type LIKE 'identity.%';

-- safe-from: 3
-- What is known, as notes with links, and what happened, as one row per account. All of it follows from the ledger and can be derived again. An
-- older program does not keep these tables; a partition that a newer one has written is not given back to it.

CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Up to which position of the partition nobody kept timelines and notes yet; null until a program that keeps them holds it.
ALTER TABLE partition_leases ADD COLUMN projected_after bigint;

-- One row per scope: an account with its people, or a person without account.
CREATE TABLE timelines (
  tenant text NOT NULL,
  scope text NOT NULL,
  partition smallint NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (tenant, scope)
) WITH (fillfactor = 80);

CREATE TABLE notes (
  tenant text NOT NULL,
  id text NOT NULL,
  -- The event that recorded it. The sealed text stands there under the same bytes; its place is this event.
  partition smallint NOT NULL,
  seq bigint NOT NULL,
  scope text NOT NULL,
  account text,
  -- Whose words or data the text holds: the key of this person opens it, or else the key of the account.
  person text,
  kind text NOT NULL CHECK (kind IN ('fact', 'evidence', 'hypothesis', 'objection', 'conclusion', 'question')),
  predicate text,
  -- Subject and predicate of a single-valued fact; null for all others.
  slot text,
  -- The document that it is a part of, and its place there.
  source text NOT NULL,
  ordinal bigint NOT NULL,
  confidence double precision NOT NULL CHECK (confidence BETWEEN 0 AND 1),
  authority text NOT NULL CHECK (authority IN ('agent', 'rule', 'record', 'person')),
  observed_at bigint NOT NULL,
  -- As it was stated. Where it holds after all, `note_validity` says.
  valid_from bigint NOT NULL,
  valid_to bigint CHECK (valid_to > valid_from),
  recorded_at bigint NOT NULL,
  superseded_at bigint,
  retracted_at bigint,
  last_verified_at bigint NOT NULL,
  rule text,
  recorded_by text NOT NULL,
  value_hash text,
  provenance text NOT NULL,
  -- Null when the key of its subject was destroyed before it came.
  sealed text,
  batch text,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX notes_account ON notes (tenant, account, recorded_at, id);
CREATE INDEX notes_person ON notes (tenant, person, recorded_at, id) WHERE person IS NOT NULL;
CREATE INDEX notes_scope ON notes (tenant, scope, recorded_at, id);
CREATE INDEX notes_slot ON notes (tenant, slot) WHERE slot IS NOT NULL;
CREATE INDEX notes_source ON notes (tenant, source, ordinal, id);

-- When a single-valued fact held, as it was known from one moment to another: no two of one slot overlap in both times. An open end is null.
CREATE TABLE note_validity (
  tenant text NOT NULL,
  note text NOT NULL,
  partition smallint NOT NULL,
  slot text NOT NULL,
  valid_from bigint NOT NULL,
  valid_to bigint CHECK (valid_to > valid_from),
  recorded_from bigint NOT NULL,
  recorded_to bigint CHECK (recorded_to > recorded_from),
  PRIMARY KEY (tenant, slot, note, recorded_from),
  CONSTRAINT note_validity_one_value EXCLUDE USING gist (
    tenant WITH =, slot WITH =, int8range(valid_from, valid_to) WITH &&, int8range(recorded_from, recorded_to) WITH &&)
);

CREATE TABLE note_links (
  tenant text NOT NULL,
  from_note text NOT NULL,
  to_note text NOT NULL,
  type text NOT NULL CHECK (type IN ('supports', 'contradicts', 'supersedes', 'about', 'derived_from')),
  weight double precision NOT NULL CHECK (weight > 0 AND weight <= 1),
  partition smallint NOT NULL,
  PRIMARY KEY (tenant, from_note, type, to_note)
);
CREATE INDEX note_links_to ON note_links (tenant, to_note);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['timelines', 'notes', 'note_validity', 'note_links'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY tenant_rows ON %I USING ((tenant || '''') = ANY ((SELECT gatehouse_tenants())::text[])) WITH CHECK (tenant = ANY ((SELECT gatehouse_tenants())::text[]))',
      name);
    EXECUTE format('GRANT SELECT ON %I TO gatehouse_app, gatehouse_runtime', name);
    EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %I TO gatehouse_runtime', name);
  END LOOP;
END $$;

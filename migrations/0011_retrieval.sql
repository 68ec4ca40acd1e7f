-- safe-from: 3
-- What notes are found by: postings in B-trees, one row per note with what it mentions, and vectors. All of it follows from `notes` and can be made
-- again. Terms are keyed hashes, so no word of a note can be read here. An older program writes none of it; a newer one catches up.

-- Readers of what is new go by position.
CREATE INDEX notes_position ON notes (tenant, partition, seq);

-- Up to which position of a partition the notes of a tenant are in the index.
CREATE TABLE note_index_cursors (
  tenant text NOT NULL,
  partition smallint NOT NULL,
  seq bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, partition)
);

-- A scope has one partition, so the position of a note is its number within the scope.
CREATE TABLE note_index (
  tenant text NOT NULL,
  scope text NOT NULL,
  seq bigint NOT NULL,
  note text NOT NULL,
  -- Whose words the note holds: goes with that person.
  subject text NOT NULL,
  recorded_at bigint NOT NULL,
  source text NOT NULL,
  ordinal bigint NOT NULL,
  -- Terms in all.
  length integer NOT NULL,
  -- What the note mentions: key, kind (its number), how often, and whether near the beginning; in parallel.
  keys bigint[] NOT NULL,
  kinds smallint[] NOT NULL,
  counts smallint[] NOT NULL,
  leads boolean[] NOT NULL,
  PRIMARY KEY (tenant, scope, seq)
);
CREATE UNIQUE INDEX note_index_note ON note_index (tenant, note);
CREATE INDEX note_index_source ON note_index (tenant, scope, source, ordinal, seq) INCLUDE (recorded_at);
CREATE INDEX note_index_subject ON note_index (tenant, subject);

-- Everything that a search reads stands in the key, so it reads the index alone.
CREATE TABLE note_postings (
  tenant text NOT NULL,
  scope text NOT NULL,
  key bigint NOT NULL,
  seq bigint NOT NULL,
  recorded_at bigint NOT NULL,
  count smallint NOT NULL,
  length integer NOT NULL,
  leads boolean NOT NULL,
  PRIMARY KEY (tenant, scope, key, seq) INCLUDE (recorded_at, count, length, leads)
);

-- Notes and terms of a scope, for the weights of a search over the present.
CREATE TABLE note_index_totals (
  tenant text NOT NULL,
  scope text NOT NULL,
  notes bigint NOT NULL,
  terms bigint NOT NULL,
  PRIMARY KEY (tenant, scope)
);

-- One vector of a note per space; a space is a provider, a model and a number of dimensions, and none is compared with another. Base64 of 32-bit floats, little-endian.
CREATE TABLE note_vectors (
  tenant text NOT NULL,
  scope text NOT NULL,
  space text NOT NULL,
  seq bigint NOT NULL,
  recorded_at bigint NOT NULL,
  vector text NOT NULL,
  PRIMARY KEY (tenant, scope, space, seq)
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['note_index_cursors', 'note_index', 'note_postings', 'note_index_totals', 'note_vectors'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY tenant_rows ON %I USING ((tenant || '''') = ANY ((SELECT gatehouse_tenants())::text[])) WITH CHECK (tenant = ANY ((SELECT gatehouse_tenants())::text[]))',
      name);
    EXECUTE format('GRANT SELECT ON %I TO gatehouse_app, gatehouse_runtime', name);
    EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %I TO gatehouse_runtime', name);
  END LOOP;
END $$;

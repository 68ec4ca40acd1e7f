-- The whole store of record, first version.
--
-- Conventions: `tenant` leads every key, and row-level security shows a transaction only the tenants it was opened for. Message times are
-- milliseconds in bigint columns that end in `_at`; the database's own clock writes timestamptz columns that end in `_on`. JSON
-- whose bytes matter is text. Two roles exist: gatehouse_app for requests, gatehouse_runtime for owners of partitions and workers.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gatehouse_app') THEN CREATE ROLE gatehouse_app NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gatehouse_runtime') THEN CREATE ROLE gatehouse_runtime NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- Another database of this server is being migrated at the same moment.
END $$;

-- The tenants of the current transaction. An unset or empty list matches nothing.
CREATE FUNCTION gatehouse_tenants() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT string_to_array(coalesce(current_setting('gatehouse.tenants', true), ''), ',') $$;

CREATE FUNCTION gatehouse_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

-- ── Tenants, identities, keys ────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE tenants (
  id text PRIMARY KEY CHECK (id ~ '^[a-z][a-z0-9-]{0,39}$'),
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('customer', 'demo')),
  created_on timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE identities (
  tenant text NOT NULL REFERENCES tenants,
  id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('person', 'agent', 'system')),
  role text NOT NULL CHECK (role IN ('viewer', 'reviewer', 'operator', 'admin', 'auditor', 'agent')),
  -- What a person may decide in the business: SLM, RevOps, CRO and so on.
  authorities text[] NOT NULL DEFAULT '{}',
  label text NOT NULL,
  created_on timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, id)
);

CREATE TABLE api_keys (
  id text PRIMARY KEY,
  tenant text NOT NULL,
  identity text NOT NULL,
  secret_hash text NOT NULL UNIQUE,
  created_on timestamptz NOT NULL DEFAULT now(),
  expires_on timestamptz,
  revoked_on timestamptz,
  FOREIGN KEY (tenant, identity) REFERENCES identities
);

-- One data key per subject, wrapped with the installation's key. Erasure destroys it and leaves the row as proof.
CREATE TABLE subject_keys (
  tenant text NOT NULL,
  subject text NOT NULL,
  wrapped text,
  destroyed_on timestamptz,
  PRIMARY KEY (tenant, subject),
  CHECK ((wrapped IS NULL) = (destroyed_on IS NOT NULL))
);

-- ── Canonical entities ───────────────────────────────────────────────────────────────────────────────────────────────────

-- Where an entity's actor lives. The partition key is assigned once and never changes. `alias` is a keyed hash.
CREATE TABLE directory (
  tenant text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('account', 'person')),
  alias text NOT NULL,
  id text NOT NULL,
  scope text NOT NULL,
  account text,
  domain text,
  suppression_keys text[] NOT NULL DEFAULT '{}',
  has_address boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant, kind, alias)
);
CREATE INDEX directory_id ON directory (tenant, id);

-- Further names of an entity: keyed hashes of an e-mail address, a domain, an id in another system.
CREATE TABLE identity_aliases (
  tenant text NOT NULL,
  alias_kind text NOT NULL CHECK (alias_kind IN ('email', 'domain', 'external')),
  alias text NOT NULL,
  entity text NOT NULL,
  PRIMARY KEY (tenant, alias_kind, alias)
);

CREATE TABLE accounts (
  tenant text NOT NULL,
  id text NOT NULL,
  external_id text NOT NULL,
  name text,
  domain text,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  batch text,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, external_id)
);

-- Personal members are sealed with the subject's key. What rules may read stands in the state of the person's actor.
CREATE TABLE contacts (
  tenant text NOT NULL,
  id text NOT NULL,
  account text,
  sealed_external_id text NOT NULL,
  sealed_email text,
  sealed_name text,
  sealed_title text,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  batch text,
  PRIMARY KEY (tenant, id)
);

CREATE TABLE leads (
  tenant text NOT NULL,
  id text NOT NULL,
  account text,
  dimensions text NOT NULL,
  first_seen_at bigint NOT NULL,
  originating_proposal_id text,
  batch text,
  PRIMARY KEY (tenant, id)
);

CREATE TABLE opportunities (
  tenant text NOT NULL,
  id text NOT NULL,
  account text NOT NULL,
  external_id text NOT NULL,
  stage text NOT NULL,
  amount_minor bigint,
  currency text,
  updated_at bigint NOT NULL,
  originating_proposal_id text,
  PRIMARY KEY (tenant, id)
);

CREATE TABLE reps (
  tenant text NOT NULL,
  id text NOT NULL,
  external_id text NOT NULL,
  identity text,
  role text NOT NULL,
  active boolean NOT NULL DEFAULT true,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, external_id)
);

CREATE TABLE territory_assignments (
  tenant text NOT NULL,
  id text NOT NULL,
  account text NOT NULL,
  rep text NOT NULL,
  territory text NOT NULL,
  effective_from date NOT NULL,
  effective_to date,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, rep) REFERENCES reps
);

-- Corrections append a higher record_version; nothing is overwritten.
CREATE TABLE usage_records (
  tenant text NOT NULL,
  id text NOT NULL,
  account text NOT NULL,
  sku text NOT NULL,
  period_start timestamptz NOT NULL,
  period_end timestamptz NOT NULL CHECK (period_end > period_start),
  units numeric NOT NULL CHECK (units >= 0),
  record_version integer NOT NULL CHECK (record_version >= 1),
  source text NOT NULL,
  received_on timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, id, record_version)
);

-- ── Partitions, inbox, ledger ────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE hosts (
  id text PRIMARY KEY,
  url text,
  started_on timestamptz NOT NULL DEFAULT now(),
  seen_on timestamptz NOT NULL DEFAULT now()
);

-- The epoch rises with every change of holder; a commit checks it, so a host that lost its lease cannot write.
CREATE TABLE partition_leases (
  partition smallint PRIMARY KEY CHECK (partition BETWEEN 0 AND 63),
  holder text,
  epoch bigint NOT NULL DEFAULT 0,
  until_on timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO partition_leases (partition) SELECT generate_series(0, 63);

CREATE TABLE partition_heads (
  partition smallint PRIMARY KEY CHECK (partition BETWEEN 0 AND 63),
  seq bigint NOT NULL DEFAULT 0,
  hash text NOT NULL DEFAULT repeat('0', 64)
);
INSERT INTO partition_heads (partition) SELECT generate_series(0, 63);

-- What was accepted. Ids stay for ever; bodies only until they are processed.
CREATE TABLE inbox (
  tenant text NOT NULL,
  source text NOT NULL,
  id text NOT NULL,
  partition smallint NOT NULL,
  digest text NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'processed', 'parked')),
  body text,
  error text,
  correlation text,
  event text,
  received_on timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, source, id)
);
CREATE INDEX inbox_pending ON inbox (partition) WHERE state = 'pending';

CREATE TABLE ledger (
  partition smallint NOT NULL,
  seq bigint NOT NULL,
  tenant text NOT NULL,
  type text NOT NULL,
  schema_version smallint NOT NULL,
  actor_kind text NOT NULL,
  actor_id text NOT NULL,
  actor_seq bigint NOT NULL,
  scope text NOT NULL,
  at bigint NOT NULL,
  causation text,
  correlation text NOT NULL,
  batch text,
  body text NOT NULL,
  sealed text,
  sealed_subject text,
  prev_hash text NOT NULL,
  hash text NOT NULL,
  appended_on timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (partition, seq)
);
CREATE INDEX ledger_scope ON ledger (tenant, scope, seq);
CREATE INDEX ledger_correlation ON ledger (tenant, correlation);
CREATE INDEX ledger_batch ON ledger (tenant, batch) WHERE batch IS NOT NULL;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION gatehouse_refuse_change();
CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_refuse_change();

-- ── Actors, guards, timers ───────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE actor_state (
  tenant text NOT NULL,
  kind text NOT NULL,
  id text NOT NULL,
  partition smallint NOT NULL,
  machine_version integer NOT NULL,
  value text NOT NULL,
  context text NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (tenant, kind, id)
) WITH (fillfactor = 80);

CREATE TABLE guards (
  tenant text NOT NULL,
  key text NOT NULL,
  version bigint NOT NULL,
  state text NOT NULL,
  PRIMARY KEY (tenant, key)
) WITH (fillfactor = 80);

CREATE TABLE timers (
  tenant text NOT NULL,
  actor_kind text NOT NULL,
  actor_id text NOT NULL,
  name text NOT NULL,
  partition smallint NOT NULL,
  due_at bigint NOT NULL,
  armed_by text NOT NULL,
  message text NOT NULL,
  PRIMARY KEY (tenant, actor_kind, actor_id, name)
);
CREATE INDEX timers_due ON timers (due_at);

-- ── Policies, suppressions ───────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE policies (
  tenant text NOT NULL,
  hash text NOT NULL,
  body text NOT NULL,
  stored_on timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, hash)
);
CREATE TRIGGER policies_append_only BEFORE UPDATE OR DELETE ON policies FOR EACH ROW EXECUTE FUNCTION gatehouse_refuse_change();

-- In force for registry versions from added_version up to, and not including, removed_version. Keys are keyed hashes.
CREATE TABLE suppressions (
  tenant text NOT NULL,
  key text NOT NULL,
  scope text NOT NULL CHECK (scope IN ('contact', 'email', 'domain', 'account')),
  reason text NOT NULL,
  source text NOT NULL,
  added_version bigint NOT NULL,
  removed_version bigint,
  PRIMARY KEY (tenant, key, added_version)
);

-- ── Decisions, permits, executions ───────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE decisions (
  tenant text NOT NULL,
  id text NOT NULL,
  at bigint NOT NULL,
  subject_kind text NOT NULL,
  subject_id text NOT NULL,
  scope text NOT NULL,
  account text,
  trigger text NOT NULL,
  engine text NOT NULL,
  action text,
  action_type text NOT NULL,
  channel text,
  risk_class text,
  confidence double precision,
  propensity double precision NOT NULL,
  reason text NOT NULL,
  -- The engine's whole answer; its hash stands in the ledger.
  choice text NOT NULL,
  verdict text NOT NULL,
  verdict_hash text,
  policy text,
  correlation text NOT NULL,
  originating_proposal_id text,
  batch text,
  undone boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX decisions_recent ON decisions (tenant, at, id);
CREATE INDEX decisions_scope ON decisions (tenant, scope, at);

-- Parts of decision snapshots, by the hash of their text.
CREATE TABLE snapshot_parts (
  tenant text NOT NULL,
  hash text NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (tenant, hash)
);
CREATE TRIGGER snapshot_parts_append_only BEFORE UPDATE ON snapshot_parts FOR EACH ROW EXECUTE FUNCTION gatehouse_refuse_change();

-- A permit is the only way out, and the outbox at the same time: what has no permit cannot be executed.
CREATE TABLE permits (
  tenant text NOT NULL,
  id text NOT NULL,
  action text NOT NULL,
  partition smallint NOT NULL,
  fingerprint text NOT NULL,
  mode text NOT NULL CHECK (mode IN ('sandbox', 'live')),
  granted_at bigint NOT NULL,
  expires_at bigint NOT NULL CHECK (expires_at > granted_at),
  -- When the executor may take it, next.
  due_at bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('granted', 'claimed', 'used', 'failed', 'revoked', 'expired', 'uncertain')),
  attempts integer NOT NULL DEFAULT 0,
  -- What the executor needs: where the content stands in the ledger, and the message that its result answers.
  content_seq bigint NOT NULL,
  detail text NOT NULL,
  batch text,
  PRIMARY KEY (tenant, id)
) WITH (fillfactor = 80);
CREATE INDEX permits_due ON permits (due_at) WHERE state IN ('granted', 'claimed');

CREATE TABLE executions (
  tenant text NOT NULL,
  permit text NOT NULL,
  attempt integer NOT NULL,
  at bigint NOT NULL,
  fingerprint text NOT NULL,
  worker text NOT NULL,
  lease_until_on timestamptz NOT NULL,
  -- absent: the channel certainly did not act. refused: it said no for good.
  state text NOT NULL CHECK (state IN ('open', 'sent', 'absent', 'refused', 'uncertain')),
  receipt text,
  PRIMARY KEY (tenant, permit, attempt),
  FOREIGN KEY (tenant, permit) REFERENCES permits
);
-- Single use: an attempt that acted, may have acted, or is under way shuts out every other.
CREATE UNIQUE INDEX executions_single_use ON executions (tenant, permit) WHERE state IN ('open', 'sent', 'uncertain');
CREATE INDEX executions_open ON executions (lease_until_on) WHERE state = 'open';

CREATE FUNCTION gatehouse_check_execution() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  permit permits%ROWTYPE;
  stopped boolean;
BEGIN
  SELECT * INTO permit FROM permits WHERE tenant = NEW.tenant AND id = NEW.permit;
  IF NOT FOUND THEN RAISE EXCEPTION 'execution refused: there is no permit %', NEW.permit USING ERRCODE = 'check_violation'; END IF;
  IF permit.state NOT IN ('granted', 'claimed') THEN
    RAISE EXCEPTION 'execution refused: permit % is %', NEW.permit, permit.state USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.at < permit.granted_at OR NEW.at > permit.expires_at THEN
    RAISE EXCEPTION 'execution refused: permit % is not valid at %', NEW.permit, NEW.at USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.fingerprint <> permit.fingerprint THEN
    RAISE EXCEPTION 'execution refused: content differs from permit %', NEW.permit USING ERRCODE = 'check_violation';
  END IF;
  SELECT value = 'stopped' INTO stopped FROM actor_state WHERE tenant = NEW.tenant AND kind = 'tenant' AND id = NEW.tenant;
  IF stopped IS DISTINCT FROM false THEN
    RAISE EXCEPTION 'execution refused: the kill switch of % is engaged or unknown', NEW.tenant USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER executions_need_permit BEFORE INSERT ON executions FOR EACH ROW EXECUTE FUNCTION gatehouse_check_execution();

CREATE TABLE reviews (
  tenant text NOT NULL,
  id text NOT NULL,
  action text NOT NULL,
  decision text NOT NULL,
  partition smallint NOT NULL,
  scope text NOT NULL,
  queue text NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'approved', 'edited', 'rejected', 'cancelled', 'expired')),
  action_type text NOT NULL,
  channel text NOT NULL,
  risk_class text NOT NULL,
  fingerprint text NOT NULL,
  content_seq bigint NOT NULL,
  reasons text NOT NULL,
  detail text NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  decided_by text,
  batch text,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX reviews_open ON reviews (tenant, created_at, id) WHERE state = 'open';

CREATE TABLE outcomes (
  tenant text NOT NULL,
  id text NOT NULL,
  type text NOT NULL,
  subject_kind text NOT NULL,
  subject_id text NOT NULL,
  occurred_at bigint NOT NULL,
  amount_minor bigint,
  currency text,
  status text NOT NULL CHECK (status IN ('linked', 'unlinked', 'preceding')),
  decision text,
  action text,
  window_ms bigint NOT NULL,
  first_seen_at bigint,
  batch text,
  undone boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant, id)
);
CREATE INDEX outcomes_subject ON outcomes (tenant, subject_id);

-- ── Imports, sandbox ─────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE imports (
  tenant text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  mode text NOT NULL CHECK (mode IN ('history', 'simulate', 'live')),
  state text NOT NULL CHECK (state IN ('running', 'completed', 'undoing', 'undone')),
  total integer NOT NULL,
  applied integer NOT NULL DEFAULT 0,
  counts text NOT NULL DEFAULT '{}',
  -- How far simulated time has come.
  clock_at bigint,
  started_on timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, id)
);

-- What sandbox channels rendered instead of sending. The key makes a repeated request find the first one.
CREATE TABLE sandbox_deliveries (
  tenant text NOT NULL,
  idempotency_key text NOT NULL,
  receipt text NOT NULL,
  at bigint NOT NULL,
  action_type text NOT NULL,
  channel text NOT NULL,
  recipient text NOT NULL,
  content_digest text NOT NULL,
  PRIMARY KEY (tenant, idempotency_key)
);

-- ── Rights and row-level security ────────────────────────────────────────────────────────────────────────────────────────

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY[
    'identities', 'api_keys', 'subject_keys', 'directory', 'identity_aliases', 'accounts', 'contacts', 'leads', 'opportunities', 'reps',
    'territory_assignments', 'usage_records', 'inbox', 'ledger', 'actor_state', 'guards', 'timers', 'policies', 'suppressions',
    'decisions', 'snapshot_parts', 'permits', 'executions', 'reviews', 'outcomes', 'imports', 'sandbox_deliveries'
  ] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    -- The concatenation keeps the planner from using an index for this condition alone: it would read a whole tenant to find one row.
    EXECUTE format(
      'CREATE POLICY tenant_rows ON %I USING ((tenant || '''') = ANY ((SELECT gatehouse_tenants())::text[])) WITH CHECK (tenant = ANY ((SELECT gatehouse_tenants())::text[]))',
      name);
    EXECUTE format('GRANT SELECT ON %I TO gatehouse_app, gatehouse_runtime', name);
  END LOOP;

  -- Only owners of partitions and workers write what follows from the ledger.
  FOREACH name IN ARRAY ARRAY[
    'subject_keys', 'accounts', 'contacts', 'leads', 'opportunities', 'inbox', 'actor_state', 'guards', 'timers', 'suppressions',
    'decisions', 'permits', 'executions', 'reviews', 'outcomes', 'imports', 'sandbox_deliveries'
  ] LOOP
    EXECUTE format('GRANT INSERT, UPDATE ON %I TO gatehouse_runtime', name);
  END LOOP;
  GRANT DELETE ON timers, actor_state, guards, accounts, contacts, leads, sandbox_deliveries TO gatehouse_runtime;
  GRANT INSERT ON ledger, policies, snapshot_parts TO gatehouse_runtime;
  -- Requests may name new entities and manage their own keys; nothing else.
  GRANT INSERT, UPDATE ON directory, identity_aliases, identities, api_keys TO gatehouse_app;
  GRANT INSERT, UPDATE ON directory, identity_aliases TO gatehouse_runtime;
  GRANT SELECT ON tenants TO gatehouse_app, gatehouse_runtime;
  GRANT SELECT, UPDATE ON partition_leases, partition_heads TO gatehouse_runtime;
  GRANT SELECT, INSERT, UPDATE, DELETE ON hosts TO gatehouse_runtime;
END $$;

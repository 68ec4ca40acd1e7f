-- safe-from: 3
-- Brains, the log of what they found, and the library of sales plays. An older program does not know the events of plays and parks them, so all hosts
-- are replaced before the first brain gets a key.

-- ── Identities of brains, and what people may decide ───────────────────────────────────────────────────────────────────────

ALTER TABLE identities DROP CONSTRAINT identities_kind_check, DROP CONSTRAINT identities_role_check;
ALTER TABLE identities
  ADD COLUMN brain text CHECK (brain IN ('AGT-901', 'AGT-902')),
  ADD CONSTRAINT identities_kind_check CHECK (kind IN ('person', 'agent', 'system', 'brain')),
  ADD CONSTRAINT identities_role_check CHECK (role IN ('viewer', 'reviewer', 'operator', 'admin', 'auditor', 'agent', 'brain')),
  -- A brain has no other role, and nobody else has this one.
  ADD CONSTRAINT identities_brains_alone CHECK ((kind = 'brain') = (brain IS NOT NULL) AND (kind = 'brain') = (role = 'brain')),
  -- Only people decide in the business.
  ADD CONSTRAINT identities_authorities_check CHECK (kind = 'person' OR authorities = '{}');

-- ── What brains found ──────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE brain_analysis_log (
  tenant text NOT NULL,
  proposal_id text NOT NULL,
  created_at bigint NOT NULL,
  -- AGT-901 reasons about segments and AGT-902 about one account.
  writer_agent_id text NOT NULL CHECK (writer_agent_id IN ('AGT-901', 'AGT-902')),
  account_id text,
  question text NOT NULL,
  model_id text NOT NULL,
  system_prompt_hash text NOT NULL,
  sources_read jsonb NOT NULL CHECK (jsonb_typeof(sources_read) = 'array'),
  narrative_output text NOT NULL,
  proposed_actions jsonb NOT NULL CHECK (jsonb_typeof(proposed_actions) = 'array'),
  confidence_flags jsonb NOT NULL,
  data_staleness_acknowledged boolean NOT NULL,
  tool_calls jsonb NOT NULL,
  input_tokens bigint NOT NULL,
  output_tokens bigint NOT NULL,
  -- Exactly as the brain said it.
  cost_usd_estimate numeric NOT NULL CHECK (cost_usd_estimate >= 0),
  written_by text NOT NULL,
  PRIMARY KEY (tenant, proposal_id),
  UNIQUE (tenant, proposal_id, writer_agent_id),
  CHECK ((writer_agent_id = 'AGT-902') = (account_id IS NOT NULL)),
  CHECK (NOT data_staleness_acknowledged OR narrative_output ~* '\y(stale|out of date|outdated|not refreshed since)\y')
);
CREATE INDEX brain_analysis_log_by_writer ON brain_analysis_log (tenant, writer_agent_id, created_at DESC);

-- The same rules as src/policies/analysis-faults.ts, for whoever writes past the program.
CREATE FUNCTION gatehouse_check_analysis() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong text;
  allowed text[] := CASE NEW.writer_agent_id
    WHEN 'AGT-901' THEN ARRAY['draft_play', 'flag_coverage_gap', 'recommend_human_query', 'none']
    WHEN 'AGT-902' THEN ARRAY['pull_qbr_forward', 'open_expansion_play', 'brief_new_ae_or_csm', 'customer_communication', 'escalate_to_slm', 'recommend_human_query', 'none']
    ELSE ARRAY[]::text[] END;
BEGIN
  SELECT cited[1] INTO wrong FROM regexp_matches(NEW.narrative_output, '\[src:([^\]]*)\]?', 'g') AS cited
    WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(NEW.sources_read) s WHERE s ->> 'source_index' = cited[1]) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the analysis cites source %, which was not read', wrong USING ERRCODE = 'check_violation';
  END IF;
  SELECT named.index INTO wrong FROM jsonb_array_elements(NEW.proposed_actions) a
    CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(a -> 'source_indices', '[]')) AS named (index)
    WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(NEW.sources_read) s WHERE s ->> 'source_index' = named.index) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a suggestion rests on source %, which was not read', wrong USING ERRCODE = 'check_violation';
  END IF;
  SELECT s ->> 'view' INTO wrong FROM jsonb_array_elements(NEW.sources_read) s
    WHERE NEW.created_at - (s ->> 'last_refresh_at')::numeric > (s ->> 'staleness_threshold_hours')::numeric * 3600000 LIMIT 1;
  IF FOUND AND NOT NEW.data_staleness_acknowledged THEN
    RAISE EXCEPTION 'the source % was stale, and the analysis does not say so', wrong USING ERRCODE = 'check_violation';
  END IF;
  SELECT coalesce(a ->> 'action_type', '') INTO wrong FROM jsonb_array_elements(NEW.proposed_actions) a
    WHERE coalesce(a ->> 'action_type', '') <> ALL (allowed) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% is not an action that % may suggest', wrong, NEW.writer_agent_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER brain_analysis_log_checked BEFORE INSERT ON brain_analysis_log FOR EACH ROW EXECUTE FUNCTION gatehouse_check_analysis();
CREATE TRIGGER brain_analysis_log_append_only BEFORE UPDATE OR DELETE ON brain_analysis_log FOR EACH ROW EXECUTE FUNCTION gatehouse_refuse_change();
CREATE TRIGGER brain_analysis_log_no_truncate BEFORE TRUNCATE ON brain_analysis_log FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_refuse_change();

-- ── Plays ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE plays (
  tenant text NOT NULL,
  play_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('draft', 'under_review', 'active', 'retired')),
  scope text NOT NULL CHECK (scope IN ('segment', 'account_specific')),
  segment text CHECK (length(segment) <= 64),
  account_id text,
  name text NOT NULL CHECK (length(name) <= 128),
  hypothesis text NOT NULL,
  target_definition jsonb NOT NULL CHECK (jsonb_typeof(target_definition) = 'object'),
  suggested_cadence jsonb NOT NULL CHECK (jsonb_typeof(suggested_cadence) = 'object'),
  success_criteria jsonb NOT NULL CHECK (jsonb_typeof(success_criteria) = 'object'),
  -- What the brain drafted, word by word.
  drafted jsonb NOT NULL,
  originating_proposal_id text NOT NULL,
  writer_agent_id text NOT NULL CHECK (writer_agent_id IN ('AGT-901', 'AGT-902')),
  created_at bigint NOT NULL,
  picked_up_by_user_id text,
  picked_up_at bigint,
  revision integer NOT NULL,
  edits_during_review jsonb NOT NULL,
  slm_approver_user_id text,
  revops_approver_user_id text,
  activated_at bigint,
  active_period_start date,
  active_period_end date,
  retired_at bigint,
  retired_by_user_id text,
  retire_reason text CHECK (retire_reason IN ('completed', 'replaced', 'poor_performance', 'rejected_at_review', 'rejected_at_draft', 'auto_sunset')),
  retrospective_outcomes jsonb NOT NULL,
  PRIMARY KEY (tenant, play_id),
  -- A play has a segment or an account, never both, and comes from the brain that reasons about such.
  CONSTRAINT plays_scope CHECK (
    (scope = 'segment' AND segment IS NOT NULL AND account_id IS NULL AND writer_agent_id = 'AGT-901')
    OR (scope = 'account_specific' AND account_id IS NOT NULL AND segment IS NULL AND writer_agent_id = 'AGT-902')),
  CONSTRAINT plays_active_is_approved CHECK (state <> 'active' OR (slm_approver_user_id IS NOT NULL AND revops_approver_user_id IS NOT NULL
    AND activated_at IS NOT NULL AND active_period_start IS NOT NULL)),
  CONSTRAINT plays_picked_up CHECK (state = 'draft' OR retire_reason = 'rejected_at_draft' OR (picked_up_by_user_id IS NOT NULL AND picked_up_at IS NOT NULL)),
  CONSTRAINT plays_retired CHECK ((state = 'retired') = (retired_at IS NOT NULL) AND (state = 'retired') = (retire_reason IS NOT NULL)
    AND (state <> 'retired' OR retired_by_user_id IS NOT NULL OR retire_reason = 'auto_sunset')),
  CONSTRAINT plays_period CHECK (active_period_end >= active_period_start),
  FOREIGN KEY (tenant, originating_proposal_id, writer_agent_id) REFERENCES brain_analysis_log (tenant, proposal_id, writer_agent_id),
  FOREIGN KEY (tenant, picked_up_by_user_id) REFERENCES identities,
  FOREIGN KEY (tenant, slm_approver_user_id) REFERENCES identities,
  FOREIGN KEY (tenant, revops_approver_user_id) REFERENCES identities,
  FOREIGN KEY (tenant, retired_by_user_id) REFERENCES identities
);
CREATE INDEX plays_active_by_segment ON plays (tenant, state, segment) WHERE state = 'active';
-- Also the cap: one active play for an account, whoever activates it.
CREATE UNIQUE INDEX plays_active_by_account ON plays (tenant, state, account_id) WHERE state = 'active' AND account_id IS NOT NULL;
CREATE INDEX plays_in_work ON plays (tenant, state, created_at DESC) WHERE state IN ('draft', 'under_review');
CREATE INDEX plays_by_proposal ON plays (tenant, originating_proposal_id);
CREATE INDEX plays_by_writer ON plays (tenant, writer_agent_id, created_at DESC);

-- How often a play of a segment became active. Two activations of one segment both write it, so the second waits for the first, or fails
-- where its isolation level would not let it see what the first one did.
CREATE TABLE play_activations (
  tenant text NOT NULL,
  segment text NOT NULL,
  activations bigint NOT NULL,
  PRIMARY KEY (tenant, segment)
);

-- The cap of a segment by the policy in force: 5, if it says nothing.
CREATE FUNCTION gatehouse_play_cap(of_tenant text, of_segment text) RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT coalesce((
    SELECT coalesce(p.body::jsonb #>> ARRAY['plays', 'caps', of_segment], p.body::jsonb #>> '{plays,cap}')::integer
    FROM actor_state a JOIN policies p ON p.tenant = a.tenant AND p.hash = a.context::jsonb ->> 'policy'
    WHERE a.tenant = of_tenant AND a.kind = 'tenant' AND a.id = of_tenant), 5)
$$;

CREATE FUNCTION gatehouse_check_play() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  held bigint;
  cap integer;
  oldest text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' THEN
      RAISE EXCEPTION 'a play begins as a draft, not as %', NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (OLD.tenant, OLD.play_id, OLD.scope, OLD.segment, OLD.account_id, OLD.drafted, OLD.originating_proposal_id, OLD.writer_agent_id, OLD.created_at)
    IS DISTINCT FROM
    (NEW.tenant, NEW.play_id, NEW.scope, NEW.segment, NEW.account_id, NEW.drafted, NEW.originating_proposal_id, NEW.writer_agent_id, NEW.created_at) THEN
    RAISE EXCEPTION 'what a brain drafted and for whom never changes' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state <> 'under_review' AND
    (OLD.name, OLD.hypothesis, OLD.target_definition, OLD.suggested_cadence, OLD.success_criteria, OLD.edits_during_review, OLD.revision,
      OLD.slm_approver_user_id, OLD.revops_approver_user_id, OLD.active_period_start, OLD.active_period_end)
    IS DISTINCT FROM
    (NEW.name, NEW.hypothesis, NEW.target_definition, NEW.suggested_cadence, NEW.success_criteria, NEW.edits_during_review, NEW.revision,
      NEW.slm_approver_user_id, NEW.revops_approver_user_id, NEW.active_period_start, NEW.active_period_end) THEN
    RAISE EXCEPTION 'a play is edited and approved under review only, and this one is %', OLD.state USING ERRCODE = 'check_violation';
  END IF;
  -- Who took it up, when it became active and how it ended is said once, by the step that does it.
  IF (OLD.picked_up_by_user_id, OLD.picked_up_at) IS DISTINCT FROM (NEW.picked_up_by_user_id, NEW.picked_up_at)
      AND (OLD.state, NEW.state) <> ('draft', 'under_review')
    OR OLD.activated_at IS DISTINCT FROM NEW.activated_at AND (OLD.state, NEW.state) <> ('under_review', 'active')
    OR (OLD.retired_at, OLD.retired_by_user_id, OLD.retire_reason) IS DISTINCT FROM (NEW.retired_at, NEW.retired_by_user_id, NEW.retire_reason)
      AND (OLD.state = 'retired' OR NEW.state <> 'retired') THEN
    RAISE EXCEPTION 'what was said of the steps of a play is never said again' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state = NEW.state THEN
    RETURN NEW;
  END IF;
  IF (OLD.state, NEW.state) NOT IN (('draft', 'under_review'), ('draft', 'retired'), ('under_review', 'active'), ('under_review', 'retired'), ('active', 'retired')) THEN
    RAISE EXCEPTION 'a play cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'retired' AND coalesce(NEW.retire_reason, '') <> ALL (CASE OLD.state
    WHEN 'draft' THEN ARRAY['rejected_at_draft']
    WHEN 'under_review' THEN ARRAY['rejected_at_review']
    ELSE ARRAY['completed', 'replaced', 'poor_performance', 'auto_sunset'] END) THEN
    RAISE EXCEPTION 'a play that is % cannot be retired with the reason %', OLD.state, coalesce(NEW.retire_reason, 'none') USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'active' AND NEW.scope = 'segment' THEN
    INSERT INTO play_activations AS a (tenant, segment, activations) VALUES (NEW.tenant, NEW.segment, 1)
      ON CONFLICT (tenant, segment) DO UPDATE SET activations = a.activations + 1;
    SELECT count(*), (array_agg(p.play_id ORDER BY p.activated_at, p.play_id))[1] INTO held, oldest
      FROM plays p WHERE p.tenant = NEW.tenant AND p.scope = 'segment' AND p.segment = NEW.segment AND p.state = 'active';
    cap := gatehouse_play_cap(NEW.tenant, NEW.segment);
    IF held >= cap THEN
      RAISE EXCEPTION 'the segment % has % active plays and a cap of %: retire one first, for example %', NEW.segment, held, cap, oldest
        USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  IF NEW.state = 'active' AND NEW.scope = 'account_specific' THEN
    SELECT p.play_id INTO oldest FROM plays p WHERE p.tenant = NEW.tenant AND p.account_id = NEW.account_id AND p.state = 'active' LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'the account has an active play: retire % first', oldest USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER plays_checked BEFORE INSERT OR UPDATE ON plays FOR EACH ROW EXECUTE FUNCTION gatehouse_check_play();
CREATE TRIGGER plays_stay BEFORE DELETE ON plays FOR EACH ROW EXECUTE FUNCTION gatehouse_refuse_change();
CREATE TRIGGER plays_no_truncate BEFORE TRUNCATE ON plays FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_refuse_change();

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['brain_analysis_log', 'plays', 'play_activations'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY tenant_rows ON %I USING ((tenant || '''') = ANY ((SELECT gatehouse_tenants())::text[])) WITH CHECK (tenant = ANY ((SELECT gatehouse_tenants())::text[]))',
      name);
    EXECUTE format('GRANT SELECT ON %I TO gatehouse_app, gatehouse_runtime', name);
  END LOOP;
END $$;
GRANT INSERT ON brain_analysis_log TO gatehouse_runtime;
GRANT INSERT, UPDATE ON plays, play_activations TO gatehouse_runtime;

/** Plays and the log of brains for the gateway and the command line: who may do what, and how it is shown. */
import { randomUUID } from 'node:crypto';

import type { Clock } from '../actors/clock.port.ts';
import type { Directory } from '../actors/intake/directory.port.ts';
import type { PlayActType, PlayCommands } from '../actors/plays/play-commands.ts';
import type { AnalysisRow, PlayRow } from '../actors/plays/play-store.port.ts';
import { PLAY_ACTION } from '../domain/brain.ts';
import type { Brain } from '../domain/brain.ts';
import { GatehouseError, must } from '../domain/errors.ts';
import type { EventData } from '../domain/event-types.ts';
import { isoOf } from '../domain/instant.ts';
import { canonicalJson } from '../domain/json.ts';
import {
  ACTIVE_PLAYS_SUSTAINED_MS,
  ACTIVE_PLAYS_WATCH,
  PLAY_FIELDS,
  PROMOTION_RATE_TARGET,
  retentionTierOf,
  segmentScopeOf,
  startsSequences,
} from '../domain/play.ts';
import type { PlayApprover, PlayContent, PlayWorked } from '../domain/play.ts';
import { quarterOf, spanOfQuarter } from '../domain/quarter.ts';
import { UNKNOWNS } from '../domain/retrospection.ts';
import type { AnalysisView, PlayRetrospective, PlayServices, PlayView } from '../gateway/play-services.port.ts';
import type { Caller } from '../gateway/services.port.ts';
import type { PlayReader } from '../memory/read/play-reader.ts';
import type { PlayCohort, RetrospectiveReader } from '../memory/read/retrospective-reader.ts';
import { analysisFaults, isStaleSource } from '../policies/analysis-faults.ts';
import { editedShare } from '../policies/edited-share.ts';
import { PLAY_AUTHORITIES } from '../policies/play-acts.ts';
import type { PlayVerb } from '../policies/play-acts.ts';
import { retrospection } from '../policies/play-retrospective.ts';
import { wilsonInterval } from '../stats/interval.ts';

export interface PlayParts {
  readonly clock: Clock;
  readonly commands: PlayCommands;
  readonly directory: Directory;
  readonly reader: PlayReader;
  readonly retrospectives: RetrospectiveReader;
  readonly refuseIntake: () => void;
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : isoOf(at);
}

function brainOf(caller: Caller, what: string): Brain {
  const { brain = null } = caller;
  if (caller.kind !== 'brain' || brain === null)
    throw new GatehouseError(
      'forbidden',
      `Only a brain ${what}; people take up what it drafts, edit it and approve it.`,
    );
  return brain;
}

/** People act on plays, by an authority in the business. */
function requireAuthority(caller: Caller, verb: PlayVerb): void {
  const needed: readonly string[] = PLAY_AUTHORITIES[verb];
  if (caller.kind === 'person' && (caller.authorities ?? []).some((authority) => needed.includes(authority))) return;
  throw new GatehouseError(
    'forbidden',
    `This needs a person with one of the authorities ${needed.join(', ')}. An admin makes a key with gatehouse keys create --authorities.`,
  );
}

/** For which of the two a person approves. */
function approverOf(caller: Caller, wanted: PlayApprover | null): PlayApprover {
  const held = PLAY_AUTHORITIES.approve.filter((authority) => caller.authorities?.includes(authority));
  if (wanted !== null && !held.includes(wanted))
    throw new GatehouseError('forbidden', `You do not have the authority ${wanted}.`);
  const authority = wanted ?? (held.length === 1 ? held[0] : undefined);
  if (authority === undefined)
    throw new GatehouseError('invalid_request', 'You have both authorities. Say for which one you approve.', {
      faults: [{ pointer: '/authority', detail: 'must be SLM or RevOps' }],
    });
  return authority;
}

/** The plays of an account share its partition, those of a segment one of their own. */
function scopeOf(caller: Caller, segment: string | null, account: string | null): string {
  return segment === null
    ? must(account, 'a play has a segment or an account')
    : segmentScopeOf(caller.tenant, segment);
}

function workedOf(row: PlayRow): PlayWorked {
  const { name, hypothesis, target_definition, suggested_cadence, success_criteria } = row;
  const { active_period_start, active_period_end } = row;
  return {
    name,
    hypothesis,
    target_definition,
    suggested_cadence,
    success_criteria,
    active_period_start,
    active_period_end,
  };
}

export function createPlayServices(parts: PlayParts): PlayServices {
  const { clock, commands, directory, reader, retrospectives, refuseIntake } = parts;

  async function rowOf(caller: Caller, id: string): Promise<PlayRow> {
    const row = await reader.find(caller.tenant, id);
    if (row === null || (caller.kind === 'brain' && row.writer_agent_id !== caller.brain))
      throw new GatehouseError('not_found', `There is no play ${id}. gatehouse play list shows them.`);
    return row;
  }

  async function act<Type extends PlayActType>(
    caller: Caller,
    row: PlayRow,
    type: Type,
    data: EventData<Type>,
  ): Promise<PlayView> {
    refuseIntake();
    const { play_id: id, segment, account_id: account } = row;
    await commands.act(
      caller.tenant,
      randomUUID(),
      { id, scope: scopeOf(caller, segment, account), account },
      type,
      data,
    );
    return view(await rowOf(caller, row.play_id));
  }

  function view(row: PlayRow): PlayView {
    const at = clock.now();
    return {
      ...workedOf(row),
      id: row.play_id,
      state: row.state,
      scope: row.scope,
      segment: row.segment,
      account: row.account_id,
      drafted: row.drafted,
      originating_proposal_id: row.originating_proposal_id,
      writer_agent_id: row.writer_agent_id,
      created_at: isoOf(row.created_at),
      picked_up_by: row.picked_up_by_user_id,
      picked_up_at: isoOrNull(row.picked_up_at),
      revision: row.revision,
      edits: row.edits_during_review.map((edit) => ({
        by: edit.by,
        at: isoOf(edit.at),
        changes: edit.fields.map((field) => ({ field, before: edit.before[field], after: edit.after[field] })),
        edited_share: edit.edited_share,
      })),
      slm_approver: row.slm_approver_user_id,
      revops_approver: row.revops_approver_user_id,
      activated_at: isoOrNull(row.activated_at),
      starts_sequences: startsSequences(row, at),
      retired_at: isoOrNull(row.retired_at),
      retired_by: row.retired_by_user_id,
      retire_reason: row.retire_reason,
      retrospective_outcomes: row.retrospective_outcomes,
      retention: retentionTierOf(row.retired_at, at),
    };
  }

  /** What a brain found, if this brain found it. */
  async function ownAnalysis(caller: Caller, proposal: string): Promise<AnalysisRow> {
    const row = await reader.findAnalysis(caller.tenant, proposal);
    if (row === null || (caller.kind === 'brain' && row.brain !== caller.brain))
      throw new GatehouseError('not_found', `There is no analysis ${proposal} in the log.`);
    return row;
  }

  return {
    async list(caller, query) {
      const page = await reader.list(caller.tenant, { ...query, writer: writerOf(caller) }, clock.now());
      return { ...page, items: page.items.map(view) };
    },
    get: async (caller, id) => view(await rowOf(caller, id)),
    async propose(caller, { id, originating_proposal_id: proposal, segment, content }) {
      refuseIntake();
      const brain = brainOf(caller, 'drafts a play');
      const analysis = await ownAnalysis(caller, proposal);
      const action = PLAY_ACTION[brain];
      if (!analysis.proposed_actions.some((item) => item.action_type === action))
        throw new GatehouseError('invalid_request', `The analysis ${proposal} does not suggest a play.`, {
          faults: [{ pointer: '/originating_proposal_id', detail: `must name an analysis that suggests ${action}` }],
        });
      if ((brain === 'AGT-901') !== (segment !== null))
        throw new GatehouseError(
          'invalid_request',
          'AGT-901 drafts for a segment, AGT-902 for the account of its analysis.',
          {
            faults: [{ pointer: '/segment', detail: brain === 'AGT-901' ? 'is required' : 'must be left out' }],
          },
        );
      const account = segment === null ? analysis.account : null;
      return commands.propose(
        caller.tenant,
        caller,
        id,
        { scope: scopeOf(caller, segment, account), account },
        {
          scope: segment === null ? 'account_specific' : 'segment',
          segment,
          account,
          brain,
          originating_proposal_id: proposal,
          content: content as PlayContent,
          by: caller.identity,
        },
      );
    },
    async pickUp(caller, id) {
      requireAuthority(caller, 'pick_up');
      return act(caller, await rowOf(caller, id), 'play.picked_up', { by: caller.identity });
    },
    async edit(caller, id, { revision, changes }) {
      requireAuthority(caller, 'edit');
      const row = await rowOf(caller, id);
      const before = workedOf(row);
      const after = { ...before, ...changes } as PlayWorked;
      const fields = PLAY_FIELDS.filter((field) => canonicalJson(before[field]) !== canonicalJson(after[field]));
      if (fields.length === 0)
        throw new GatehouseError('invalid_request', 'This changes nothing: every member is as it was.');
      const drafted = canonicalJson({ ...row.drafted, active_period_start: null, active_period_end: null });
      const share = editedShare(drafted, canonicalJson(after));
      return act(caller, row, 'play.edited', {
        by: caller.identity,
        revision,
        fields,
        before,
        after,
        edited_share: share,
      });
    },
    async approve(caller, id, { revision, authority }) {
      requireAuthority(caller, 'approve');
      const approver = approverOf(caller, authority);
      return act(caller, await rowOf(caller, id), 'play.approved', {
        by: caller.identity,
        authority: approver,
        revision,
      });
    },
    async reject(caller, id, reason) {
      requireAuthority(caller, 'reject');
      const row = await rowOf(caller, id);
      const retireReason = row.state === 'draft' ? 'rejected_at_draft' : 'rejected_at_review';
      return act(caller, row, 'play.retired', { by: caller.identity, retire_reason: retireReason, note: reason });
    },
    async retire(caller, id, { retire_reason, note }) {
      requireAuthority(caller, 'retire');
      return act(caller, await rowOf(caller, id), 'play.retired', { by: caller.identity, retire_reason, note });
    },
    async measure(caller, id, outcomes) {
      requireAuthority(caller, 'measure');
      return act(caller, await rowOf(caller, id), 'play.measured', { by: caller.identity, outcomes });
    },
    async calibration(caller) {
      const { brains, active, aboveSince } = await reader.calibration(caller.tenant, ACTIVE_PLAYS_WATCH);
      return {
        promotion_rate_target: PROMOTION_RATE_TARGET,
        brains: brains.map((row) => {
          const rate = row.activated / row.drafts;
          return {
            ...row,
            promotion_rate: rate,
            promotion_interval: wilsonInterval(row.activated, row.drafts),
            below_target: rate < PROMOTION_RATE_TARGET,
          };
        }),
        active_plays: active,
        active_plays_watch: ACTIVE_PLAYS_WATCH,
        active_above_since: isoOrNull(aboveSince),
        review_due: aboveSince !== null && clock.now() - aboveSince >= ACTIVE_PLAYS_SUSTAINED_MS,
      };
    },
    async retrospective(caller, { play, quarter: wanted }) {
      if (play !== null) await rowOf(caller, play);
      const at = clock.now();
      const quarter = wanted ?? quarterOf(spanOfQuarter(quarterOf(at)).from - 1);
      const { from, to } = spanOfQuarter(quarter);
      const found = await retrospectives.cohorts(caller.tenant, { play, writer: writerOf(caller), from, to, at });
      return { quarter, as_of: isoOf(at), items: found.map(retrospectiveView) };
    },

    async listAnalyses(caller, query) {
      const page = await reader.listAnalyses(caller.tenant, query, writerOf(caller));
      return { ...page, items: page.items.map(analysisView) };
    },
    getAnalysis: async (caller, proposal) => analysisView(await ownAnalysis(caller, proposal)),
    async logAnalysis(caller, { id, account: externalId, sources_read: sources, ...input }) {
      refuseIntake();
      const brain = brainOf(caller, 'writes this log');
      if ((brain === 'AGT-902') !== (externalId !== null))
        throw new GatehouseError('invalid_request', 'AGT-902 reasons about one account, AGT-901 about segments.', {
          faults: [{ pointer: '/account', detail: brain === 'AGT-902' ? 'is required' : 'must be left out' }],
        });
      const found = externalId === null ? null : await directory.find(caller.tenant, 'account', externalId);
      if (externalId !== null && found === null)
        throw new GatehouseError('not_found', `There is no account ${externalId}.`);
      const analysis = {
        ...input,
        brain,
        account: found?.id ?? null,
        sources_read: sources.map((source) => ({ ...source, last_refresh_at: Date.parse(source.last_refresh_at) })),
        by: caller.identity,
      };
      const at = clock.now();
      const faults = analysisFaults({ ...analysis, proposal_id: '' }, at);
      if (faults.length > 0)
        throw new GatehouseError('invalid_request', 'The analysis cannot be logged as it is.', { faults });
      const { proposal, duplicate } = await commands.log(caller.tenant, caller, id, analysis, at);
      return { proposal_id: proposal, duplicate };
    },
  };
}

function retrospectiveView({ success_criteria: criteria, ...cohort }: PlayCohort): PlayRetrospective {
  const { won: _won, meetings: _meetings, opportunities: _opportunities, unreal: _, elsewhere: __, ...known } = cohort;
  const found = retrospection(criteria, cohort);
  return {
    ...known,
    evaluate_after_days: found?.evaluate_after_days ?? null,
    criteria: found?.criteria ?? [],
    unknown: (found?.unknown ?? []).map(({ code, count }) => ({ code, count, text: UNKNOWNS[code] })),
  };
}

/** A brain reads what it wrote itself. Source: BrainAnalysisLog, access. */
export function writerOf(caller: Caller): Brain | null {
  return caller.kind === 'brain' ? (caller.brain ?? null) : null;
}

function analysisView({ tenant: _, by, created_at: at, sources_read: sources, ...rest }: AnalysisRow): AnalysisView {
  return {
    ...rest,
    created_at: isoOf(at),
    sources_read: sources.map((source) => ({
      ...source,
      last_refresh_at: isoOf(source.last_refresh_at),
      is_stale: isStaleSource(source, at),
    })),
    written_by: by,
  };
}

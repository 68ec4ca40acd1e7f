/** The review queue and what people do with it, for the gateway and the command line. */
import { randomUUID } from 'node:crypto';

import type { Clock } from '../actors/clock.port.ts';
import type { Host } from '../actors/host.ts';
import type { Directory } from '../actors/intake/directory.port.ts';
import { rehearsedVerdict } from '../actors/rehearsal.ts';
import { refuseOthersThanPeople } from '../actors/review-commands.ts';
import type { ReviewCommands } from '../actors/review-commands.ts';
import type { ScheduleCommands } from '../actors/schedule-commands.ts';
import { ACTION_TYPE_SPECS } from '../domain/action-types.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import { reviewTermsOf } from '../domain/review-terms.ts';
import type { Caller } from '../gateway/caller.port.ts';
import type { BulkInput, BulkItem, BulkResult, ReviewServices } from '../gateway/review.port.ts';
import { decayedTrust } from '../machines/trust/trust.machine.ts';
import type { TrustContext } from '../machines/trust/trust.machine.ts';
import type { ReadModel } from '../memory/read/read-model.ts';
import type { RegistryReader } from '../memory/read/registry-reader.ts';
import { reservedBy } from '../memory/read/review-reader.ts';
import type { ReadAs, ReviewItem, ReviewReader } from '../memory/read/review-reader.ts';
import type { ScheduleReader } from '../memory/read/schedule-reader.ts';
import { reviewExpiry } from '../policies/review-expiry.ts';
import { priorInForce } from '../policies/trust-pool.ts';
import { trustQuantile } from '../policies/trust.ts';
import { startOfDay } from '../policies/working-time.ts';

export interface ReviewParts {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly host: Host;
  readonly readModel: ReadModel;
  readonly refuseIntake: () => void;
  readonly registry: RegistryReader;
  readonly reviewReader: ReviewReader;
  readonly reviews: ReviewCommands;
  readonly scheduleCommands: ScheduleCommands;
  readonly scheduleReader: ScheduleReader;
}

/** Items of a bulk decision that are under way at once. */
const AT_ONCE = 8;

/** Runs in order, a few at a time. */
async function inTurns<Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE)
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(run))));
  return results;
}

/** In the words of a preview: what would become of an item. */
const CONSEQUENCES = {
  pass: 'goes out after the time to undo it',
  schedule: 'waits for its time',
  hold: 'is held again',
  deny: 'is denied',
} as const;

export function createReviewServices(parts: ReviewParts): ReviewServices {
  const { clock, directory, host, readModel, refuseIntake, registry, reviewReader, reviews } = parts;
  const { scheduleCommands, scheduleReader } = parts;

  async function readAs(tenant: TenantId): Promise<ReadAs> {
    const { policy } = await registry.current(tenant);
    const priors = priorInForce(policy.trust, (await registry.registry(tenant))?.pooledTrust?.prior);
    const now = clock.now();
    const { working_hours: hours, capacity_per_day: capacity = null } = reviewTermsOf(policy);
    return {
      tenant,
      now,
      today: startOfDay(hours, now),
      capacity,
      trust(type, cell) {
        const spec = ACTION_TYPE_SPECS[type];
        const { good, bad } =
          cell === null ? { good: 0, bad: 0 } : decayedTrust(cell.context as unknown as TrustContext, now);
        const level = cell === null || cell.value === 'initial' ? spec.initialLevel : cell.value;
        return { level, quantile: trustQuantile(good, bad, priors), theta: spec.theta, evidence: good + bad };
      },
    };
  }

  async function viewOf(caller: Caller, id: string) {
    return reviewReader.get(await readAs(caller.tenant), id);
  }

  /** For acts that need an item which is open and that nobody else works on. */
  async function openItem(caller: Caller, id: string): Promise<ReviewItem> {
    refuseIntake();
    refuseOthersThanPeople(caller);
    const item = await reviewReader.item(caller.tenant, id);
    if (item.held.state !== 'open')
      throw new GatehouseError(
        'state_conflict',
        `This review is ${item.held.state} already; the first decision stands.`,
      );
    refuseReserved(caller, item);
    return item;
  }

  function refuseReserved(caller: Caller, { reserved }: ReviewItem): void {
    if (reserved !== null && reserved.by !== caller.identity) throw reservedBy(reserved);
  }

  async function decide(
    caller: Caller,
    id: string,
    input: Parameters<ReviewServices['decideReview']>[2],
  ): Promise<ReviewItem> {
    const item = await reviewReader.item(caller.tenant, id);
    if (item.held.state === 'open') refuseReserved(caller, item);
    await reviews.decide(caller, item.held, item.decided, input);
    if (input.decision === 'reject' && input.whole_sequence === true) await cancelSteps(caller, item, input.reason);
    return item;
  }

  /** The other steps of the sequence for the same contact, whether they are held or scheduled. */
  async function cancelSteps(caller: Caller, item: ReviewItem, reason: string | null): Promise<void> {
    const { tenant, identity } = caller;
    const { sequence, person } = item;
    if (sequence === null) return;
    for (const id of await reviewReader.openSteps(tenant, sequence, person)) {
      const step = await reviewReader.item(tenant, id);
      const cancel = { decision: 'cancel' as const, fingerprint: step.held.fingerprint, reason, content: null };
      await ignoringConflicts(reviews.decide(caller, step.held, step.decided, cancel));
    }
    for (const action of await scheduleReader.steps(tenant, sequence, person)) {
      const found = await scheduleReader.item(tenant, action).catch(() => null);
      if (found === null) continue;
      await scheduleCommands.act(found.action, randomUUID(), 'action.reviewed', {
        decision: 'cancel',
        by: identity,
        by_kind: 'person',
        fingerprint: found.action.fingerprint,
        reason,
        edited_fingerprint: null,
        edited_share: 0,
      });
    }
  }

  async function decideOne(
    caller: Caller,
    { id, fingerprint }: BulkItem,
    input: Pick<BulkInput, 'decision' | 'reason'>,
    wholeSequence: boolean,
  ): Promise<BulkResult['items'][number]> {
    try {
      await decide(caller, id, {
        decision: input.decision,
        fingerprint,
        reason: input.reason,
        content: null,
        whole_sequence: wholeSequence && input.decision === 'reject',
      });
      return { id, status: 'done', state: await stateOf(caller.tenant, id), problem: null };
    } catch (error) {
      if (!(error instanceof GatehouseError) || error.code === 'internal') throw error;
      const state = await stateOf(caller.tenant, id);
      return { id, status: 'refused', state, problem: { code: error.code, detail: error.message } };
    }
  }

  async function stateOf(tenant: TenantId, id: string): Promise<string> {
    const item = await reviewReader.item(tenant, id).catch(() => null);
    return item === null ? 'unknown' : item.held.state;
  }

  return {
    async listReviews(caller, query) {
      let account: string | undefined;
      if (query.account !== undefined) {
        const found = await directory.find(caller.tenant, 'account', query.account);
        if (found === null) throw new GatehouseError('not_found', `There is no account ${query.account}.`);
        account = found.id;
      }
      return reviewReader.list(await readAs(caller.tenant), { ...query, account });
    },
    getReview: viewOf,
    async decideReview(caller, id, input) {
      refuseIntake();
      const { held } = await decide(caller, id, input);
      return {
        review: await viewOf(caller, id),
        action_state: await readModel.actionState(caller.tenant, held.action),
      };
    },
    async summarizeReviews(caller) {
      return reviewReader.summary(await readAs(caller.tenant), caller.identity);
    },
    async reserveReview(caller, id) {
      refuseOthersThanPeople(caller);
      const { policy } = await registry.current(caller.tenant);
      return reviewReader.reserve(caller.tenant, id, caller.identity, reviewTermsOf(policy).reservation_ms);
    },
    letGoReview: (caller, id) => reviewReader.letGo(caller.tenant, id, caller.identity),
    async snoozeReview(caller, id, { until: text, reason }) {
      const item = await openItem(caller, id);
      const until = Date.parse(text);
      if (!(until > clock.now()) || until >= item.expiresAt)
        throw new GatehouseError('invalid_request', 'It can be put aside until a time ahead, before it expires.', {
          faults: [
            { pointer: '/until', detail: `must lie ahead and before ${new Date(item.expiresAt).toISOString()}` },
          ],
        });
      await reviews.act(item.held, randomUUID(), 'action.snoozed', { review: id, until, by: caller.identity, reason });
      return viewOf(caller, id);
    },
    async assignReview(caller, id, { to, reason }) {
      const item = await openItem(caller, id);
      await reviews.act(item.held, randomUUID(), 'action.assigned', { review: id, to, by: caller.identity, reason });
      return viewOf(caller, id);
    },
    async undoReview(caller, id, { reason }) {
      refuseIntake();
      refuseOthersThanPeople(caller);
      const item = await reviewReader.item(caller.tenant, id);
      const { policy } = await registry.current(caller.tenant);
      const late = new GatehouseError(
        'state_conflict',
        'The time in which this could be undone is over, or it was not approved. A scheduled action can still be cancelled.',
      );
      if (item.undoUntil === null) throw late;
      await reviews.act(item.held, randomUUID(), 'action.undone', {
        review: id,
        expires_at: Math.max(item.expiresAt, reviewExpiry(policy, clock.now())),
        by: caller.identity,
        by_kind: 'person',
        reason,
      });
      const view = await viewOf(caller, id);
      if (view.state !== 'open') throw late;
      return view;
    },
    async previewReviews(caller, { decision, items }) {
      refuseOthersThanPeople(caller);
      const { policy } = await registry.current(caller.tenant);
      const groups = new Map<string, string[]>();
      const counts = { would_pass: 0, would_hold: 0, would_deny: 0 };
      const refused: { id: string; reason: string }[] = [];
      await inTurns(items, async ({ id, fingerprint }) => {
        try {
          const item = await reviewReader.item(caller.tenant, id);
          refuseReserved(caller, item);
          const message = reviews.decisionMessage(caller, item.held, item.decided, {
            decision,
            fingerprint,
            reason: null,
            content: null,
          });
          const verdict = decision === 'reject' ? null : await rehearsedVerdict(host, message, policy);
          const codes = (verdict?.checks ?? []).flatMap((check) => (check.code === null ? [] : [check.code]));
          const words =
            decision === 'reject'
              ? 'is rejected'
              : verdict === null
                ? 'needs another approval'
                : [CONSEQUENCES[verdict.kind], ...new Set(codes)].join(': ');
          groups.set(words, [...(groups.get(words) ?? []), id]);
          if (verdict?.kind === 'pass' || verdict?.kind === 'schedule') counts.would_pass += 1;
          if (verdict?.kind === 'hold') counts.would_hold += 1;
          if (verdict?.kind === 'deny') counts.would_deny += 1;
        } catch (error) {
          if (!(error instanceof GatehouseError)) throw error;
          refused.push({ id, reason: error.message });
        }
      });
      return {
        groups: [...groups]
          .map(([consequence, ids]) => ({ consequence, count: ids.length, ids }))
          .toSorted((a, b) => b.count - a.count),
        ...counts,
        refused,
      };
    },
    async decideReviews(caller, input) {
      refuseIntake();
      refuseOthersThanPeople(caller);
      return { items: await inTurns(input.items, (item) => decideOne(caller, item, input, false)) };
    },
    async decideSequence(caller, sequence, input) {
      refuseIntake();
      refuseOthersThanPeople(caller);
      const found: { readonly item: BulkItem; readonly fits: boolean }[] = [];
      for (const item of input.items) {
        const known = await reviewReader.item(caller.tenant, item.id).catch(() => null);
        found.push({ item, fits: known?.sequence === sequence });
      }
      const foreign = found.findIndex(({ fits }) => !fits);
      if (foreign !== -1)
        throw new GatehouseError('invalid_request', `An item is not of the sequence ${sequence}.`, {
          faults: [{ pointer: `/items/${foreign}`, detail: 'belongs to another sequence, or does not exist' }],
        });
      // One contact after the other: a rejection cancels steps that may be later in the list.
      const items: BulkResult['items'][number][] = [];
      for (const { item } of found) {
        const done = await decideOne(caller, item, input, true);
        const isGone = input.decision === 'reject' && done.status === 'refused' && done.state === 'cancelled';
        items.push(isGone ? { ...done, status: 'done', problem: null } : done);
      }
      return { items };
    },
  };
}

/** Somebody else was faster, or it ended meanwhile: then there is nothing left to cancel. */
async function ignoringConflicts(act: Promise<void>): Promise<void> {
  await act.catch((error: unknown) => {
    if (!(error instanceof GatehouseError) || error.code !== 'state_conflict') throw error;
  });
}

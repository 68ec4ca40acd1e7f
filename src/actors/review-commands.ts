/** What people do with held actions. A decision names the fingerprint of the draft that was read; another draft refuses it. */
import type { Actor } from '../domain/authority.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { EventData } from '../domain/event-types.ts';
import { wordingOf } from '../domain/example.ts';
import { fingerprintOf } from '../domain/fingerprint.ts';
import { canonicalJson } from '../domain/json.ts';
import type { Digest, JsonObject } from '../domain/json.ts';
import type { Message } from '../domain/message.ts';
import { editedShare } from '../policies/edited-share.ts';
import { namesNobody } from '../policies/names-nobody.ts';
import type { Clock } from './clock.port.ts';
import { processedResult } from './command-message.ts';
import type { HeldAction } from './held-action.port.ts';
import type { Host } from './host.ts';

export interface ReviewDecision {
  readonly decision: 'approve' | 'edit' | 'reject' | 'cancel';
  readonly fingerprint: string;
  readonly reason: string | null;
  readonly content: JsonObject | null;
}

type ReviewAct = 'action.snoozed' | 'action.assigned' | 'action.undone';

export class ReviewCommands {
  readonly #host: Host;
  readonly #clock: Clock;
  readonly #digest: Digest;

  constructor(host: Host, clock: Clock, digest: Digest) {
    this.#host = host;
    this.#clock = clock;
    this.#digest = digest;
  }

  /** `decided` is how often the action had been decided when the draft was read: of two decisions at once the first stands. */
  async decide(by: Actor, held: HeldAction, decided: number, input: ReviewDecision): Promise<void> {
    const [result] = await this.#host.submit([this.decisionMessage(by, held, decided, input)]);
    if (result?.status === 'conflict' || result?.status === 'duplicate')
      throw new GatehouseError(
        'state_conflict',
        'Someone else decided this review a moment ago; the first decision stands.',
      );
    if (result?.status === 'held')
      throw new GatehouseError(
        'state_conflict',
        'A message before this decision could not be processed; the decision is stored and waits behind it. An operator finds it with gatehouse parked list.',
      );
    if (result?.status === 'parked') throw new GatehouseError('internal', result.error);
  }

  /** The message that a decision becomes. Throws when the decision is not possible. */
  decisionMessage(by: Actor, held: HeldAction, decided: number, input: ReviewDecision): Message {
    refuseOthersThanPeople(by);
    if (held.state !== 'open')
      throw new GatehouseError('state_conflict', `This review is ${held.state} already; the first decision stands.`);
    if (held.fingerprint !== input.fingerprint)
      throw new GatehouseError(
        'content_changed',
        'The draft is not the one that was read. Read it again and decide on its new fingerprint.',
      );
    if (input.decision === 'edit' && input.content === null)
      throw new GatehouseError('invalid_request', 'An edit needs the new content.', {
        faults: [{ pointer: '/content', detail: 'is required' }],
      });
    if (held.content === null && input.decision !== 'reject' && input.decision !== 'cancel')
      throw new GatehouseError('state_conflict', 'The draft was erased; it can only be rejected or cancelled.');
    const edited = input.decision === 'edit' ? input.content : null;
    const approved = input.decision === 'approve' ? held.content : edited;
    const wording = approved === null ? null : wordingOf(held.actionType, approved);
    const recipient = held.refs.person ?? held.refs.account ?? '';
    return {
      ...this.#base(held, decided === 0 ? held.review : `${held.review}.${decided}`),
      type: 'action.reviewed',
      data: {
        decision: input.decision,
        by: by.identity,
        by_kind: 'person',
        fingerprint: input.fingerprint,
        reason: input.reason,
        edited_fingerprint:
          edited === null
            ? null
            : fingerprintOf(
                { actionType: held.actionType, channel: held.channel, recipient, content: edited },
                this.#digest,
              ),
        edited_share:
          edited === null || held.content === null
            ? 0
            : editedShare(canonicalJson(held.content), canonicalJson(edited)),
      },
      sealed: edited === null ? null : { subject: recipient, text: canonicalJson(edited) },
      contentDigest: by.identity + input.decision,
      ...(wording !== null && namesNobody(wording) ? { example: wording } : {}),
    };
  }

  /** `id` makes the act safe to repeat. An act that comes too late is a fact on the ledger that changes nothing. */
  async act<Type extends ReviewAct>(held: HeldAction, id: string, type: Type, data: EventData<Type>): Promise<void> {
    const message = { ...this.#base(held, id), type, data } as unknown as Message;
    const [result] = await this.#host.submit([message]);
    processedResult(result);
  }

  #base(held: HeldAction, id: string): Omit<Message, 'type' | 'data'> {
    return {
      tenant: held.tenant,
      source: 'review',
      id,
      scope: held.scope,
      partition: held.partition,
      actor: { kind: 'action', id: held.action },
      refs: held.refs,
      at: this.#clock.now(),
      sealed: null,
      profiles: [],
      causation: held.causation,
      correlation: held.correlation,
      batch: null,
      history: false,
      contentDigest: '',
    };
  }
}

export function refuseOthersThanPeople(by: Actor): void {
  if (by.kind !== 'person')
    throw new GatehouseError(
      'forbidden',
      'Only a person may decide a held action; this key belongs to an agent or the system.',
    );
}

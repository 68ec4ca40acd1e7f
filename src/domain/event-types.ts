/**
 * Everything that can happen, one row per event type: which actors it belongs to and the shape of its data. Data holds opaque
 * references, never names, addresses or message text: those are sealed beside it. Machines read these events, so state can be
 * derived from them again after personal data is gone.
 */
import type { z } from 'zod';

import { ACTION_EVENTS } from './events/action-events.ts';
import { IDENTITY_EVENTS } from './events/identity-events.ts';
import { PLAY_EVENTS } from './events/play-events.ts';
import { SEQUENCE_EVENTS } from './events/sequence-events.ts';
import { STATE_EVENTS } from './events/state-events.ts';
import { SUBJECT_EVENTS } from './events/subject-events.ts';
import { TENANT_EVENTS } from './events/tenant-events.ts';
import { TRUST_EVENTS } from './events/trust-events.ts';

export type { AccountEventFacts, ContactEventFacts } from './event-facts.ts';
export { ACTOR_KINDS, actorKindSchema } from './events/event-parts.ts';
export type { ActorKind } from './events/event-parts.ts';
export { REVIEW_DECISIONS } from './events/action-events.ts';
export type { Admission, Wait } from './events/action-events.ts';

export const EVENT_TYPES = {
  ...TENANT_EVENTS,
  ...SUBJECT_EVENTS,
  ...IDENTITY_EVENTS,
  ...ACTION_EVENTS,
  ...TRUST_EVENTS,
  ...PLAY_EVENTS,
  ...SEQUENCE_EVENTS,
  ...STATE_EVENTS,
} as const;

export type EventType = keyof typeof EVENT_TYPES;
export const EVENT_TYPE_NAMES = Object.keys(EVENT_TYPES) as [EventType, ...EventType[]];
export type EventData<Type extends EventType> = z.infer<(typeof EVENT_TYPES)[Type]['data']>;

/** What a machine receives. `seq` is the event's position in its partition. */
export type MachineEvent = {
  [Type in EventType]: {
    readonly type: Type;
    readonly at: number;
    readonly seq: number;
    readonly data: EventData<Type>;
  };
}[EventType];

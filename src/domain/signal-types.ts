/**
 * Everything that can be noticed: one row per signal type, with the lane that reacts to it, the strength of interest it shows, and
 * the shape of its data. Unknown members of `data` are kept and ignored; known ones with a wrong type are refused.
 */
import { z } from 'zod';

import { accountFactsSchema, contactFactsSchema, dimensionsSchema } from './entity.ts';
import type { Lane } from './lane.ts';
import { moneySchema } from './money.ts';
import { externalIdSchema } from './text.ts';

export const SIGNAL_CATEGORIES = ['web', 'chat', 'crm', 'intent', 'schedule'] as const;
export type SignalCategory = (typeof SIGNAL_CATEGORIES)[number];

/** Members that the data of every signal may have. */
const common = {
  account: accountFactsSchema.optional(),
  contact: contactFactsSchema.optional(),
  dimensions: dimensionsSchema.optional(),
  originating_proposal_id: externalIdSchema(128).optional(),
};

const text = z.string().max(100_000);

export const PAGES = ['pricing', 'product', 'comparison', 'docs', 'blog', 'careers', 'other'] as const;
/** `outbound`: we wrote to them. */
export const DIRECTIONS = ['inbound', 'outbound'] as const;
export type Direction = (typeof DIRECTIONS)[number];
export const CONVERSATION_MEDIA = ['email', 'call', 'meeting', 'message'] as const;
export const OPPORTUNITY_STAGES = ['qualification', 'discovery', 'proposal', 'negotiation', 'won', 'lost'] as const;

function defineSignal<Shape extends z.ZodRawShape>(spec: {
  readonly category: SignalCategory;
  readonly title: string;
  readonly lane: Lane;
  /** 0 to 100: how much interest one such signal shows before it decays. */
  readonly strength: number;
  readonly shape: Shape;
}) {
  return { ...spec, data: z.looseObject({ ...common, ...spec.shape }) };
}

export const SIGNAL_TYPES = {
  'web.page_viewed': defineSignal({
    category: 'web',
    title: 'Page viewed',
    lane: 'inbound',
    strength: 15,
    shape: { page: z.enum(PAGES).optional(), url: text.optional(), seconds: z.number().min(0).optional() },
  }),
  'web.form_submitted': defineSignal({
    category: 'web',
    title: 'Form submitted',
    lane: 'inbound',
    strength: 60,
    shape: { form: text.optional(), landing_page: text.optional() },
  }),
  'chat.message_received': defineSignal({
    category: 'chat',
    title: 'Chat message',
    lane: 'inbound',
    strength: 45,
    shape: { text: text.optional(), urgency: z.enum(['low', 'normal', 'high']).optional() },
  }),
  'chat.handoff_requested': defineSignal({
    category: 'chat',
    title: 'Asked for a person in chat',
    lane: 'inbound',
    strength: 80,
    shape: { text: text.optional() },
  }),
  'crm.account_updated': defineSignal({
    category: 'crm',
    title: 'Account changed in the CRM',
    lane: 'operator',
    strength: 0,
    shape: {},
  }),
  'crm.contact_updated': defineSignal({
    category: 'crm',
    title: 'Contact changed in the CRM',
    lane: 'operator',
    strength: 0,
    shape: {},
  }),
  'crm.opportunity_updated': defineSignal({
    category: 'crm',
    title: 'Opportunity changed in the CRM',
    lane: 'operator',
    strength: 10,
    shape: {
      stage: z.enum(OPPORTUNITY_STAGES),
      opportunity: externalIdSchema().optional(),
      amount: moneySchema.optional(),
    },
  }),
  'crm.conversation_logged': defineSignal({
    category: 'crm',
    title: 'Conversation logged in the CRM',
    lane: 'operator',
    strength: 0,
    shape: {
      medium: z.enum(CONVERSATION_MEDIA).optional(),
      direction: z.enum(DIRECTIONS).optional(),
      /** What was written or said: an e-mail, a transcript, notes of a meeting. */
      text: text.optional(),
      /** Names the thread, so that its parts stand beside each other. */
      conversation: externalIdSchema().optional(),
    },
  }),
  'intent.surge': defineSignal({
    category: 'intent',
    title: 'Intent surge',
    lane: 'tam',
    strength: 0,
    shape: { score: z.number().min(0).max(100), topic: text.optional() },
  }),
  'schedule.review_due': defineSignal({
    category: 'schedule',
    title: 'Scheduled look at an account',
    lane: 'tam',
    strength: 0,
    shape: { job: text.optional() },
  }),
} as const;

/** Opportunities in these stages are open; of the others, `won` and `lost`, they are not. */
export function isOpenStage(stage: string): boolean {
  return stage !== 'won' && stage !== 'lost';
}

/** Signals by which somebody asks or writes, and may be answered. */
export const ASKING_SIGNALS: ReadonlySet<SignalType> = new Set<SignalType>([
  'chat.message_received',
  'chat.handoff_requested',
  'web.form_submitted',
]);

export type SignalType = keyof typeof SIGNAL_TYPES;
export const SIGNAL_TYPE_NAMES = Object.keys(SIGNAL_TYPES) as [SignalType, ...SignalType[]];
export const signalTypeSchema = z.enum(SIGNAL_TYPE_NAMES);

/** Factor on the strength of a page view, by page. */
const PAGE_FACTOR: Record<(typeof PAGES)[number], number> = {
  pricing: 3,
  comparison: 3,
  product: 1.5,
  docs: 1,
  blog: 0.5,
  careers: 0,
  other: 0.5,
};

const URGENCY_FACTOR = { low: 0.5, normal: 1, high: 1.8 } as const;

/** Interest that one signal shows, 0 to 100, before decay. */
export function signalStrength(
  type: SignalType,
  data: {
    readonly page?: (typeof PAGES)[number] | undefined;
    readonly urgency?: keyof typeof URGENCY_FACTOR | undefined;
    readonly score?: number | undefined;
  },
): number {
  const base = SIGNAL_TYPES[type].strength;
  if (type === 'intent.surge') return data.score ?? 0;
  if (type === 'web.page_viewed') return Math.min(100, base * PAGE_FACTOR[data.page ?? 'other']);
  if (type === 'chat.message_received') return Math.min(100, base * URGENCY_FACTOR[data.urgency ?? 'normal']);
  return base;
}

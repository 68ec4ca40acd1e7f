/**
 * The actions that may be proposed. Each has the channel it leaves by, the risk it carries, the autonomy it starts with, and the
 * trust it needs for more: θ is the value that the 5 % quantile of trust must reach, `minEvidence` the least effective sample.
 */
import { z } from 'zod';

export const CHANNELS = ['internal', 'crm', 'email', 'linkedin', 'audience'] as const;
export const channelSchema = z.enum(CHANNELS);
export type Channel = z.infer<typeof channelSchema>;

export const RISK_CLASSES = ['low', 'medium', 'high'] as const;
export const riskClassSchema = z.enum(RISK_CLASSES);
export type RiskClass = z.infer<typeof riskClassSchema>;

/** Autonomy, from none to full. `sample_review` and `auto` execute; the rest wait for a person or are refused. */
export const TRUST_LEVELS = ['blocked', 'suggest', 'approve_each', 'sample_review', 'auto'] as const;
export const trustLevelSchema = z.enum(TRUST_LEVELS);
export type TrustLevel = z.infer<typeof trustLevelSchema>;

/**
 * What kind of message an action sends: `MESSAGE_CLASS_RULES` of the policies says which checks concern each. It follows from the type of
 * the action, so nobody can call a sales message an answer. `none` reaches nobody.
 */
export const MESSAGE_CLASSES = ['none', 'marketing', 'sales', 'transactional', 'reply'] as const;
export type MessageClass = (typeof MESSAGE_CLASSES)[number];

export const ACTION_TYPES = [
  'crm_update',
  'email_generation',
  'outreach_push',
  'nurture_enrollment',
  'linkedin_push',
  'paid_audience_push',
  'suppress_channel',
  'email_reply',
  'service_notice',
] as const;
export const actionTypeSchema = z.enum(ACTION_TYPES);
export type ActionType = z.infer<typeof actionTypeSchema>;

export interface ActionTypeSpec {
  readonly title: string;
  readonly channel: Channel;
  readonly riskClass: RiskClass;
  readonly messageClass: MessageClass;
  /** True when a person outside the company is reached: it then counts for cooldowns and caps. */
  readonly touch: boolean;
  readonly initialLevel: TrustLevel;
  readonly theta: number;
  readonly minEvidence: number;
  /** What one execution is expected to cost, in cents of the tenant's currency; reserved before it is spent. */
  readonly costMinor: number;
}

/** Whether somebody outside gets to read it: sent by us, or drafted for a person who sends it. */
export function isMessage(type: ActionType): boolean {
  return ACTION_TYPE_SPECS[type].touch || type === 'email_generation';
}

export const ACTION_TYPE_SPECS: Record<ActionType, ActionTypeSpec> = {
  crm_update: {
    title: 'Update the CRM record and create a task for its owner',
    channel: 'crm',
    riskClass: 'low',
    messageClass: 'none',
    touch: false,
    initialLevel: 'approve_each',
    theta: 0.8,
    minEvidence: 10,
    costMinor: 0,
  },
  email_generation: {
    title: 'Draft an e-mail for a person to send',
    channel: 'internal',
    riskClass: 'low',
    messageClass: 'none',
    touch: false,
    initialLevel: 'approve_each',
    theta: 0.8,
    minEvidence: 10,
    costMinor: 2,
  },
  outreach_push: {
    title: 'Send a sales e-mail',
    channel: 'email',
    riskClass: 'high',
    messageClass: 'sales',
    touch: true,
    initialLevel: 'approve_each',
    theta: 0.85,
    minEvidence: 20,
    costMinor: 3,
  },
  nurture_enrollment: {
    title: 'Enrol in marketing nurture',
    channel: 'email',
    riskClass: 'medium',
    messageClass: 'marketing',
    touch: true,
    initialLevel: 'approve_each',
    theta: 0.85,
    minEvidence: 20,
    costMinor: 1,
  },
  linkedin_push: {
    title: 'Send a LinkedIn message',
    channel: 'linkedin',
    riskClass: 'high',
    messageClass: 'sales',
    touch: true,
    initialLevel: 'approve_each',
    theta: 0.9,
    minEvidence: 25,
    costMinor: 5,
  },
  paid_audience_push: {
    title: 'Add to a paid audience',
    channel: 'audience',
    riskClass: 'medium',
    messageClass: 'none',
    touch: false,
    initialLevel: 'approve_each',
    theta: 0.85,
    minEvidence: 20,
    costMinor: 50,
  },
  suppress_channel: {
    title: 'Stop a channel for this contact',
    channel: 'internal',
    riskClass: 'low',
    messageClass: 'none',
    touch: false,
    initialLevel: 'sample_review',
    theta: 0.8,
    minEvidence: 10,
    costMinor: 0,
  },
  email_reply: {
    title: 'Answer a message by e-mail',
    channel: 'email',
    riskClass: 'high',
    messageClass: 'reply',
    touch: true,
    initialLevel: 'approve_each',
    theta: 0.85,
    minEvidence: 20,
    costMinor: 3,
  },
  service_notice: {
    title: 'Send a notice that a contract calls for',
    channel: 'email',
    riskClass: 'medium',
    messageClass: 'transactional',
    touch: true,
    initialLevel: 'approve_each',
    theta: 0.85,
    minEvidence: 20,
    costMinor: 1,
  },
};

/**
 * All that leaves an installation for another host: where it goes, which fields, and what a tenant can keep back. A block is part of the policy, so it is
 * versioned, and who made it is on the ledger.
 */
import { z } from 'zod';

export interface EgressField {
  readonly what: string;
  readonly personal: boolean;
  /** A field without which nothing can go there at all; blocking the destination keeps it back. */
  readonly needed: boolean;
}

export interface EgressSpec {
  readonly title: string;
  /** False where the whole installation stands or falls with it. */
  readonly blockable: boolean;
  readonly fields: Readonly<Record<string, EgressField>>;
}

export const EGRESS = {
  mail: {
    title: 'The mail server that sends e-mail of tenants that are live',
    blockable: true,
    fields: {
      recipient_address: { what: 'the e-mail address of the recipient', personal: true, needed: true },
      message: { what: 'subject and body of the approved draft, with names filled in', personal: true, needed: true },
      recipient_name: { what: 'the name of the recipient beside the address', personal: true, needed: false },
      sender: { what: 'the address of the sender', personal: false, needed: true },
      message_id: {
        what: 'the ids of permit and tenant, and a name of the installation',
        personal: false,
        needed: true,
      },
    },
  },
  embeddings: {
    title: 'The provider that turns texts into vectors',
    blockable: true,
    fields: {
      note_text: { what: 'the texts of notes', personal: true, needed: true },
      question: { what: 'the words of a search in memory', personal: true, needed: false },
    },
  },
  telemetry: {
    title: 'The collector that takes traces',
    blockable: true,
    fields: {
      spans: {
        what: 'opaque ids, types of messages, verdicts and times; no text and nothing about a person',
        personal: false,
        needed: true,
      },
    },
  },
  broker: {
    title: 'The broker between the hosts of this installation',
    blockable: true,
    fields: {
      messages: {
        what: 'accepted messages on the way to their owner; their personal parts are sealed',
        personal: true,
        needed: true,
      },
    },
  },
  database: {
    title: 'The database of this installation',
    blockable: false,
    fields: {
      everything: { what: 'all that is kept; personal parts are sealed', personal: true, needed: true },
    },
  },
} as const satisfies Record<string, EgressSpec>;

export type EgressDestination = keyof typeof EGRESS;
export const EGRESS_DESTINATIONS = Object.keys(EGRESS) as readonly EgressDestination[];

/** What can be blocked: a destination, or one field of it that it can do without. */
export const EGRESS_BLOCKS = [
  'mail',
  'mail.recipient_name',
  'embeddings',
  'embeddings.question',
  'telemetry',
  'broker',
] as const;
export const egressBlockSchema = z.enum(EGRESS_BLOCKS);
export type EgressBlock = z.infer<typeof egressBlockSchema>;

export const egressSchema = z.strictObject({
  /** Without an entry, everything leaves that is configured. */
  blocked: z.array(egressBlockSchema).max(EGRESS_BLOCKS.length),
});

/** Whether a policy keeps this back. A field is kept back with its destination. */
export function isEgressBlocked(
  policy: { readonly egress?: z.infer<typeof egressSchema> | undefined },
  block: EgressBlock,
): boolean {
  const blocked = policy.egress?.blocked ?? [];
  const [destination] = block.split('.', 1);
  return blocked.some((item) => item === block || item === destination);
}

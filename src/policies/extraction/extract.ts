/**
 * Reads notes out of what came in, by rule: the passages of its texts as evidence, what the rules find in them, and what a record states in
 * its own members. Pure, and bounded: a text of any length gives a bounded number of notes, the first ones.
 */
import type { AccountFacts, ContactFacts } from '../../domain/entity.ts';
import type { MessageIdentity } from '../../domain/ids.ts';
import { noteIdOf } from '../../domain/ids.ts';
import type { Digest, JsonObject } from '../../domain/json.ts';
import type { NoteDraft, NoteKind, NoteLink, Predicate } from '../../domain/note.ts';
import { NOTE_TEXT_MAX, PREDICATES } from '../../domain/note.ts';
import { passagesOf, sentencesOf } from './passages.ts';
import { RULES } from './rules.ts';

/** Members of the data in which people write in their own words. */
const TEXT_MEMBERS = ['text', 'message', 'comment', 'comments', 'body', 'transcript', 'notes'] as const;
const NOTES_MAX = 200;
const VALUE_MAX = 500;

export interface Extractable {
  readonly identity: MessageIdentity;
  readonly data: JsonObject;
  readonly account: string | null;
  readonly person: string | null;
  readonly occurredAt: number;
  /** Facts of the entities that came along, and the stage of an opportunity. */
  readonly accountFacts: AccountFacts | undefined;
  readonly contactFacts: ContactFacts | undefined;
  readonly stage: string | undefined;
}

interface Maker {
  readonly drafts: NoteDraft[];
  readonly add: (draft: Omit<Parts, 'source' | 'ordinal'> & Partial<Pick<Parts, 'ordinal'>>) => string | null;
}

interface Parts {
  readonly kind: NoteKind;
  readonly predicate: Predicate | null;
  readonly text: string;
  readonly value: string | null;
  readonly confidence: number;
  readonly authority: 'rule' | 'record';
  readonly rule: string;
  /** Whether only the account is spoken of, in no person's words. */
  readonly ofAccount: boolean;
  readonly hashed: boolean;
  readonly span: { readonly pointer: string; readonly from: number; readonly to: number };
  readonly links: readonly NoteLink[];
  readonly source: string;
  readonly ordinal: number;
}

export function extractNotes(input: Extractable, digest: Digest): readonly NoteDraft[] {
  const maker = makerOf(input, digest);
  readRecord(maker, input);
  for (const member of TEXT_MEMBERS) {
    const text = input.data[member];
    if (typeof text === 'string') readText(maker, `/${member}`, text);
  }
  return maker.drafts;
}

/** The document: a conversation where the sender names one, so that its parts stand beside each other, or else this one message. */
function makerOf({ identity, data, account, person, occurredAt }: Extractable, digest: Digest): Maker {
  const conversation = data['conversation'];
  const isPart = typeof conversation === 'string' && conversation !== '';
  const name = isPart ? `conversation\n${conversation}` : `message\n${identity.source}\n${identity.id}`;
  const source = `src_${digest(`${identity.tenant}\n${name}`).slice(0, 24)}`;
  const first = isPart ? occurredAt * 1_000 : 0;
  const drafts: NoteDraft[] = [];
  return {
    drafts,
    add({ text, value, span, ordinal, ofAccount, hashed, ...rest }) {
      if (drafts.length >= NOTES_MAX) return null;
      const note = noteIdOf(identity, drafts.length, digest);
      drafts.push({
        record: {
          ...rest,
          note,
          account,
          person: ofAccount && account !== null ? null : person,
          source,
          ordinal: first + (ordinal ?? 0),
          observed_at: occurredAt,
          valid_from: occurredAt,
          valid_to: null,
          by: `rule:${rest.rule}`,
          value_hash: hashed ? digest(value ?? '') : null,
          links: [...rest.links],
          replaces: null,
        },
        spans: [span],
        content: { text: text.slice(0, NOTE_TEXT_MAX), value: value?.slice(0, VALUE_MAX) ?? null },
      });
      return note;
    },
  };
}

function readText(maker: Maker, pointer: string, text: string): void {
  const start = maker.drafts.length;
  for (const [index, passage] of passagesOf(text).entries()) {
    const common = { authority: 'rule', ofAccount: false, hashed: false, ordinal: start + index } as const;
    const evidence = maker.add({
      ...common,
      kind: 'evidence',
      predicate: null,
      text: passage.text,
      value: null,
      confidence: 1,
      rule: 'passage',
      span: { pointer, from: passage.from, to: passage.to },
      links: [],
    });
    if (evidence === null) return;
    for (const sentence of sentencesOf(passage.text)) {
      for (const rule of RULES) {
        const found = rule.find(sentence.text);
        if (found === null) continue;
        const at = passage.from + sentence.from;
        maker.add({
          ...common,
          kind: rule.kind,
          predicate: rule.predicate,
          text: sentence.text,
          value: found.value,
          confidence: rule.confidence,
          rule: rule.name,
          span: { pointer, from: at + found.from, to: at + found.to },
          links: [{ to: evidence, type: 'derived_from', weight: 1 }],
        });
      }
    }
  }
}

/** What a system of record states about the account or the person in members of their own. */
function readRecord(maker: Maker, { data, account, person, accountFacts, contactFacts, stage }: Extractable): void {
  const state = (
    predicate: Predicate,
    value: string | number | undefined,
    pointer: string,
    ofAccount: boolean,
    hashed: boolean,
  ): void => {
    if (value === undefined || value === '') return;
    const text = String(value);
    maker.add({
      kind: 'fact',
      predicate,
      text: `${PREDICATES[predicate].title}: ${text}`,
      value: text,
      confidence: 0.95,
      authority: 'record',
      rule: `record.${predicate}`,
      ofAccount,
      hashed,
      span: { pointer, from: 0, to: text.length },
      links: [],
    });
  };
  if (account !== null) {
    state('employees', accountFacts?.employees, '/account/employees', true, true);
    state('vertical', accountFacts?.vertical, '/account/vertical', true, true);
    state('country', accountFacts?.country, '/account/country', true, true);
    state('annual_revenue', accountFacts?.annual_revenue_minor, '/account/annual_revenue_minor', true, true);
    const { owner } = data;
    if (typeof owner === 'string') state('owner', owner, '/owner', true, false);
    state('stage', stage, '/stage', true, false);
  }
  if (person !== null) state('title', contactFacts?.title, '/contact/title', false, false);
}

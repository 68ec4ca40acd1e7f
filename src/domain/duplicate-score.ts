/**
 * Which accounts or people are probably one, and why. Only pairs that share something are compared, so the work grows with what is shared and
 * not with the square of all there is. A suggestion decides nothing: a person merges or dismisses it.
 */

/** What is compared. Hashes stand for addresses, so that the reasons and the evidence name nobody. */
export interface DuplicateCandidate {
  readonly kind: 'account' | 'contact';
  readonly id: string;
  readonly name: string | null;
  readonly externalId: string | null;
  /** Company domain of an account; null for free mail. */
  readonly domain: string | null;
  /** Keyed hashes of addresses: a person's own, or those of an account's people. */
  readonly addresses: readonly string[];
  /** The account of a person; null for accounts. */
  readonly account: string | null;
}

export const DUPLICATE_REASONS = {
  same_domain: { points: 60, detail: 'the same company domain' },
  same_address: { points: 70, detail: 'the same e-mail address' },
  shared_people: { points: 30, detail: 'people with the same e-mail addresses at both' },
  same_name: { points: 40, detail: 'the same name apart from spelling and legal form' },
  similar_name: { points: 25, detail: 'a similar name' },
  same_external_id: { points: 30, detail: 'the same id apart from case and punctuation' },
  same_account: { points: 15, detail: 'both at the same account' },
} as const satisfies Record<string, { points: number; detail: string }>;
export type DuplicateReason = keyof typeof DUPLICATE_REASONS;

export interface Suggestion {
  readonly one: string;
  readonly other: string;
  /** 0 to 100. */
  readonly score: number;
  readonly reasons: readonly DuplicateReason[];
  /** What the reasons rest on: the same text means the same evidence. */
  readonly evidence: string;
}

/** Below it a pair is no suggestion. */
export const SUGGESTION_MIN = 40;
/** Dice coefficient of letter pairs from which two names are similar. Source: Dice 1945. */
const SIMILAR_FROM = 0.8;
/** What so many share tells nobody apart. */
const BLOCK_MAX = 50;
const PREFIX_LENGTH = 4;

const LEGAL_FORMS = new Set(
  'ag bv co company corp corporation gmbh group holding inc incorporated kg limited llc llp ltd ltda nv oy plc pty sa sarl sas se spa srl'.split(
    ' ',
  ),
);

/** Letters and digits of a name in lower case, without accents and without the legal form at its end. */
export function normalisedName(name: string): string {
  const words = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  while (words.length > 1 && LEGAL_FORMS.has(words.at(-1) ?? '')) words.pop();
  return words.join(' ');
}

function normalisedId(id: string): string {
  return id.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function letterPairs(text: string): ReadonlyMap<string, number> {
  const pairs = new Map<string, number>();
  for (let index = 0; index < text.length - 1; index += 1) {
    const pair = text.slice(index, index + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return pairs;
}

/** 0 to 1: twice the letter pairs that both have, by all that they have. */
export function similarity(one: string, other: string): number {
  if (one === other) return 1;
  const [a, b] = [letterPairs(one), letterPairs(other)];
  let shared = 0;
  for (const [pair, count] of a) shared += Math.min(count, b.get(pair) ?? 0);
  const all = Math.max(0, one.length - 1) + Math.max(0, other.length - 1);
  return all === 0 ? 0 : (2 * shared) / all;
}

interface Prepared extends DuplicateCandidate {
  readonly plainName: string | null;
  readonly plainId: string | null;
}

function compare(one: Prepared, other: Prepared): Suggestion | null {
  const reasons: DuplicateReason[] = [];
  const evidence: string[] = [];
  const add = (reason: DuplicateReason, ...parts: readonly string[]) => {
    reasons.push(reason);
    evidence.push([reason, ...parts.toSorted()].join(' '));
  };
  if (one.domain !== null && one.domain === other.domain) add('same_domain', one.domain);
  const shared = one.addresses.filter((address) => other.addresses.includes(address));
  if (shared.length > 0) add(one.kind === 'contact' ? 'same_address' : 'shared_people', ...shared);
  if (one.plainName !== null && other.plainName !== null) {
    if (one.plainName === other.plainName) add('same_name', one.plainName);
    else if (similarity(one.plainName, other.plainName) >= SIMILAR_FROM)
      add('similar_name', one.plainName, other.plainName);
  }
  if (one.plainId !== null && one.plainId === other.plainId) add('same_external_id', one.plainId);
  if (reasons.length > 0 && one.account !== null && one.account === other.account) add('same_account', one.account);
  const score = Math.min(
    100,
    reasons.reduce((sum, reason) => sum + DUPLICATE_REASONS[reason].points, 0),
  );
  if (score < SUGGESTION_MIN) return null;
  return { one: one.id, other: other.id, score, reasons, evidence: evidence.join('\n') };
}

/** What two have in common that are compared at all. */
function blocksOf(candidate: Prepared): readonly string[] {
  const { plainName, plainId, domain, addresses } = candidate;
  return [
    ...addresses.map((address) => `address ${address}`),
    ...(domain === null ? [] : [`domain ${domain}`]),
    ...(plainName === null ? [] : [`name ${plainName}`, `begins ${plainName.slice(0, PREFIX_LENGTH)}`]),
    ...(plainId === null ? [] : [`id ${plainId}`]),
  ];
}

/** Probable duplicates, the most probable first. Each pair comes once, the smaller id first. */
export function suggestDuplicates(candidates: readonly DuplicateCandidate[]): readonly Suggestion[] {
  const prepared = candidates
    .map((candidate): Prepared => {
      const name = candidate.name === null ? '' : normalisedName(candidate.name);
      const id = candidate.externalId === null ? '' : normalisedId(candidate.externalId);
      return { ...candidate, plainName: name === '' ? null : name, plainId: id === '' ? null : id };
    })
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const blocks = new Map<string, Prepared[]>();
  for (const candidate of prepared) {
    for (const block of new Set(blocksOf(candidate))) {
      const members = blocks.get(block);
      if (members === undefined) blocks.set(block, [candidate]);
      else members.push(candidate);
    }
  }
  const found = new Map<string, Suggestion | null>();
  for (const members of blocks.values()) {
    if (members.length > BLOCK_MAX) continue;
    for (const [index, one] of members.entries()) {
      for (const other of members.slice(index + 1)) {
        const pair = `${one.id} ${other.id}`;
        if (!found.has(pair)) found.set(pair, compare(one, other));
      }
    }
  }
  return [...found.values()]
    .filter((suggestion) => suggestion !== null)
    .toSorted((a, b) => b.score - a.score || (a.one < b.one ? -1 : 1) || (a.other < b.other ? -1 : 1));
}

/** Asks connected channels to forget people who were erased, until each has confirmed, and tells what came of it. */
import type { ActionChannel, ForgettingOf } from '../actors/channel.port.ts';
import type { AddressBook } from '../channels/email/address-book.port.ts';
import type { EgressBlock } from '../domain/egress.ts';
import type { ErasureProof } from '../domain/erasure-proof.ts';
import { RetryableError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import { isoOf } from '../domain/instant.ts';
import type { DueRequest, ForgetRequests } from '../memory/runtime/forget-requests.ts';
import { sha256 } from '../memory/sha256.ts';

export interface ForgettingParts {
  readonly requests: ForgetRequests;
  readonly channels: readonly ActionChannel[];
  readonly addresses: AddressBook;
  readonly isBlocked: (tenant: TenantId, block: EgressBlock) => Promise<boolean>;
}

type Asked = Extract<ForgettingOf, { readonly kind: 'asked' }>;

const RECEIPT_MAX = 200;

export class Forgetting {
  readonly #parts: ForgettingParts;
  readonly #asked: ReadonlyMap<string, { readonly channel: ActionChannel; readonly forgetting: Asked }>;

  constructor(parts: ForgettingParts) {
    this.#parts = parts;
    this.#asked = new Map(
      parts.channels.flatMap((channel) =>
        channel.forgetting?.kind === 'asked' ? [[channel.name, { channel, forgetting: channel.forgetting }]] : [],
      ),
    );
  }

  /** To be called before an erasure, while the address can still be read. An erasure that does not come about leaves nothing of it behind. */
  async prepare(tenant: TenantId, subject: string): Promise<void> {
    const needsAddress = [...this.#asked.values()].some(({ forgetting }) => forgetting.by === 'address');
    const found = needsAddress ? await this.#parts.addresses.find(tenant, [subject]) : null;
    await this.#parts.requests.prepare(
      { tenant, subject },
      [...this.#asked.keys()],
      found?.get(subject)?.email ?? null,
    );
  }

  /** Asks whoever is due. A crash in between asks once more: channels take the same request twice. */
  async tick(): Promise<void> {
    const { requests } = this.#parts;
    const names = [...this.#asked.keys()];
    await requests.complete(names);
    for (const due of await requests.claim(names)) await this.#ask(due);
    await requests.tidy();
  }

  /** What stands in the proof of an erasure: what each channel confirmed, and what is outstanding. */
  async told(tenant: TenantId, subject: string): Promise<NonNullable<ErasureProof['channels']>> {
    const rows = await this.#parts.requests.of(tenant, subject);
    const requested = rows.map((row) => ({
      channel: row.channel,
      state: row.receipt === null ? ('outstanding' as const) : ('confirmed' as const),
      attempts: row.attempts,
      receipt: row.receipt,
      confirmed_at: row.confirmed_on === null ? null : isoOf(row.confirmed_on.getTime()),
      note: row.receipt === null ? outstandingNote(this.#asked.has(row.channel), row.fault) : null,
    }));
    const others = this.#parts.channels.flatMap(({ name, forgetting }) =>
      forgetting?.kind === 'asked'
        ? []
        : [
            {
              channel: name,
              state: forgetting === undefined ? ('cannot_be_asked' as const) : ('keeps_nothing' as const),
              attempts: 0,
              receipt: null,
              confirmed_at: null,
              note: forgetting?.why ?? 'it offers no way to ask; ask who runs it',
            },
          ],
    );
    return [...requested, ...others].toSorted((a, b) => (a.channel < b.channel ? -1 : 1));
  }

  async #ask(due: DueRequest): Promise<void> {
    const { requests, isBlocked } = this.#parts;
    const asked = this.#asked.get(due.channel);
    if (asked === undefined) return;
    const { channel, forgetting } = asked;
    if (channel.egress !== undefined && (await isBlocked(due.tenant, channel.egress))) {
      await requests.fail(due, 'blocked');
      return;
    }
    const address = forgetting.by === 'address' ? await requests.address(due) : null;
    const id = sha256(`forget\n${due.tenant}\n${due.subject}`).slice(0, 32);
    const answer = await forgetting.forget({ tenant: due.tenant, id, recipient: due.subject, address }).then(
      ({ receipt }) => ({ receipt }),
      (error: unknown) => ({
        fault: error instanceof RetryableError ? ('unreachable' as const) : ('refused' as const),
      }),
    );
    if ('fault' in answer) await requests.fail(due, answer.fault);
    else await requests.confirm(due, withoutAddress(answer.receipt, address));
  }
}

/** A receipt is kept for good, so one that repeats the address, or is no name at all, is kept as its digest. */
function withoutAddress(receipt: string, address: string | null): string {
  const tells = address !== null && receipt.toLowerCase().includes(address.toLowerCase());
  return tells || receipt.length > RECEIPT_MAX ? `sha256:${sha256(receipt)}` : receipt;
}

function outstandingNote(isConnected: boolean, fault: string | null): string {
  if (!isConnected) return 'the channel is not connected to the host that answers here; it is asked once it is';
  if (fault === 'blocked')
    return 'the policy of the tenant keeps back what leaves for it; it is asked once that is lifted';
  if (fault === 'refused') return 'it refused or failed; it is asked again';
  return fault === 'unreachable' ? 'it could not be reached; it is asked again' : 'it has not been asked yet';
}

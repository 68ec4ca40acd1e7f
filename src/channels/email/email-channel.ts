/**
 * Sends e-mail for tenants that are live. SMTP cannot be asked later what it did, so an attempt whose fate is unknown stays uncertain and is
 * not made again. The Message-ID follows from the permit: whoever looks into the mail server's log finds it there.
 */
import type { ActionChannel, ChannelReceipt, ChannelRequest } from '../../actors/channel.port.ts';
import { RetryableError, TerminalError } from '../../domain/errors.ts';
import type { AddressBook, Correspondent } from './address-book.port.ts';
import type { MailServer } from './mail-server.ts';
import { emailDraftOf, renderEmail } from './render-email.ts';

export interface EmailChannelOptions {
  /** The sender as mail programs show it, such as `Ada <ada@acme.com>`. */
  readonly from: string;
  /** Keeps the ids of two installations apart. */
  readonly installation: string;
  /** How many messages it should be given at a time. */
  readonly capacity: number;
}

export function createEmailChannel(
  options: EmailChannelOptions,
  server: Pick<MailServer, 'send'>,
  addresses: AddressBook,
): ActionChannel {
  const sender = addressIn(options.from);

  async function sendOne(request: ChannelRequest, to: Correspondent | undefined): Promise<ChannelReceipt> {
    const draft = emailDraftOf(request.content);
    if (draft === null) throw new TerminalError(`${request.actionType} is no e-mail: it needs a subject and a body`);
    if (to === undefined) throw new TerminalError('the recipient has no address');
    // The address may have come after the second check, with the suppression that names it.
    if (to.isSuppressed) throw new TerminalError('the recipient is suppressed by now');
    const messageId = messageIdOf(request, options.installation, sender);
    const raw = await renderEmail(draft, to, { from: options.from, messageId, at: request.at });
    await server.send({ from: sender, to: to.email, raw });
    return { receipt: messageId };
  }

  /** Nothing has left before the addresses are known, so whatever fails here may be tried again. */
  async function bookOf(tenant: string, recipients: readonly string[]): Promise<ReadonlyMap<string, Correspondent>> {
    try {
      return await addresses.find(tenant, recipients);
    } catch (error) {
      throw new RetryableError(`the addresses could not be read: ${String(error)}`, { cause: error });
    }
  }

  return {
    name: 'email',
    egress: 'mail',
    capacity: options.capacity,
    forgetting: {
      kind: 'keeps_nothing',
      why: 'a mail server passes messages on and cannot be asked to forget a person; what was delivered is with the recipient',
    },
    carries: (channel, mode) => channel === 'email' && mode === 'live',
    async send(requests) {
      const books = new Map(
        [...Map.groupBy(requests, ({ tenant }) => tenant)].map(([tenant, group]) => [
          tenant,
          bookOf(
            tenant,
            group.map(({ recipient }) => recipient),
          ),
        ]),
      );
      return Promise.allSettled(
        requests.map(async (request) => sendOne(request, (await books.get(request.tenant))?.get(request.recipient))),
      );
    },
    lookup: (_tenant, keys) => Promise.resolve(keys.map(() => 'unknown' as const)),
  };
}

/** Names the permit, so that a message can be traced to its decision. */
export function messageIdOf(
  request: Pick<ChannelRequest, 'tenant' | 'idempotencyKey'>,
  installation: string,
  sender: string,
): string {
  return `<${request.idempotencyKey}.${request.tenant}.${installation}@${sender.slice(sender.lastIndexOf('@') + 1)}>`;
}

function addressIn(from: string): string {
  return /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from.trim();
}

/** The ways out of this process: the sandbox always, and e-mail where a mail server is named. */

import type { ActionChannel } from '../actors/channel.port.ts';
import type { AddressBook } from '../channels/email/address-book.port.ts';
import { createEmailChannel } from '../channels/email/email-channel.ts';
import { MailServer } from '../channels/email/mail-server.ts';
import { createSandboxChannel } from '../channels/sandbox/sandbox-channel.ts';
import { asId } from '../domain/ids.ts';
import type { TenantId } from '../domain/ids.ts';
import { createAddressBook } from '../memory/read/address-book.ts';
import { createSandboxStore } from '../memory/runtime/postgres-sandbox-store.ts';
import type { Sql } from '../memory/sql/sql.port.ts';
import type { InstallationSecret } from '../memory/vault/installation-secret.ts';
import type { SubjectVault } from '../memory/vault/subject-vault.ts';
import type { AppOptions } from './app.port.ts';
import type { Egress } from './egress.ts';
import { installationName } from './installation-name.ts';

const CONNECTIONS = 5;
/** Enough to keep the connections busy; what a host holds when it dies may have to stay uncertain. */
const CAPACITY = 20;
/** Both together stay below the lease of an attempt, so that a slow mail server is not taken for a dead worker. */
const PATIENCE_MS = 20_000;
const SILENCE_MS = 30_000;

export function openChannels(
  options: AppOptions,
  secret: InstallationSecret,
  sql: Sql,
  vault: SubjectVault,
  egress: Egress,
): { readonly channels: readonly ActionChannel[]; close(): void } {
  const channels = [...(options.channels ?? []), createSandboxChannel(createSandboxStore(sql))];
  if (options.smtpUrl === null) return { channels, close: () => {} };
  const server = new MailServer({
    url: options.smtpUrl,
    connections: CONNECTIONS,
    patienceMs: PATIENCE_MS,
    silenceMs: SILENCE_MS,
  });
  const sender = { from: options.mailFrom, installation: installationName(secret, 'mail'), capacity: CAPACITY };
  return {
    channels: [...channels, createEmailChannel(sender, server, withNames(createAddressBook(sql, vault), egress))],
    close: () => server.close(),
  };
}

/** The book without the names of people, for tenants that keep these back. */
function withNames(book: AddressBook, egress: Egress): AddressBook {
  return {
    async find(tenant, recipients) {
      const found = await book.find(tenant, recipients);
      if (!(await egress.isBlocked(asId<TenantId>(tenant), 'mail.recipient_name'))) return found;
      return new Map([...found].map(([id, person]) => [id, { ...person, name: null }]));
    },
  };
}

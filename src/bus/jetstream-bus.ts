/**
 * Messages between hosts over NATS JetStream: one stream for an installation, one subject and one durable consumer for each partition,
 * acknowledged after the commit. The server's word is not taken for what it does not understand: servers before 2.11 drop settings that
 * they do not know without a word, so nothing here depends on those, and what the stream says of itself is compared with what was asked.
 */
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import type { ConsumerMessages, JetStreamManager, JsMsg, StreamConfig } from '@nats-io/jetstream';
import { AuthorizationError, connect, nanos, UserAuthenticationExpiredError } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

import type { Bus, Subscription } from '../actors/bus.port.ts';
import { GatehouseError, RetryableError } from '../domain/errors.ts';
import type { Message } from '../domain/message.ts';

export interface JetStreamOptions {
  readonly url: string;
  /** Keeps installations apart that share a broker: letters, digits. */
  readonly installation: string;
  readonly failed: (what: string, error: unknown) => void;
}

/** The first version with the consumer API that the client speaks. */
const SERVER_MIN = [2, 9, 3] as const;
/** What nobody fetched after an hour was swept up from the inbox long ago. */
const MAX_AGE_MS = 3_600_000;
const DUPLICATE_WINDOW_MS = 120_000;
const ACK_WAIT_MS = 30_000;
/** Packets that may be unacknowledged for one partition. More would let a redelivered one overtake many. */
const PACKETS_UNACKED_MAX = 16;
const PACKET_MESSAGES_MAX = 200;
const PACKET_BYTES_MAX = 512 * 1_024;
const RECONNECT_MS = 250;
/** A server that takes the connection and says nothing is not there. */
const CONNECT_MS = 5_000;

function refuseOldServer(version: string): void {
  const found = version.split('.').map(Number);
  for (const [index, least] of SERVER_MIN.entries()) {
    const part = found[index] ?? 0;
    if (part > least) return;
    if (part < least)
      throw new GatehouseError(
        'unavailable',
        `NATS ${SERVER_MIN.join('.')} or later is needed; the server at NATS_URL is ${version}.`,
      );
  }
}

function streamConfig(name: string, subjects: string): Partial<StreamConfig> & { readonly name: string } {
  return {
    name,
    subjects: [subjects],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_age: nanos(MAX_AGE_MS),
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  };
}

async function ensureStream(manager: JetStreamManager, wanted: ReturnType<typeof streamConfig>): Promise<void> {
  const known = await manager.streams.info(wanted.name).catch(() => null);
  const { config } = known === null ? await manager.streams.add(wanted) : known;
  for (const [key, value] of Object.entries(wanted)) {
    const echoed = config[key as keyof StreamConfig];
    if (JSON.stringify(echoed) !== JSON.stringify(value))
      throw new GatehouseError(
        'unavailable',
        `The NATS stream ${wanted.name} has ${key} ${JSON.stringify(echoed)} where ${JSON.stringify(value)} was asked for. Delete the stream; its messages are in the database too.`,
      );
  }
}

/** Messages of one partition, packed so that few of them are acknowledged. A message that is too large is left to the sweep. */
function packetsOf(messages: readonly Message[]): readonly { readonly id: string; readonly body: string }[] {
  const packets: { id: string; body: string }[] = [];
  let texts: string[] = [];
  let bytes = 0;
  let first = '';
  const close = (): void => {
    if (texts.length > 0) packets.push({ id: `${first}/${texts.length}`, body: `[${texts.join(',')}]` });
    texts = [];
    bytes = 0;
  };
  for (const message of messages) {
    const text = JSON.stringify(message);
    const size = Buffer.byteLength(text);
    if (size > PACKET_BYTES_MAX) continue;
    if (texts.length === PACKET_MESSAGES_MAX || bytes + size > PACKET_BYTES_MAX) close();
    if (texts.length === 0) first = `${message.tenant}/${message.source}/${message.id}`;
    texts.push(text);
    bytes += size;
  }
  close();
  return packets;
}

/** Pulls the packets of one partition, one after the other. */
class Pull implements Subscription {
  readonly #messages: ConsumerMessages;
  readonly #done: Promise<void>;

  constructor(messages: ConsumerMessages, handle: (packet: JsMsg) => Promise<void>) {
    this.#messages = messages;
    this.#done = this.#run(handle);
  }

  async #run(handle: (packet: JsMsg) => Promise<void>): Promise<void> {
    for await (const packet of this.#messages) await handle(packet);
  }

  async stop(): Promise<void> {
    await this.#messages.close();
    await this.#done;
  }
}

/**
 * Rejects with `RetryableError` when no server with JetStream answers, and with `unavailable` when the one that does must not be used:
 * it is too old, refuses the login, or has the stream with other settings.
 */
export async function openJetStreamBus(options: JetStreamOptions): Promise<Bus> {
  const connection = await connected(options.url);
  try {
    return await busOver(connection, options);
  } catch (error) {
    await connection.close();
    throw error instanceof GatehouseError ? error : new RetryableError(`JetStream at NATS_URL: ${String(error)}`);
  }
}

async function connected(url: string): Promise<NatsConnection> {
  try {
    return await connect({
      servers: url,
      timeout: CONNECT_MS,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_MS,
    });
  } catch (error) {
    if (error instanceof AuthorizationError || error instanceof UserAuthenticationExpiredError)
      throw new GatehouseError('unavailable', `The server at NATS_URL refuses the login: ${String(error)}`, {
        cause: error,
      });
    throw new RetryableError(`NATS_URL cannot be reached: ${String(error)}`);
  }
}

async function busOver(connection: NatsConnection, { installation, failed }: JetStreamOptions): Promise<Bus> {
  refuseOldServer(connection.info?.version ?? '0');
  const stream = `GATEHOUSE_${installation}`;
  const subjectOf = (partition: number) => `gatehouse.${installation}.inbox.${partition}`;
  const manager = await jetstreamManager(connection);
  await ensureStream(manager, streamConfig(stream, `gatehouse.${installation}.inbox.*`));
  const client = jetstream(connection);

  return {
    async publish(messages) {
      const byPartition = Map.groupBy(messages, (message) => message.partition);
      await Promise.all(
        [...byPartition].flatMap(([partition, group]) =>
          packetsOf(group).map(({ id, body }) => client.publish(subjectOf(partition), body, { msgID: id })),
        ),
      );
    },
    async subscribe(partition, handle) {
      const durable = `p${partition}`;
      await manager.consumers.add(stream, {
        durable_name: durable,
        filter_subject: subjectOf(partition),
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
        ack_wait: nanos(ACK_WAIT_MS),
        max_ack_pending: PACKETS_UNACKED_MAX,
      });
      const consumer = await client.consumers.get(stream, durable);
      const messages = await consumer.consume({ max_messages: PACKETS_UNACKED_MAX });
      return new Pull(messages, async (packet) => {
        try {
          await handle(packet.json<Message[]>());
          packet.ack();
        } catch (error) {
          failed('a packet from the bus', error);
          packet.nak(RECONNECT_MS);
        }
      });
    },
    async drop() {
      await manager.streams.purge(stream);
    },
    async close() {
      await connection.drain().catch(() => {});
    },
  };
}

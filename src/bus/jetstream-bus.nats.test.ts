import { randomBytes } from 'node:crypto';

import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, expect, it } from 'vitest';

import { describeNats } from '../../test/needs.ts';
import { describeBus } from './bus-contract.fixture.ts';
import { openJetStreamBus } from './jetstream-bus.ts';

describeNats('JetStream', (url) => {
  const made: string[] = [];
  const open = async () => {
    const installation = `test${randomBytes(6).toString('hex')}`;
    made.push(installation);
    return openJetStreamBus({ url, installation, failed: () => {} });
  };
  afterAll(async () => {
    const connection = await connect({ servers: url });
    const manager = await jetstreamManager(connection);
    for (const installation of made) await manager.streams.delete(`GATEHOUSE_${installation}`).catch(() => false);
    await connection.close();
  });

  describeBus('the bus over JetStream', open);

  it('keeps what nobody has taken for the next owner', async () => {
    const bus = await open();
    const installation = made.at(-1) ?? '';
    await bus.publish([{ tenant: 't', source: 's', id: 'kept', partition: 7 } as never]);
    await bus.close();
    const other = await openJetStreamBus({ url, installation, failed: () => {} });
    const came = await new Promise<string>((resolve) => {
      void other.subscribe(7, async (messages) => resolve(messages[0]?.id ?? ''));
    });
    expect(came).toBe('kept');
    await other.close();
  });

  it('drops what lies in the files of the broker, and goes on', async () => {
    const bus = await open();
    const installation = made.at(-1) ?? '';
    const connection = await connect({ servers: url });
    const manager = await jetstreamManager(connection);
    const waiting = async () => (await manager.streams.info(`GATEHOUSE_${installation}`)).state.messages;
    await bus.publish([{ tenant: 't', source: 's', id: 'dropped', partition: 7 } as never]);
    expect(await waiting()).toBe(1);
    await bus.drop();
    expect(await waiting()).toBe(0);
    await bus.publish([{ tenant: 't', source: 's', id: 'after', partition: 7 } as never]);
    const came = await new Promise<string>((resolve) => {
      void bus.subscribe(7, async (messages) => resolve(messages[0]?.id ?? ''));
    });
    expect(came).toBe('after');
    await connection.close();
    await bus.close();
  });

  it('refuses a stream that is not as it was asked for', async () => {
    const installation = `test${randomBytes(6).toString('hex')}`;
    made.push(installation);
    const connection = await connect({ servers: url });
    const manager = await jetstreamManager(connection);
    await manager.streams.add({
      name: `GATEHOUSE_${installation}`,
      subjects: [`gatehouse.${installation}.inbox.*`],
      max_msgs: 5,
    });
    await expect(openJetStreamBus({ url, installation, failed: () => {} })).rejects.toThrow(/retention/);
    await connection.close();
  });

  it('names the setting when nobody answers', async () => {
    await expect(
      openJetStreamBus({ url: 'nats://127.0.0.1:1', installation: 'none', failed: () => {} }),
    ).rejects.toThrow(/NATS_URL/);
  });
});

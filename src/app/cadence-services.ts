/** Sequences of touches for the gateway and the command line. */
import type { CadenceRow } from '../actors/cadence/cadence-store.port.ts';
import type { Clock } from '../actors/clock.port.ts';
import type { SequenceEnd, SequenceType, SuppressedReason, TouchResult } from '../domain/cadence.ts';
import { eventIdOf } from '../domain/ids.ts';
import { isoOf } from '../domain/instant.ts';
import { startsSequences } from '../domain/play.ts';
import type { CadenceEventView, CadenceServices } from '../gateway/cadence.port.ts';
import type { CadenceReader } from '../memory/read/cadence-reader.ts';
import type { PlayReader } from '../memory/read/play-reader.ts';
import type { ReadinessReader } from '../memory/read/readiness-reader.ts';
import type { CadenceCoordinator } from './cadence-coordinator.ts';
import { playProblem } from './cadence-coordinator.ts';
import { writerOf } from './play-services.ts';

export interface CadenceParts {
  readonly clock: Clock;
  readonly coordinator: CadenceCoordinator;
  readonly reader: CadenceReader;
  readonly plays: PlayReader;
  readonly contacts: Pick<ReadinessReader, 'externalIds'>;
  readonly refuseIntake: () => void;
}

const NOTHING_BEGUN = { started: 0, running: 0, completed: 0, replied: 0, touches: 0, suppressed: 0 };

function eventView(
  { tenant: _, actor_kind: _kind, partition, seq, at, again_at: againAt, ...row }: CadenceRow,
  names: ReadonlyMap<string, string>,
): CadenceEventView {
  return {
    ...row,
    contact: names.get(row.person ?? '') ?? null,
    event: eventIdOf(partition, seq),
    at: isoOf(at),
    again_at: againAt === null ? null : isoOf(againAt),
    // The database checks that they are of these.
    sequence_type: row.sequence_type as SequenceType,
    suppressed_reason: row.suppressed_reason as SuppressedReason | null,
    result: row.result as TouchResult | null,
    ended_because: row.ended_because as SequenceEnd | null,
  };
}

export function createCadenceServices(parts: CadenceParts): CadenceServices {
  const { clock, contacts, coordinator, reader, plays, refuseIntake } = parts;
  return {
    async listEvents(caller, { limit, cursor, ...filter }) {
      const page = await reader.list(caller.tenant, {
        limit,
        cursor,
        play: filter.play ?? null,
        sequence: filter.sequence ?? null,
        proposal: filter.originating_proposal_id ?? null,
        person: filter.person ?? null,
        kind: filter.kind ?? null,
        suppressedReason: filter.suppressed_reason ?? null,
        writer: writerOf(caller),
      });
      // Brains know people by the ids here and by nothing else.
      const names =
        caller.kind === 'brain'
          ? new Map<string, string>()
          : await contacts.externalIds(caller.tenant, [...new Set(page.items.flatMap(({ person }) => person ?? []))]);
      return { ...page, items: page.items.map((row) => eventView(row, names)) };
    },
    async listPlays(caller) {
      const at = clock.now();
      const writer = writerOf(caller);
      const rows = (await plays.active(caller.tenant)).filter(
        (row) => writer === null || row.writer_agent_id === writer,
      );
      const counts = await reader.counts(
        caller.tenant,
        rows.map((row) => row.play_id),
      );
      const items = rows.map((row) => {
        const { play_id: _, ...known } = counts.find((item) => item.play_id === row.play_id) ?? {
          play_id: row.play_id,
          ...NOTHING_BEGUN,
        };
        return {
          play_id: row.play_id,
          name: row.name,
          segment: row.segment,
          account: row.account_id,
          starts_sequences: startsSequences(row, at),
          problem: playProblem(row, at),
          ...known,
        };
      });
      return { items };
    },
    async run({ tenant }) {
      refuseIntake();
      return coordinator.run(tenant);
    },
  };
}

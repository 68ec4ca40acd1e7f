/** Brings rows from files into a tenant: as history, as a simulation on a virtual clock, or live. An import is a batch that can be undone. */
import { GatehouseError, must } from '../../domain/errors.ts';
import { asId, partitionOf } from '../../domain/ids.ts';
import type { ImportId, TenantId } from '../../domain/ids.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Message } from '../../domain/message.ts';
import { NO_REFS } from '../../domain/message.ts';
import type { ImportRecord, ImportStart } from '../../gateway/services.port.ts';
import type { Runners } from '../../machines/catalogue.ts';
import type { ExecutionStore } from '../execution-store.port.ts';
import type { Executor } from '../executor.ts';
import type { MessageResult } from '../host.ts';
import type { IntakeDeps } from '../intake/intake.ts';
import type { Intake } from '../intake/intake.ts';
import { outcomeMessage, signalMessage } from '../intake/signal-message.ts';
import type { IncomingEvent } from '../intake/signal-message.ts';
import type { LedgerReader } from '../replay/ledger-reader.port.ts';
import type { TenantCommands } from '../tenant-commands.ts';
import type { ImportState, ImportStore } from './import-store.port.ts';
import { Simulation } from './simulation.ts';
import { planUndo } from './undo.ts';
import type { Kept } from './undo.ts';

export interface ImportDeps extends IntakeDeps {
  readonly intake: Intake;
  readonly executor: Executor;
  readonly imports: ImportStore;
  readonly reader: LedgerReader;
  readonly runners: Runners;
  readonly commands: TenantCommands;
  readonly executions: ExecutionStore;
}

/** Reversals that are sent together. */
const UNDO_CHUNK = 500;

export class ImportService {
  readonly #deps: ImportDeps;

  constructor(deps: ImportDeps) {
    this.#deps = deps;
  }

  list(tenant: TenantId): Promise<readonly ImportState[]> {
    return this.#deps.imports.list(tenant);
  }

  /** Begins an import, or finds the one that the same files and map began before. */
  async start(tenant: TenantId, by: string, request: ImportStart): Promise<ImportState> {
    const { imports, commands, clock } = this.#deps;
    if (request.mode === 'live' && request.dry_run === null) {
      throw new GatehouseError(
        'state_conflict',
        'A live import needs the digest of a dry-run report. Run it with --dry-run first.',
      );
    }
    let id = asId<ImportId>(`imp_${request.digest.slice(0, 24)}`);
    for (let run = 2; ; run += 1) {
      const found = await imports.find(tenant, id);
      if (found === null) break;
      if (found.state !== 'undone') {
        if (found.state === 'running' && found.mode === 'simulate' && found.clockAt !== null)
          await this.#simulation(tenant).resume(found.clockAt);
        return found;
      }
      id = asId(`imp_${request.digest.slice(0, 24)}.${run}`);
    }
    if (request.mode === 'simulate') await this.#refuseRealTenant(tenant);
    await imports.create(tenant, {
      id,
      name: request.name,
      mode: request.mode,
      state: 'running',
      total: request.total,
      applied: 0,
      counts: {},
      clockAt: null,
      startedAt: clock.now(),
    });
    const options = { batch: id };
    await commands.record(tenant, `${id}:started`, 'import.started', { import: id, mode: request.mode, by }, options);
    if (request.mode === 'simulate')
      await commands.record(tenant, `${id}:clock`, 'tenant.clock_set', { clock: 'virtual', by }, options);
    if (request.policy !== null) {
      const hash = this.#deps.digest(canonicalJson(request.policy));
      await imports.storePolicy(tenant, hash, request.policy);
      await commands.record(
        tenant,
        `${id}:policy`,
        'policy.applied',
        { policy: hash, name: request.policy.name, by },
        options,
      );
    }
    return must(await imports.find(tenant, id), 'an import that was just created');
  }

  /** Simulated time and real time do not mix in one tenant. */
  async #refuseRealTenant(tenant: TenantId): Promise<void> {
    const clocks = await this.#deps.executions.tenants();
    const clock = clocks.find((item) => item.id === tenant)?.clock;
    if (clock === 'virtual' || (await this.#deps.imports.isEmpty(tenant))) return;
    throw new GatehouseError(
      'state_conflict',
      `Tenant ${tenant} lives on real time and has data. Simulate in a tenant of its own: add --tenant <new name>.`,
    );
  }

  /** Throws `not_found`. */
  async #known(tenant: TenantId, id: ImportId): Promise<ImportState> {
    const state = await this.#deps.imports.find(tenant, id);
    if (state === null) throw new GatehouseError('not_found', `There is no import ${id}.`);
    return state;
  }

  #simulation(tenant: TenantId): Simulation {
    return new Simulation(tenant, this.#deps.host, this.#deps.store, this.#deps.executor);
  }

  /** Applies rows in index order. Rows before the resume point are skipped. */
  async apply(tenant: TenantId, id: ImportId, rows: readonly ImportRecord[]): Promise<ImportState> {
    const { imports } = this.#deps;
    const state = await this.#known(tenant, id);
    if (state.state !== 'running') return state;
    const pending = rows.filter((row) => row.index >= state.applied);
    if (pending.length === 0) return state;
    const wrong = pending.findIndex((row, at) => row.index !== state.applied + at);
    if (wrong !== -1)
      throw new GatehouseError(
        'state_conflict',
        `The import goes on at row ${state.applied + wrong}, not at ${pending[wrong]?.index ?? '?'}.`,
      );
    if (state.applied + pending.length > state.total)
      throw new GatehouseError(
        'state_conflict',
        `The import was started with ${state.total} rows; row ${state.total} would be one too many.`,
      );
    const counts: Record<string, number> = { ...state.counts };
    let applied = state.applied;
    let clockAt = state.clockAt;
    for (const group of state.mode === 'simulate' ? momentsOf(pending) : [pending]) {
      const results = await this.#applyGroup(tenant, state, group, clockAt);
      for (const [index, result] of results.entries()) count(counts, must(group[index], 'a row per result'), result);
      applied += group.length;
      clockAt = state.mode === 'simulate' ? Math.max(clockAt ?? 0, group[0]?.time ?? 0) : clockAt;
      if (state.mode === 'simulate') await imports.update(tenant, id, { applied, counts, clockAt });
    }
    await imports.update(tenant, id, { applied, counts, clockAt });
    return { ...state, applied, counts, clockAt };
  }

  async #applyGroup(
    tenant: TenantId,
    state: ImportState,
    group: readonly ImportRecord[],
    clockAt: number | null,
  ): Promise<readonly MessageResult[]> {
    const { intake, host, clock, keyedDigest, digest } = this.#deps;
    const at = state.mode === 'live' ? clock.now() : Math.max(clockAt ?? 0, group[0]?.time ?? 0);
    const incoming = group.map((row): IncomingEvent => ({
      tenant,
      source: `import:${state.id}`,
      id: row.id,
      type: row.type,
      subject: row.subject,
      givenTime: row.time,
      occurredAt: row.time,
      at: state.mode === 'history' ? row.time : at,
      data: row.data,
      dataText: row.dataText,
      history: state.mode === 'history',
      batch: state.id,
      windowMs: row.window_ms,
    }));
    const kinds = new Map(group.map((row) => [row.id, row.kind]));
    const messages = await intake.messages(tenant, incoming, (event, resolved) =>
      kinds.get(event.id) === 'outcome'
        ? outcomeMessage(event, resolved, digest, keyedDigest)
        : signalMessage(event, resolved, digest, keyedDigest),
    );
    if (state.mode !== 'simulate') return host.deliverResults(messages);
    const simulation = this.#simulation(tenant);
    await simulation.advanceTo(at);
    return simulation.happen(at, messages);
  }

  async finish(tenant: TenantId, id: ImportId): Promise<ImportState> {
    const { imports, commands, host } = this.#deps;
    const state = await this.#known(tenant, id);
    if (state.state !== 'running') return state;
    if (state.applied !== state.total)
      throw new GatehouseError('state_conflict', `The import has ${state.total} rows, ${state.applied} are applied.`);
    await host.settled([tenant]);
    await commands.record(
      tenant,
      `${id}:completed`,
      'import.completed',
      { import: id, counts: { ...state.counts } },
      { batch: id },
    );
    await imports.update(tenant, id, { state: 'completed' });
    return { ...state, state: 'completed' };
  }

  /** Takes an import back by compensating events. Safe to repeat until it is through. */
  async undo(
    tenant: TenantId,
    id: ImportId,
    by: string,
  ): Promise<{ readonly reverted: number; readonly cancelledActions: number; readonly kept: readonly Kept[] }> {
    const { imports, reader, runners, host, commands, clock } = this.#deps;
    const state = await this.#known(tenant, id);
    if (state.state === 'undone') throw new GatehouseError('state_conflict', `Import ${id} is undone already.`);
    await imports.update(tenant, id, { state: 'undoing' });
    const { reversals, kept, notes } = await planUndo(reader, runners, tenant, id);
    const at = clock.now();
    const common = {
      tenant,
      source: `undo:${id}`,
      refs: NO_REFS,
      at,
      sealed: null,
      profiles: [],
      causation: null,
      correlation: null,
      batch: id,
      history: false,
      contentDigest: '',
    } as const;
    for (let start = 0; start < notes.length; start += UNDO_CHUNK) {
      await host.deliverResults(
        notes.slice(start, start + UNDO_CHUNK).map(({ note, slot, actor, scope }): Message => ({
          ...common,
          type: 'note.retracted',
          data: { note, slot, by, reason: `The import ${id} was undone.` },
          id: `note:${note}`,
          scope,
          partition: partitionOf(scope),
          actor,
        })),
      );
    }
    for (let start = 0; start < reversals.length; start += UNDO_CHUNK) {
      await host.deliverResults(
        reversals.slice(start, start + UNDO_CHUNK).map((reversal): Message => ({
          ...common,
          type: 'state.reverted',
          data: { import: id, state: reversal.state, guards: [...reversal.guards] },
          id: `${reversal.actor.kind}:${reversal.actor.id}`,
          scope: reversal.scope,
          partition: partitionOf(reversal.scope),
          actor: reversal.actor,
        })),
      );
    }
    await imports.retract(
      tenant,
      id,
      kept.map((item) => item.key),
    );
    const counts = { reverted: reversals.length, kept: kept.length };
    await commands.record(tenant, `${id}:undone`, 'import.undone', { import: id, counts, by });
    await imports.update(tenant, id, { state: 'undone' });
    const cancelled = reversals.filter(
      (reversal) =>
        reversal.actor.kind === 'action' && ['permitted', 'held', 'scheduled', 'proposed'].includes(reversal.now),
    );
    return { reverted: reversals.length, cancelledActions: cancelled.length, kept };
  }
}

/** Rows of the same moment travel together. */
function momentsOf(rows: readonly ImportRecord[]): readonly (readonly ImportRecord[])[] {
  const groups: ImportRecord[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last !== undefined && last[0]?.time === row.time) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

function count(counts: Record<string, number>, row: ImportRecord, result: MessageResult): void {
  const name = result.status === 'processed' ? `${row.kind}s` : `${row.kind}s_${result.status}`;
  counts[name] = (counts[name] ?? 0) + 1;
}

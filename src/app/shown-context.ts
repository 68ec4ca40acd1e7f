/** What the engine was shown beside the facts when it decided, for whoever reads the trace. */
import type { LedgerReader } from '../actors/replay/ledger-reader.port.ts';
import type { EventData } from '../domain/event-types.ts';
import type { TenantId } from '../domain/ids.ts';
import { isoOf } from '../domain/instant.ts';
import type { ShownView, TraceStep } from '../gateway/services.port.ts';
import type { NoteReader } from '../memory/notes/note-reader.port.ts';

export async function shownTo(
  { reader, notes }: { readonly reader: Pick<LedgerReader, 'examples'>; readonly notes: Pick<NoteReader, 'byIds'> },
  tenant: TenantId,
  decision: string,
  steps: readonly TraceStep[],
): Promise<ShownView> {
  const made = steps
    .filter(({ type }) => type === 'decision.made')
    .map(({ data }) => data as unknown as EventData<'decision.made'>)
    .find((data) => data.decision === decision);
  const ids = made?.examples ?? [];
  const cited = made?.notes ?? [];
  const [examples, found] = await Promise.all([
    reader.examples(tenant, ids),
    cited.length === 0
      ? []
      : notes.byIds(
          tenant,
          cited.map(({ note }) => note),
        ),
  ]);
  return {
    notes: cited.flatMap(({ note, why }) => {
      const stored = found.find(({ id }) => String(id) === note);
      if (stored === undefined) return [];
      const { kind, observedAt, content } = stored;
      return [{ note, why, kind, observed_at: isoOf(observedAt), text: content?.text ?? null }];
    }),
    examples: ids.flatMap((id) => {
      const example = examples.get(id);
      if (example === undefined) return [];
      const { edited, approved_at: at, content } = example;
      return [
        {
          id,
          edited,
          approved_at: isoOf(at),
          taken: id === made?.example,
          content: content === null ? null : { ...content },
        },
      ];
    }),
  };
}

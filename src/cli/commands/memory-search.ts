/** Searching the memory of an account at a terminal, and making its index again. */
import { GatehouseError } from '../../domain/errors.ts';
import type { MemoryAnswer } from '../../gateway/search-services.port.ts';
import { answer, connected, EXIT, textOption } from '../command.ts';
import type { CommandContext, ExitCode, OptionValues } from '../command.ts';
import { columns, counted } from '../words.ts';

const BUDGET_TOKENS = { default: 4_000, max: 200_000 };
/** Nobody at a terminal minds two seconds. */
const BUDGET_MS = 2_000;

const STOPPED: Readonly<Record<MemoryAnswer['trace']['stopped'], string>> = {
  first_look: 'no question was asked',
  all_layers_done: 'all layers are done',
  nothing_found: 'nothing was found',
  time_budget: 'the time was up',
  token_budget: 'the tokens were spent',
};

export function searchMemory(
  context: CommandContext,
  account: string,
  query: string,
  asOf: number | null,
  options: OptionValues,
): Promise<ExitCode> {
  const tokens = Number(textOption(options, 'budget-tokens') ?? BUDGET_TOKENS.default);
  if (!Number.isInteger(tokens) || tokens < 1 || tokens > BUDGET_TOKENS.max)
    throw new GatehouseError('usage', `--budget-tokens takes a whole number from 1 to ${BUDGET_TOKENS.max}.`);
  return connected(context, async (services, caller) => {
    const request = { query, as_of: asOf, budget_tokens: tokens, budget_ms: BUDGET_MS };
    const found = await services.searchMemory(caller, account, request);
    answer(context, found, () => foundText(found));
    return EXIT.ok;
  });
}

function foundText({ items, tokens, trace, provider, semantic }: MemoryAnswer): string {
  const rows = items.map(({ note, layer, score }) => [note.id, layer, score.toFixed(4), note.text ?? '(erased)']);
  const steps = trace.steps.map(
    ({ layer, added, milliseconds }) => `${layer} ${added} in ${milliseconds.toFixed(1)} ms`,
  );
  return [
    items.length === 0 ? 'No note answers this.' : columns([['note', 'layer', 'score', 'what'], ...rows]),
    `${counted(items.length, 'note')}, about ${counted(tokens, 'token')}; ended because ${STOPPED[trace.stopped]}.`,
    `Provider ${provider}${semantic ? '' : ', which compares words, not meanings'}: ${steps.join(', ')}.`,
  ].join('\n');
}

export function reindexMemory(context: CommandContext): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const made = await services.reindexMemory(caller);
    answer(context, made, () => `The index is made again: ${counted(made.notes, 'note')}.`);
    return EXIT.ok;
  });
}

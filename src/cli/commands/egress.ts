/** Every host and field that leaves the installation, and what a tenant keeps back. */
import { EGRESS_BLOCKS, egressBlockSchema } from '../../domain/egress.ts';
import type { EgressBlock } from '../../domain/egress.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { EgressView } from '../../gateway/services.port.ts';
import { answer, connected, EXIT, refuseMore } from '../command.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { columns } from '../words.ts';

export const egressCommand: Command = {
  name: 'egress',
  summary: 'List every host and field that leaves, and block or allow them',
  usage: 'gatehouse egress\ngatehouse egress block WHAT...\ngatehouse egress allow WHAT...',
  examples: ['gatehouse egress', 'gatehouse egress block embeddings', 'gatehouse egress allow mail.recipient_name'],
  options: {},
  async run(context, args) {
    const [verb, ...names] = args;
    if (verb === undefined || verb === 'show') {
      refuseMore(args, 1);
      return show(context);
    }
    if (verb !== 'block' && verb !== 'allow')
      throw new GatehouseError('usage', `gatehouse egress does not know ${verb}; it knows show, block and allow.`);
    return change(context, verb, names);
  },
};

function show(context: CommandContext): Promise<ExitCode> {
  return connected(context, async (services, caller) => {
    const view = await services.getEgress(caller);
    answer(context, view, () => tableOf(view));
    return EXIT.ok;
  });
}

function tableOf({ destinations }: EgressView): string {
  const word = (item: { readonly block: string | null; readonly blocked: boolean }) =>
    item.block === null ? 'always' : item.blocked ? `blocked (${item.block})` : `leaves (${item.block})`;
  return columns([
    ['DESTINATION', 'HOST', 'FIELD', 'PERSONAL', 'NOW (TO BLOCK)', 'WHAT'],
    ...destinations.flatMap(({ destination, host, fields }) =>
      fields.map((item) => [
        destination,
        host ?? 'none',
        item.field,
        item.personal ? 'yes' : 'no',
        host === null && !item.blocked ? 'nothing goes there' : word(item),
        item.what,
      ]),
    ),
  ]);
}

function change(context: CommandContext, verb: 'block' | 'allow', names: readonly string[]): Promise<ExitCode> {
  const asked = names.map((name): EgressBlock => {
    const known = egressBlockSchema.safeParse(name);
    if (known.success) return known.data;
    throw new GatehouseError('usage', `${name} cannot be blocked; these can: ${EGRESS_BLOCKS.join(', ')}.`);
  });
  if (asked.length === 0) throw new GatehouseError('usage', `Name what to ${verb}: ${EGRESS_BLOCKS.join(', ')}.`);
  return connected(context, async (services, caller) => {
    const { policy } = await services.getPolicy(caller);
    const others = (policy.egress?.blocked ?? []).filter((item) => !asked.includes(item));
    const blocked = verb === 'block' ? [...others, ...asked].toSorted() : others;
    const { hash } = await services.applyPolicy(caller, { ...policy, egress: { blocked } });
    const words = blocked.length === 0 ? 'Nothing is blocked' : `Blocked: ${blocked.join(', ')}`;
    answer(context, { hash, blocked }, () => `${words}. It is in the policy that is in force now: ${hash}`);
    return EXIT.ok;
  });
}

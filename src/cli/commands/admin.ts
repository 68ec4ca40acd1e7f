/** The commands of an admin: policy, kill switch, keys, and the reference of the configuration. */
import { configReference } from '../../config/config-reference.ts';
import { settingRows } from '../../config/config.ts';
import { AUTHORITIES, ROLES } from '../../domain/authority.ts';
import type { Authority } from '../../domain/authority.ts';
import { BRAINS } from '../../domain/brain.ts';
import type { Brain } from '../../domain/brain.ts';
import { GatehouseError } from '../../domain/errors.ts';
import { policySchema } from '../../domain/policy.ts';
import type { Policy } from '../../domain/policy.ts';
import { answer, connected, EXIT, instantOption, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, OptionValues } from '../command.ts';
import { readJsonFile } from '../json-file.ts';

export const policyCommand: Command = {
  name: 'policy',
  summary: 'Show the policy in force, or apply another',
  usage: 'gatehouse policy show [--as-of TIME]\ngatehouse policy apply FILE',
  examples: [
    'gatehouse policy show > policy.json',
    'gatehouse policy show --as-of 2026-11-21T10:00:00Z',
    'gatehouse policy apply policy.json',
  ],
  options: { 'as-of': { type: 'string', meaning: 'For show: the policy that was in force at this time.' } },
  async run(context, args, options) {
    const verb = verbOf('policy', args, ['show', 'apply']);
    if (verb === 'show') {
      refuseMore(args, 1);
      const asOf = textOption(options, 'as-of');
      const at = asOf === undefined ? undefined : instantOption(asOf);
      return connected(context, async (services, caller) => {
        const current = await services.getPolicy(caller, at);
        const when = asOf === undefined ? '' : ` at ${asOf}`;
        if (!context.json) context.terminal.note(`The policy in force${when} has the hash ${current.hash}.`);
        // Without --json the answer is the policy alone, so that it can be changed and applied again.
        answer(context, current, () => JSON.stringify(current.policy, null, 2));
        return EXIT.ok;
      });
    }
    const file = args[1];
    if (file === undefined)
      throw new GatehouseError('usage', 'Name a file with the policy: gatehouse policy apply FILE.');
    refuseMore(args, 2);
    const policy = readPolicy(file);
    return connected(context, async (services, caller) => {
      const { hash } = await services.applyPolicy(caller, policy);
      answer(context, { hash }, () => `The policy ${policy.name} is in force: ${hash}`);
      return EXIT.ok;
    });
  },
};

function readPolicy(file: string): Policy {
  const parsed = policySchema.safeParse(readJsonFile(file));
  if (parsed.success) return parsed.data;
  throw new GatehouseError('usage', `${file} is not a policy.`, {
    faults: parsed.error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, detail: message })),
  });
}

export const killSwitchCommand: Command = {
  name: 'kill-switch',
  summary: 'Stop everything that would leave a tenant, or let it go on',
  usage: 'gatehouse kill-switch on --reason TEXT\ngatehouse kill-switch off --reason TEXT',
  examples: [
    'gatehouse kill-switch on --reason "wrong price in the templates"',
    'gatehouse kill-switch off --reason "templates are corrected" --tenant emea',
  ],
  options: { reason: { type: 'string', meaning: 'Why; it stands on the ledger.' } },
  async run(context, args, options) {
    const verb = verbOf('kill-switch', args, ['on', 'off']);
    refuseMore(args, 1);
    const reason = textOption(options, 'reason')?.trim() ?? '';
    if (reason === '') throw new GatehouseError('usage', 'Say why with --reason; it stands on the ledger.');
    return connected(context, async (services, caller) => {
      const result = await services.setKillSwitch(caller, verb === 'on', reason);
      const words = result.engaged ? 'engaged: nothing leaves' : 'released';
      answer(context, result, () => `The kill switch of ${caller.tenant} is ${words}, since ${result.since}.`);
      return EXIT.ok;
    });
  },
};

export const keysCommand: Command = {
  name: 'keys',
  summary: 'Make or revoke API keys',
  usage:
    'gatehouse keys create --label TEXT --role ROLE [--agent] [--authorities LIST]\ngatehouse keys create --label TEXT --brain BRAIN\ngatehouse keys revoke ID',
  examples: [
    'gatehouse keys create --label "Ana" --role reviewer',
    'gatehouse keys create --label "Bo" --role reviewer --authorities RevOps',
    'gatehouse keys create --label "pipeline brain" --brain AGT-901',
    'gatehouse keys create --label crm-sync --role operator --agent',
    'gatehouse keys revoke key_0123',
  ],
  options: {
    label: { type: 'string', meaning: 'Who or what will use it.' },
    role: { type: 'string', meaning: `${ROLES.join(', ')}.` },
    authorities: {
      type: 'string',
      meaning: `What the person may decide in the business, separated by commas: ${AUTHORITIES.join(', ')}.`,
    },
    brain: {
      type: 'string',
      meaning: `The key belongs to a brain, ${BRAINS.join(' or ')}, which may draft plays and nothing else.`,
    },
    agent: { type: 'boolean', meaning: 'The key belongs to a program, which can never approve.' },
  },
  async run(context, args, options) {
    const verb = verbOf('keys', args, ['create', 'revoke']);
    if (verb === 'revoke') {
      const id = args[1];
      if (id === undefined) throw new GatehouseError('usage', 'Name the key by its id: gatehouse keys revoke key_….');
      refuseMore(args, 2);
      return connected(context, async (services, caller) => {
        await services.revokeKey(caller, id);
        answer(context, { revoked: id }, () => `${id} is revoked.`);
        return EXIT.ok;
      });
    }
    refuseMore(args, 1);
    const label = textOption(options, 'label');
    const brain = brainOf(options);
    const role = brain === undefined ? ROLES.find((item) => item === options['role']) : 'brain';
    if (label === undefined || role === undefined || (role === 'brain' && brain === undefined)) {
      const roles = ROLES.filter((item) => item !== 'brain').join(', ');
      throw new GatehouseError(
        'usage',
        `A key needs --label and --role, which is one of ${roles}. That of a brain needs --label and --brain.`,
      );
    }
    const authorities = authoritiesOf(options);
    const isAgent = options['agent'] === true || role === 'agent';
    const kind = brain === undefined ? (isAgent ? 'agent' : 'person') : 'brain';
    if (kind !== 'person' && authorities.length > 0)
      throw new GatehouseError('usage', 'Only a person has authorities. Leave out --authorities.');
    return connected(context, async (services, caller) => {
      const made = await services.createKey(caller, {
        label,
        role,
        kind,
        ...(authorities.length === 0 ? {} : { authorities }),
        ...(brain === undefined ? {} : { brain }),
      });
      if (!context.json) context.terminal.note(`${made.id}, for ${label} as ${role}. The key is shown this once:`);
      answer(context, made, () => made.key);
      return EXIT.ok;
    });
  },
};

function brainOf(options: OptionValues): Brain | undefined {
  const name = textOption(options, 'brain');
  const brain = BRAINS.find((item) => item === name);
  if (name !== undefined && brain === undefined)
    throw new GatehouseError('usage', `--brain is one of ${BRAINS.join(', ')}, not ${name}.`);
  return brain;
}

export function authoritiesOf(options: OptionValues): readonly Authority[] {
  const names = (textOption(options, 'authorities') ?? '').split(',').filter((name) => name !== '');
  return names.map((name) => {
    const authority = AUTHORITIES.find((item) => item.toLowerCase() === name.trim().toLowerCase());
    if (authority === undefined)
      throw new GatehouseError('usage', `${name} is no authority. There are ${AUTHORITIES.join(', ')}.`);
    return authority;
  });
}

export const configCommand: Command = {
  name: 'config',
  summary: 'Print the reference of all settings',
  usage: 'gatehouse config docs',
  examples: ['gatehouse config docs', 'gatehouse config docs --json'],
  options: {},
  run(context, args) {
    verbOf('config', args, ['docs']);
    refuseMore(args, 1);
    answer(context, { settings: settingRows() }, () => configReference().trimEnd());
    return Promise.resolve(EXIT.ok);
  },
};

/** The commands of an admin: kill switch, keys, and the reference of the configuration. */
import { configReference } from '../../config/config-reference.ts';
import { settingRows } from '../../config/config.ts';
import { AUTHORITIES, ROLES } from '../../domain/authority.ts';
import type { Authority } from '../../domain/authority.ts';
import { BRAINS } from '../../domain/brain.ts';
import type { Brain } from '../../domain/brain.ts';
import { GatehouseError } from '../../domain/errors.ts';
import { answer, connected, EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, OptionValues } from '../command.ts';
import { listGenerations, rotateKeys } from './key-generations.ts';

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
  summary: 'Make or revoke API keys; list or replace the master key',
  usage:
    'gatehouse keys create --label TEXT --role ROLE [--agent] [--authorities LIST]\ngatehouse keys create --label TEXT --brain BRAIN\ngatehouse keys revoke ID\ngatehouse keys list\ngatehouse keys rotate [--backups DIR]',
  examples: [
    'gatehouse keys create --label "Ana" --role reviewer',
    'gatehouse keys create --label "Bo" --role reviewer --authorities RevOps',
    'gatehouse keys create --label "pipeline brain" --brain AGT-901',
    'gatehouse keys create --label crm-sync --role operator --agent',
    'gatehouse keys revoke key_0123',
    'gatehouse keys list',
    'gatehouse keys rotate --backups /backups',
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
    backups: {
      type: 'string',
      meaning: 'For rotate: a folder on the machine of the server with backups whose keys are wrapped anew too.',
    },
    agent: { type: 'boolean', meaning: 'The key belongs to a program, which can never approve.' },
  },
  async run(context, args, options) {
    const verb = verbOf('keys', args, ['create', 'revoke', 'list', 'rotate']);
    if (verb === 'list' || verb === 'rotate') {
      refuseMore(args, 1);
      return verb === 'list' ? listGenerations(context) : rotateKeys(context, textOption(options, 'backups'));
    }
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

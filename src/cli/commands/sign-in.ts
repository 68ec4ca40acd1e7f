/** A link that signs a person in to the console, once. */
import { AUTHORITIES, ROLES } from '../../domain/authority.ts';
import { GatehouseError } from '../../domain/errors.ts';
import type { PersonRole } from '../../gateway/session.port.ts';
import { answer, connected, EXIT, refuseMore, textOption } from '../command.ts';
import type { Command } from '../command.ts';
import { authoritiesOf } from './admin.ts';

const PERSON_ROLES = ROLES.filter((role): role is PersonRole => role !== 'agent' && role !== 'brain');

/** Where a link leads. */
export function signInUrl(base: string, token: string): string {
  return `${base}/sign-in?token=${token}`;
}

export const signInCommand: Command = {
  name: 'sign-in',
  summary: 'Make a link that signs a person in to the console, once',
  usage: 'gatehouse sign-in [--as NAME] [--role ROLE] [--authorities LIST]',
  examples: ['gatehouse sign-in', 'gatehouse sign-in --as ana --role reviewer --tenant demo'],
  options: {
    as: { type: 'string', meaning: 'Who signs in: person:NAME on the ledger; operator if it is left out.' },
    role: { type: 'string', meaning: `${PERSON_ROLES.join(', ')}; admin if it is left out.` },
    authorities: {
      type: 'string',
      meaning: `What the person may decide in the business, separated by commas: ${AUTHORITIES.join(', ')}.`,
    },
  },
  async run(context, args, options) {
    refuseMore(args, 0);
    const name = textOption(options, 'as') ?? 'operator';
    const wanted = textOption(options, 'role') ?? 'admin';
    const role = PERSON_ROLES.find((item) => item === wanted);
    if (role === undefined)
      throw new GatehouseError(
        'usage',
        `${JSON.stringify(wanted)} is no role of a person. There are ${PERSON_ROLES.join(', ')}.`,
      );
    const authorities = authoritiesOf(options);
    return connected(context, async ({ sessions }, caller, where) => {
      const { token, expires_at } = await sessions.createLink(caller, { name, role, authorities });
      const runs = where.startsWith('http');
      const url = signInUrl(runs ? where : `http://127.0.0.1:${context.config.port}`, token);
      if (!context.json)
        context.terminal.note(
          `Signs in ${name} as ${role} of ${caller.tenant}, once, until ${expires_at}.${runs ? '' : ' Start the server first: gatehouse serve.'}`,
        );
      answer(context, { url, expires_at }, () => url);
      return EXIT.ok;
    });
  },
};

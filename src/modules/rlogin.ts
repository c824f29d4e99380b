import { greetByRlogin } from '../onward/rlogin-client';
import { ACCOUNT_KEYS } from './far-account';
import { handOnModule, type OnwardCall, type OnwardProtocol } from './hand-on';
import type { HandOnSettings } from './hand-on-settings';
import { refuseTunnel, TUNNEL_KEY, tunnelOf, tunnelProblems } from './ssh-account';

/** The keys of the greeting's fields, each with its documentation. */
export const RLOGIN_FIELDS = {
  clientName:
    'First field of the greeting; `{userName}` where nothing is said, `{password}` for a password that is made for each caller. A secret of the board stands there as `@environment:NAME` or `@file:NAME`.',
  serverName:
    'Second field; `{userName}` where nothing is said, `[TAG]{userName}` for door servers; `{remoteIp}` is the caller’s address, in each field.',
  terminal:
    'Third field; `{terminalType}/115200` where nothing is said, `xtrn=CODE` to begin with a door.',
} as const;

export const rloginProtocol: OnwardProtocol = {
  /** RFC 1282 */
  port: 513,
  keys: { ...RLOGIN_FIELDS, ...ACCOUNT_KEYS, ...TUNNEL_KEY },
  problems: tunnelProblems,
  before: ({ settings }) => refuseTunnel(settings),
  gateway: tunnelOf,
  open: (socket, { context, settings, taken, signal, answer, userName, password }) => {
    const fields = rloginFields(settings, { taken, userName, password });
    return greetByRlogin(socket, fields, {
      ...{ clock: context.services.clock, limitMs: answer.leftMs, signal },
    });
  },
};

/** The fields of the greeting as the settings say. */
export function rloginFields(
  settings: HandOnSettings,
  { taken, userName, password }: Pick<OnwardCall, 'taken' | 'userName' | 'password'>,
): Parameters<typeof greetByRlogin>[1] {
  const { terminalType, remoteIp } = taken.facts;
  const values = { userName, password: password ?? '', terminalType, remoteIp };
  const field = (key: string, otherwise: string): string =>
    fillField(settings[key] ?? otherwise, values);
  return {
    clientName: field('clientName', '{userName}'),
    serverName: field('serverName', '{userName}'),
    terminal: field('terminal', '{terminalType}/115200'),
  };
}

/** Hands the caller on to a board by rlogin. */
export const rloginModule = handOnModule(
  'rlogin',
  'Hands the caller on to a board by rlogin (RFC 1282), with the caller’s name in its greeting, and comes back when that ends. The caller’s password is not passed on.',
  rloginProtocol,
);

/** Fills a field in one pass: what a caller is called is never read as a template. */
export function fillField(template: unknown, values: Readonly<Record<string, string>>): string {
  return String(template)
    .replaceAll(
      /\{(userName|password|terminalType|remoteIp)\}/g,
      (_, key: string) => values[key] ?? '',
    )
    .replaceAll('\0', '');
}

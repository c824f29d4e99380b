import { announceToLink } from '../onward/bbs-link';
import { userOf } from '../menu/run/caller';
import { handOnModule, refuseWhere, type OnwardProtocol } from './hand-on';
import { portOf, type HandOnSettings } from './hand-on-settings';
import { telnetProtocol } from './telnet-bridge';

const HOST = 'games.bbslink.net';
const HTTP_PORT = 80;
const HTTPS_PORT = 443;

const CODES = ['sysCode', 'authCode', 'schemeCode', 'door'] as const;

export const bbsLinkProtocol: OnwardProtocol = {
  port: 23,
  lacks: ['utf8Host', 'utf8Port', 'names', 'onlyNames', 'nameProperty'],
  keys: {
    sysCode: 'Code of this board there, as BBSLink gave it.',
    authCode: 'Its second code, as `@environment:NAME` or `@file:NAME`.',
    schemeCode: 'Its third code, likewise.',
    door: 'Code of the door there, such as `lord`.',
    https:
      'true: the codes are checked over HTTPS, with a certificate for the host. Over plain HTTP, where nothing is said, hashes of them are sent.',
    httpPort: `Port for that; ${HTTP_PORT} where nothing is said, ${HTTPS_PORT} with \`https\`.`,
  },
  withDefaults: (settings) => ({ host: HOST, name: 'BBSLink', ...settings }),
  problems,
  before: async ({ context, settings, taken, signal, address, answer }) => {
    await refuseWhere(problems(settings));
    const { clock, random, version } = context.services;
    const text = (key: string): string => String(settings[key] ?? '');
    const secure = settings['https'] === true;
    await announceToLink(
      {
        ...{ host: address.host, secure, version },
        port: portOf(settings['httpPort']) ?? (secure ? HTTPS_PORT : HTTP_PORT),
        ...{ sysCode: text('sysCode'), authCode: text('authCode'), schemeCode: text('schemeCode') },
        door: text('door'),
        userId: userOf(context.caller).id,
        rows: taken.facts.size.height,
      },
      { clock, random, signal, limitMs: answer.leftMs },
    );
  },
  open: (socket, call) => telnetProtocol.open(socket, { ...call, settings: {} }),
};

/** Hands the caller on to a door of BBSLink (ENiGMA½'s module of this name). */
export const bbsLinkModule = handOnModule(
  'bbs_link',
  'Hands the caller on to a door of BBSLink: shows it the board’s codes over HTTP, then telnet to the same host, and comes back when that ends. It learns the number of the caller’s account, and no name.',
  bbsLinkProtocol,
);

function problems(settings: HandOnSettings): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const key of CODES) {
    // What is no text, or would end a header of HTTP, is no code.
    if (typeof settings[key] !== 'string' || !/^[\x21-\x7e]+$/.test(settings[key]))
      found[key] = `'${key}' is a code that BBSLink gave; without it nobody is handed on`;
  }
  const { httpPort } = settings;
  if (httpPort !== undefined && portOf(httpPort) === undefined)
    found['httpPort'] = "'httpPort' is a number from 1 to 65535";
  return found;
}

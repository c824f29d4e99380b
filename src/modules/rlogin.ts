import { greetByRlogin } from '../onward/rlogin-client';
import { ANSWER_MS, handOnModule, type OnwardProtocol } from './hand-on';

export const rloginProtocol: OnwardProtocol = {
  /** RFC 1282 */
  port: 513,
  keys: {
    clientName:
      'First field of the greeting; `{userName}` where nothing is said. For a secret of the board use a reference such as `@environment:BOARD_SECRET`.',
    serverName:
      'Second field; `{userName}` where nothing is said, `[TAG]{userName}` for door servers.',
    terminal:
      'Third field; `{terminalType}/115200` where nothing is said, `xtrn=CODE` to begin with a door.',
  },
  open: (socket, { context, settings, taken, signal, userName }) => {
    const values = { userName, terminalType: taken.facts.terminalType };
    const field = (key: string, otherwise: string): string =>
      fillField(settings[key] ?? otherwise, values);
    return greetByRlogin(
      socket,
      {
        clientName: field('clientName', '{userName}'),
        serverName: field('serverName', '{userName}'),
        terminal: field('terminal', '{terminalType}/115200'),
      },
      { clock: context.services.clock, limitMs: ANSWER_MS, signal },
    );
  },
};

/** Hands the caller on to a board by rlogin. */
export const rloginModule = handOnModule(
  'rlogin',
  'Hands the caller on to a board by rlogin (RFC 1282), with the caller’s name in its greeting, and comes back when that ends. The caller’s password is not passed on.',
  rloginProtocol,
);

/** Fills a field in one pass: what a caller is called is never read as a template. */
export function fillField(template: unknown, values: Readonly<Record<string, string>>): string {
  return String(template)
    .replaceAll(/\{(userName|terminalType)\}/g, (_, key: string) => values[key] ?? '')
    .replaceAll('\0', '');
}

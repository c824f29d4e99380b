import { readFile, writeFile } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { BbsError } from '../base/errors';
import { initBoard } from './init-board';
import { DESTINATION_KIND_NAMES, DESTINATION_KINDS, type Destination } from './schema-destinations';

/** A board that callers are handed on to, as `--gate` names it. */
interface GateTarget {
  readonly key: string;
  readonly kind: Destination['kind'];
  readonly name: string;
  /** Lines of its entry that say where callers get. */
  readonly lines: readonly string[];
}

/**
 * Makes a board in `dir` that signs callers in and hands them on to these addresses or programs, as `init` makes the
 * stock one. Returns a report, one line per action. Throws USAGE for an address that is none, and where the
 * folder holds a board already.
 */
export async function initGate(
  dir: string,
  addresses: readonly string[],
): Promise<readonly string[]> {
  const targets = readTargets(addresses);
  const config = join(resolve(dir), 'config', 'config.hjson');
  if ((await readFile(config).catch(() => undefined)) !== undefined) {
    throw new BbsError(
      'USAGE',
      `${config} is there already; --gate makes a new board, so name a new folder`,
    );
  }
  const lines = await initBoard(dir);
  const menus = join(resolve(dir), 'config', 'menu.hjson');
  await insert(config, /\n\}\s*$/, `\n${destinationsText(targets)}}\n`);
  // Nothing leads to the stock main menu.
  await insert(join(menus, '..', 'menus', 'main.hjson'), MAIN_MENU, '');
  await insert(menus, /\n {4}menus: \{\n {4}\}\n/, MENUS_TEXT);
  const unfinished = targets.filter(({ kind }) => DESTINATION_KINDS[kind].needsAccount);
  return [
    ...lines,
    `${config}: ${targets.map(({ name }) => name).join(', ')} under destinations`,
    ...unfinished.map(
      ({ key }) => `destinations.${key} still needs hostKey, and password or privateKey`,
    ),
  ];
}

function readTargets(addresses: readonly string[]): readonly GateTarget[] {
  const keys = new Set<string>();
  return addresses.map((address) => {
    const target = readTarget(address);
    const words = target.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    // A key begins with a letter: numbers would come before the others, whatever the order of the file.
    const slug = words.replaceAll(/^[^a-z]+|-+$/g, '') || target.kind;
    let key = slug;
    for (let count = 2; keys.has(key); count += 1) key = `${slug}-${count}`;
    keys.add(key);
    return { ...target, key };
  });
}

/** `telnet://HOST:PORT#NAME`, or `exec:PROGRAM#NAME`; the name is the host or the program where none is given. */
function readTarget(address: string): Omit<GateTarget, 'key'> {
  const wrong = (why: string): BbsError => {
    const example = 'such as --gate "telnet://127.0.0.1:2323#Next Door"';
    return new BbsError('USAGE', `--gate ${address.split('@').at(-1)}: ${why}; ${example}`);
  };
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const scheme = url?.protocol.slice(0, -1);
  const kinds = DESTINATION_KIND_NAMES.filter((each) => DESTINATION_KINDS[each].names);
  const kind = kinds.find((each) => each === scheme);
  if (url === undefined || kind === undefined) {
    const begins = kinds.map((each) =>
      DESTINATION_KINDS[each].names === 'host' ? `${each}://` : `${each}:/`,
    );
    throw wrong(`the address begins with ${begins.join(', ')}`);
  }
  const { lines, shortName } =
    DESTINATION_KINDS[kind].names === 'host'
      ? hostLines(url, DESTINATION_KINDS[kind], wrong)
      : programLines(url, wrong);
  const name = decoded(url.hash.slice(1), wrong).trim();
  return { kind, name: (name === '' ? shortName : name).slice(0, 40), lines };
}

interface Place {
  readonly lines: readonly string[];
  readonly shortName: string;
}

function hostLines(
  url: URL,
  { needsAccount }: { readonly needsAccount: boolean },
  wrong: (why: string) => BbsError,
): Place {
  if (url.password !== '') throw wrong('a password does not belong on a command line');
  if (url.hostname === '') throw wrong('the name of a machine is missing');
  if (url.username !== '' && !needsAccount) throw wrong('only ssh:// takes the name of an account');
  if (!['', '/'].includes(url.pathname)) throw wrong('nothing follows the port but #NAME');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const account = needsAccount ? accountLines(decoded(url.username, wrong)) : [];
  const port = url.port === '' ? [] : [`port: ${url.port}`];
  return { lines: [`host: ${JSON.stringify(host)}`, ...port, ...account], shortName: host };
}

function programLines(url: URL, wrong: (why: string) => BbsError): Place {
  const program = decoded(url.pathname, wrong);
  if (!isAbsolute(program) || url.host !== '' || url.search !== '')
    throw wrong('the program is named by its whole path alone; its arguments are for `args`');
  return {
    lines: [
      `cmd: ${JSON.stringify(program)}`,
      '// args: [ "{userName}" ]',
      '// encoding: "utf8"',
      '// limits: { cpuSeconds: 600, memoryMB: 256, files: 64 }',
    ],
    shortName: basename(program),
  };
}

function decoded(part: string, wrong: (why: string) => BbsError): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw wrong('a percent sign in it begins no character; write %25');
  }
}

function destinationsText(targets: readonly GateTarget[]): string {
  const blocks = targets.map(({ key, kind, name, lines }) =>
    [
      `        ${JSON.stringify(key)}: {`,
      ...[`kind: ${JSON.stringify(kind)}`, `name: ${JSON.stringify(name)}`],
      ...['// about: "A line about it"', '// acs: "GM[users]"', '// escapeKey: "^B"', ...lines],
      '        }',
    ]
      .map((line, index, { length }) => (index % (length - 1) === 0 ? line : `            ${line}`))
      .join('\n'),
  );
  return `
    //  The boards that callers are handed on to; docs/onward.md tells the other keys.
    //  escapeKey is the key that brings a caller back from a board, Ctrl-] where nothing is said. Unix's
    //  telnet keeps Ctrl-] for itself: there callers type it, then "send escape" and Enter.
    destinations: {
${blocks.join('\n')}
    }
`;
}

function accountLines(userName: string): readonly string[] {
  return [
    `userName: ${JSON.stringify(userName === '' ? '{userName}' : userName)}`,
    '//  Nobody is handed on before these are right: ssh-keyscan HOST | ssh-keygen -lf -',
    '// hostKey: "SHA256:..."',
    '// password: "@environment:FAR_PASSWORD"',
    '// privateKey: "@file:far-key"',
  ];
}

/** The menu with the comment above it. */
const MAIN_MENU = /\n {8}\/\/\n(?: {8}\/\/[^\n]*\n)+ {8}mainMenu: \{\n[\s\S]*?\n {8}\}\n/;

const MENUS_TEXT = `
    menus: {
        //  After sign-in callers choose a board.
        boards: {
            desc: Choosing a board
            module: destinations
            art: BOARDS
            config: { listInfoFormat20: "{info}" }
            form: {
                0: {
                    mci: {
                        VM1: {
                            argName: board
                            focus: true
                            submit: true
                        }
                    }
                    submit: {
                        *: [
                            {
                                value: { board: null }
                                action: @method:visit
                                help: Go there
                            }
                        ]
                    }
                    actionKeys: [
                        {
                            keys: [ "a", "shift + a" ]
                            action: @menu:account
                        }
                        {
                            keys: [ "g", "shift + g" ]
                            action: @menu:fullLogoffSequence
                        }
                    ]
                }
            }
        }

        //  What a caller changes himself, and who else calls.
        account: {
            desc: Own account
            art: ACCOUNT
            form: {
                0: {
                    mci: {
                        VM1: {
                            argName: item
                            focus: true
                            submit: true
                            items: [
                                "Your data", "Two-factor sign-in", "SSH keys", "Your sign-ins", "Your calls"
                                "About you", "Who is online", "Last callers", "User list"
                            ]
                        }
                    }
                    submit: {
                        *: [
                            {
                                value: { item: 0 }
                                action: @menu:mainMenuUserConfig
                            }
                            {
                                //  These two show secrets, so they want a line that nobody else can read.
                                value: { item: 1 }
                                action: [
                                    {
                                        acs: SC
                                        action: @menu:userTwoFactorAuthOTPConfig
                                    }
                                    {
                                        action: @menu:userTwoFactorAuthOTPSecConnRequired
                                    }
                                ]
                            }
                            {
                                value: { item: 2 }
                                action: [
                                    {
                                        acs: SC
                                        action: @menu:userSSHKeyConfig
                                    }
                                    {
                                        action: @menu:userTwoFactorAuthOTPSecConnRequired
                                    }
                                ]
                            }
                            {
                                value: { item: 3 }
                                action: @menu:mainMenuSignIns
                            }
                            {
                                value: { item: 4 }
                                action: @menu:mainMenuMyCalls
                            }
                            {
                                value: { item: 5 }
                                action: @menu:mainMenuUserStats
                            }
                            {
                                value: { item: 6 }
                                action: @menu:mainMenuWhosOnline
                            }
                            {
                                value: { item: 7 }
                                action: @menu:mainMenuLastCallers
                            }
                            {
                                value: { item: 8 }
                                action: @menu:mainMenuUserList
                            }
                        ]
                    }
                    actionKeys: @reference:common.quitToPrev
                }
            }
        }

        fullLoginSequenceLoginArt: {
            next: [
                {
                    acs: GM[sysops]
                    next: fullLoginSequenceSysop
                }
                {
                    next: boards
                }
            ]
        }

        fullLoginSequenceSysop: {
            next: boards
        }
    }
`;

/** Puts text in the place of what `pattern` finds in a file that was just copied. */
async function insert(file: string, pattern: RegExp, text: string): Promise<void> {
  const before = await readFile(file, 'utf8');
  if (!pattern.test(before)) throw new BbsError('INTERNAL', `${file} is not the stock file`);
  await writeFile(
    file,
    before.replace(pattern, () => text),
  );
}

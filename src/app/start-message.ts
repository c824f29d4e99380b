import { join } from 'node:path';
import { VERSION } from '../base/version';
import { PACKAGE_DIR } from '../config/board';
import { formatProblem, type Problem } from '../config/problems';
import { groupWarnings } from '../config/warning-kinds';
import type { RunningBbs } from './embedding';
import { BROWSER_WAYS, isForProxies, WAYS_IN, WAYS_TO_TELL } from '../protocols/ways-in';

/** What a sysop reads at once of what a start or an edit goes on with; the log has all of it, each with its place. */
export function describeWarnings(warnings: readonly Problem[]): readonly string[] {
  const grouped = groupWarnings(warnings, formatProblem);
  return [
    ...grouped.map((line) => `warning: ${line}`),
    ...(grouped.length === 0
      ? []
      : ['each with its place: oputil config check --all, oputil menu check --all']),
  ];
}

/** What a sysop reads when the board is up: how to call it, and what only a first start can tell. */
export function describeStart(bbs: RunningBbs, { isTerminal }: { isTerminal: boolean }): string {
  const lines = [`Sallyport ${VERSION}: the board is open.`, '', ...howToCall(bbs)];
  lines.push('', `  Board  ${bbs.boardDir}`, `  Data   ${bbs.dataDir}`);
  if (bbs.mailDrop !== undefined) {
    lines.push(`  Mail   no gateway configured: mails are dropped into ${bbs.mailDrop}`);
  }
  lines.push(...firstPassword(bbs, isTerminal));
  if (bbs.missingForPublic.length > 0) {
    const count = bbs.missingForPublic.length;
    const points = count === 1 ? '1 point is' : `${count} points are`;
    lines.push('', `  Before the world may call, ${points} open: ${oputil(bbs)} doctor`);
  }
  return `${lines.join('\n')}\n`;
}

/** The password itself is shown on a terminal only: other output is kept, in a journal or a file. */
function firstPassword(bbs: RunningBbs, isTerminal: boolean): readonly string[] {
  const { firstSysop, firstPasswordFile } = bbs;
  if (firstSysop !== undefined && (isTerminal || firstPasswordFile === undefined)) {
    const { name, password } = firstSysop;
    return [
      '',
      `  First start: sign in as ${name} with the password ${password}`,
      `  It is shown this once. Change it with: ${oputil(bbs)} user pw ${name}`,
    ];
  }
  if (firstPasswordFile === undefined) return [];
  return [
    '',
    `  The sysop's first password is in ${firstPasswordFile}`,
    `  Change it with: ${oputil(bbs)} user pw ${firstSysop?.name ?? 'sysop'}`,
  ];
}

/** The sysop's tool as it is called for this board. */
function oputil({ boardDir, dataDir }: RunningBbs): string {
  const isCheckout = boardDir === PACKAGE_DIR;
  const command = isCheckout ? 'npm run -s oputil --' : `oputil --board ${boardDir}`;
  return dataDir === join(boardDir, 'data') ? command : `${command} --data ${dataDir}`;
}

/** Beside an address that callers may not use themselves. */
const PROXY_ONLY = '(for the proxy alone: callers use its address)';

function howToCall(bbs: RunningBbs): string[] {
  const { https, http } = bbs.addresses;
  const browserWays = BROWSER_WAYS.filter((way) => bbs.addresses[way] !== undefined);
  const hasBrowser = browserWays.length > 0;
  const lines = WAYS_TO_TELL.flatMap((way) => {
    const at = bbs.addresses[way];
    if (isPath(at))
      return [`  ${WAYS_IN[way].label.padEnd(6)} unix:${at?.address}   ${PROXY_ONLY}`];
    const command = at && WAYS_IN[way].command?.(host(at.address), at.port);
    if (command === undefined) return [];
    const line = `  ${WAYS_IN[way].label.padEnd(6)} ${command}`;
    return [bbs.onlyByProxy.includes(way) ? `${line}   ${PROXY_ONLY}` : line];
  });
  if (https !== undefined) {
    // With WebSocket there is a page to look at without a link from a mail.
    const page = hasBrowser ? 'terminal' : '';
    const use = hasBrowser ? '' : ' (the links in mails open here)';
    const note = bbs.onlyByProxy.includes('https') ? `   ${PROXY_ONLY}` : use;
    lines.push(`  Web    https://${urlHost(https.address)}:${https.port}/${page}${note}`);
  }
  if (http !== undefined) {
    const at = isPath(http)
      ? `unix:${http.address}`
      : `http://${urlHost(http.address)}:${http.port}/`;
    lines.push(`  Web    ${at}   ${PROXY_ONLY}`);
  }
  for (const way of browserWays) {
    if (isPath(bbs.addresses[way])) continue;
    const { address, port } = bbs.addresses[way] ?? { address: '', port: 0 };
    const line = `  Web terminal clients ${way}://${urlHost(address)}:${port}/`;
    lines.push(isForProxies(way) ? `${line}   ${PROXY_ONLY}` : line);
  }
  return lines;
}

/** True for the path of a Unix socket. */
function isPath(at: { readonly address: string } | undefined): boolean {
  return at?.address.startsWith('/') === true;
}

/** An address that listens everywhere is called by this machine's name. */
function host(address: string): string {
  return address === '0.0.0.0' || address === '::' ? 'localhost' : address;
}

function urlHost(address: string): string {
  const name = host(address);
  return name.includes(':') ? `[${name}]` : name;
}

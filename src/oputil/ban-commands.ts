import { isIP } from 'node:net';
import type { Command } from 'commander';
import { wallTimeOf } from '../base/clock';
import { BbsError } from '../base/errors';
import { nearestName } from '../base/nearest';
import { ConfiguredNetworks, plainIp, sourceOf } from '../base/source';
import { addAudit } from '../store/audit';
import type { Sql } from '../store/database';
import { endPenalty, listPenalties, replacePenalty } from '../store/penalties';
import { type CommandContext, wholeNumber } from './command-context';
import { minuteOf } from './account';

const HELP = `
The board itself keeps out, for seconds to minutes, sources that guess
passwords or make noise; a ban is yours and lasts as long as you say. A source
is one IPv4 address, or the /64 network of an IPv6 address. Callers who are on
stay on. Whole networks are better kept out by the machine's firewall. A
running board knows of a change within two seconds.`;

const UNITS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

const EXEMPT_KEY = 'security.exemptNetworks';

/** 9999-12-31, for bans without an end. */
const FOR_EVER_MS = 253_402_300_799_000;

/** `ban list`, `ban add` and `ban remove`. */
export function addBanCommands(program: Command, context: CommandContext): void {
  const ban = program.command('ban').description('addresses that are kept out');
  ban.addHelpText('after', HELP);
  ban
    .command('list')
    .description('show them, the longest first')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 100_000), 40)
    .action(({ limit }: { limit: number }) => listBans(context, limit));
  ban
    .command('add')
    .description('keep an address out')
    .argument('<address>', 'IPv4 or IPv6')
    .option('--for <time>', '30m, 12h, 7d, 4w or ever', '24h')
    .action((address: string, options: { for: string }) => addBan(context, address, options.for));
  ban
    .command('remove')
    .aliases(['rm', 'del'])
    .description('let an address call again')
    .argument('<address>')
    .action((address: string) => removeBan(context, address));
}

async function listBans(context: CommandContext, limit: number): Promise<void> {
  const timelineMs = context.clock.timelineMs();
  const isExempt = await exemptions(context);
  const rows = await context.read((sql) => listPenalties(sql, { timelineMs, limit }));
  const table = context.table(
    [{ title: 'Source' }, { title: 'Until (UTC)' }, { title: 'For' }, { title: 'Kept out' }],
    rows.map(({ source, untilMs, reason, enforced }) => [
      source,
      untilMs >= FOR_EVER_MS ? 'ever' : minuteOf(endOf(context, untilMs)),
      reason,
      isExempt(source) ? 'no, exempt' : enforced ? 'yes' : 'not yet',
    ]),
  );
  context.show(
    rows.length === 0 ? ['nobody is kept out'] : table,
    rows.map(({ source, untilMs, reason, enforced }) => ({
      source,
      until: new Date(endOf(context, untilMs)).toISOString(),
      reason,
      enforced,
      exempt: isExempt(source),
    })),
  );
}

/** End of a ban in wall time. */
function endOf(context: CommandContext, untilMs: number): number {
  return untilMs >= FOR_EVER_MS ? untilMs : wallTimeOf(context.clock, untilMs);
}

/** Returns a predicate: true for a source that the configuration exempts from penalties. */
async function exemptions(context: CommandContext): Promise<(source: string) => boolean> {
  const { security } = await context.config();
  const networks = new ConfiguredNetworks(EXEMPT_KEY, () => security.exemptNetworks);
  return (source) => networks.has(source.split('/', 1)[0] ?? '');
}

async function addBan(context: CommandContext, address: string, time: string): Promise<void> {
  const source = sourceFrom(address);
  const timelineMs = context.clock.timelineMs();
  const isExempt = await exemptions(context);
  await context.makeBackend();
  const untilMs = time === 'ever' ? FOR_EVER_MS : timelineMs + durationOf(time);
  await change(context, { source, kind: 'ban-added', reason: time }, async (sql) => {
    const row = { source, untilMs, enforced: true, reason: 'ban', changedAtMs: timelineMs };
    await replacePenalty(sql, row);
    return true;
  });
  const until = time === 'ever' ? 'for ever' : `until ${minuteOf(endOf(context, untilMs))} UTC`;
  context.show(
    isExempt(source)
      ? `${source} is banned ${until}, and let in all the same: ${EXEMPT_KEY} holds it`
      : `${source} is kept out ${until}`,
    { source, until: new Date(endOf(context, untilMs)).toISOString(), exempt: isExempt(source) },
  );
}

async function removeBan(context: CommandContext, address: string): Promise<void> {
  const source = sourceFrom(address);
  const timelineMs = context.clock.timelineMs();
  const done = await change(context, { source, kind: 'ban-removed', reason: '' }, (sql) =>
    endPenalty(sql, source, timelineMs),
  );
  if (!done) {
    const rows = await context.read((sql) => listPenalties(sql, { timelineMs, limit: 10_000 }));
    const names = rows.map((row) => row.source);
    const nearest = nearestName(source, names);
    const hint = nearest === undefined ? `see 'oputil ban list'` : `did you mean ${nearest}?`;
    throw new BbsError('USER_INVALID', `${source} is not kept out; ${hint}`);
  }
  context.show(`${source} may call again`, { source });
}

/** The source as penalties store it, from an address or from `2001:db8::/64` as the list prints it. */
function sourceFrom(address: string): string {
  const [plain = '', bits] = plainIp(address).split('/', 2);
  const family = isIP(plain);
  const fits = bits === undefined || (family === 6 ? bits === '64' : bits === '32');
  if (family !== 0 && fits) return sourceOf(plain);
  const why = family === 0 ? 'is no IP address' : 'is a network';
  throw new BbsError(
    'USAGE',
    `${address} ${why}; give one IPv4 address, or an IPv6 address or its /64`,
  );
}

function durationOf(time: string): number {
  const [, count = '', unit = ''] = /^(\d{1,4})([mhdw])$/.exec(time) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? 0);
  if (ms > 0) return ms;
  throw new BbsError('USAGE', `--for is a time like 30m, 12h, 7d, 4w, or ever, not '${time}'`);
}

/** Changes penalties and writes the audit row in one transaction. */
async function change(
  context: CommandContext,
  entry: { readonly source: string; readonly kind: string; readonly reason: string },
  work: (sql: Sql) => Promise<boolean>,
): Promise<boolean> {
  const { db } = await context.backend();
  return db.transaction('nothing-shared', async (sql) => {
    const done = await work(sql);
    if (!done) return false;
    await addAudit(sql, {
      ...{ atMs: context.clock.nowMs(), node: 0, server: 'oputil', factor: 0, userId: undefined },
      ...{ ...entry, result: 'done' },
    });
    return true;
  });
}

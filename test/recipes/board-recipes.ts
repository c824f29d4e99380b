import type { Recipe } from './source-copy';

/** TCP without any protocol on it, in clear text. */
const WAY_IN: Recipe = {
  change: 'a way in',
  limit: 3,
  edits: [
    {
      file: 'protocols/ways-in.ts',
      anchor: `  ssh: {
    label: 'SSH',`,
      text: `  plain: {
    label: 'Plain',
    inWords: 'plain TCP',
    callBy: 'plain TCP',
    secure: false,
    configKey: 'loginServers.plain',
    listens: { enabled: false, port: 8887 },
    firstMenus: [TELNET_MENU],
    command: (host, port) => \`nc \${host} \${port}\`,
  },
  ssh: {
    label: 'SSH',`,
    },
    {
      file: 'servers/plain/plain.ts',
      text: `import type { Clock } from '../../base/clock';
import type { Accepted } from '../listener';
import { Connection, type IncomingCall } from '../connection';

/** A caller whose bytes are the keys, and who gets those of the screen. */
export function plainCall(accepted: Accepted, clock: Clock, firstMenu: string): IncomingCall {
  const { socket, remoteIp, turns, deadline, slot, onNodesBusy } = accepted;
  const connection = new Connection({
    ...{ server: 'plain', remoteIp, clock, turns },
    transport: {
      send: (piece, done) => void socket.write(piece, () => done()),
      finish: () => socket.end(),
      destroy: () => socket.destroy(),
      flow: (on) => void (on ? socket.resume() : socket.pause()),
    },
  });
  socket.on('data', (chunk) => {
    connection.received(chunk);
    deadline.heard();
  });
  socket.once('end', () => socket.destroySoon());
  socket.once('close', () => connection.closed());
  const settled = Promise.resolve();
  return { connection, settled, deadline, slot, onNodesBusy, firstMenu, login: undefined, node: undefined };
}
`,
    },
    {
      file: 'servers/servers.ts',
      anchor: `import { SshEndpoint } from './ssh/ssh';`,
      text: `import { plainCall } from './plain/plain';
import { SshEndpoint } from './ssh/ssh';`,
    },
    {
      file: 'servers/servers.ts',
      anchor: `    ssh: (shared) => this.readySsh(shared),`,
      text: `    plain: ({ clock, config }) =>
      Promise.resolve((accepted) => {
        void this.serve(plainCall(accepted, clock, firstMenuOf(config(), 'plain')));
      }),
    ssh: (shared) => this.readySsh(shared),`,
    },
  ],
};

/** A ticket that the sysop has given out, kept as its hash in a property of the account. */
const CREDENTIAL: Recipe = {
  change: 'a kind of credential',
  limit: 3,
  edits: [
    {
      file: 'auth/login.ts',
      anchor: `  /** A code of any kind of second factor, as typed. */`,
      text: `  | { readonly kind: 'ticket'; readonly userName: string; readonly ticket: string }
  /** A code of any kind of second factor, as typed. */`,
    },
    {
      file: 'auth/login.ts',
      anchor: `  'public-key': 'SSH key',`,
      text: `  'public-key': 'SSH key',
  ticket: 'ticket',`,
    },
    {
      file: 'auth/ticket.ts',
      text: `import { createHash } from 'node:crypto';
import type { Sql } from '../store/database';
import { findProperty } from '../store/properties';

/** True for the ticket of this account. */
export async function isTicketOf(sql: Sql, userId: number, ticket: string): Promise<boolean> {
  const digest = createHash('sha256').update(ticket).digest('hex');
  return (await findProperty(sql, userId, 'ticket_digest')) === digest;
}
`,
    },
    {
      file: 'auth/first-factor.ts',
      anchor: `import { giveBack, type Charged } from './regulator';`,
      text: `import { giveBack, type Charged } from './regulator';
import { isTicketOf } from './ticket';`,
    },
    {
      file: 'auth/first-factor.ts',
      anchor: `type Proof =
`,
      text: `type Proof =
  | { readonly kind: 'ticket'; readonly ticket: string }
`,
    },
    {
      file: 'auth/first-factor.ts',
      anchor: `        : await this.proveKey(this.credential);`,
      text: `        : this.credential.kind === 'ticket'
          ? await this.proveTicket(this.credential.ticket)
          : await this.proveKey(this.credential);`,
    },
    {
      file: 'auth/first-factor.ts',
      anchor: `  /** False for the key of an authenticator that is a copy. */
  private async recordKeyUse(sql: Sql, proof: Proof): Promise<boolean> {`,
      text: `  private async proveTicket(ticket: string): Promise<Proof | undefined> {
    const isRight = await this.parts.db.run((sql) => isTicketOf(sql, this.user?.id ?? 0, ticket));
    return isRight ? { kind: 'ticket', ticket } : undefined;
  }

  /** False for the key of an authenticator that is a copy. */
  private async recordKeyUse(sql: Sql, proof: Proof): Promise<boolean> {
    if (proof.kind === 'ticket') return isTicketOf(sql, this.user?.id ?? 0, proof.ticket);`,
    },
  ],
};

/** A code on paper that works any number of times, kept as its hash in a property of the account. */
const SECOND_FACTOR: Recipe = {
  change: 'a kind of second factor',
  limit: 3,
  edits: [
    {
      file: 'auth/factor-kinds.ts',
      anchor: `  'backup-code': {`,
      text: `  'paper-code': { label: 'paper code', question: 'paper code', isBound: true, runsOut: false },
  'backup-code': {`,
    },
    {
      file: 'store/users.ts',
      anchor: `export type AccountFactor = { readonly kind: 'otp'; readonly type: OtpType };`,
      text: `export type AccountFactor =
  { readonly kind: 'otp'; readonly type: OtpType } | { readonly kind: 'paper-code' };`,
    },
    {
      file: 'store/users.ts',
      anchor: `  if (type !== undefined) factors.push({ kind: 'otp', type });`,
      text: `  if (type !== undefined) factors.push({ kind: 'otp', type });
  if (properties.has('paper_digest')) factors.push({ kind: 'paper-code' });`,
    },
    {
      file: 'auth/second-factor.ts',
      anchor: `    const apps = await listApps(sql, userId);`,
      text: `    const digest = createHash('sha256').update(code).digest('hex');
    if (digest === (await findProperty(sql, userId, 'paper_digest')))
      return { kind: 'right', by: 'paper-code' };
    const apps = await listApps(sql, userId);`,
    },
    {
      file: 'auth/second-factor.ts',
      anchor: `import { rememberDrift,`,
      text: `import { createHash } from 'node:crypto';
import { findProperty } from '../store/properties';
import { rememberDrift,`,
    },
  ],
};

const COLUMN: Recipe = {
  change: 'a column or table',
  limit: 2,
  edits: [
    {
      file: 'store/migrations/index.ts',
      anchor: `
];`,
      text: `
  {
    id: 9001,
    name: '9001-source-note',
    async up(sql) {
      await sql.schema.alterTable('known_source', (table) => {
        table.string('note', 40).defaultTo('no note');
      });
    },
  },
];`,
    },
    {
      file: 'store/sources.ts',
      anchor: `export async function rememberSource(`,
      text: `export async function listSourceNotes(sql: Sql, userId: number): Promise<string[]> {
  return sql('known_source').where({ user_id: userId }).pluck<string[]>('note');
}

export async function rememberSource(`,
    },
  ],
};

const VERB: Recipe = {
  change: 'a verb of `oputil`',
  limit: 2,
  edits: [
    {
      file: 'oputil/motto-command.ts',
      text: `import type { Command } from 'commander';
import type { CommandContext } from './command-context';

/** \`motto\`: prints the motto of the board. */
export function addMottoCommand(program: Command, context: CommandContext): void {
  program
    .command('motto')
    .description('print the motto of the board')
    .action(async () => {
      const { motto } = (await context.config()).general;
      context.show(motto, { motto });
    });
}
`,
    },
    {
      file: 'oputil/program.ts',
      anchor: `import { addMailCommands } from './mail-commands';`,
      text: `import { addMailCommands } from './mail-commands';
import { addMottoCommand } from './motto-command';`,
    },
    {
      file: 'oputil/program.ts',
      anchor: `  addDoctorCommand(program, context);`,
      text: `  addDoctorCommand(program, context);
  addMottoCommand(program, context);`,
    },
  ],
};

const CONFIG_KEY: Recipe = {
  change: 'a config key',
  limit: 1,
  edits: [
    {
      file: 'config/schema.ts',
      anchor: `  closedSystem: z.boolean()`,
      text: `  motto: z.string().default('Come in').describe('What the sysop wants to say.'),
  closedSystem: z.boolean()`,
    },
  ],
};

export const BOARD_RECIPES: readonly Recipe[] = [
  WAY_IN,
  CREDENTIAL,
  SECOND_FACTOR,
  COLUMN,
  VERB,
  CONFIG_KEY,
];

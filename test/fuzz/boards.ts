import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import type { BoardProcess } from '../support/board-process';
import { BoardDir } from '../support/board-dir';
import { KEYS as DIALLED_KEYS } from '../support/dial';
import type { SeededRandom } from '../support/seeded-random';
import { goToMainMenu, PASSWORD, signIn } from '../support/sign-in';
import { mainMenuWith } from '../support/talk-board';
import { TELNET } from './bytes';
import { cut, mutate } from './mutate';

/** Accounts of those who visit them; each has one call at a time. */
export const VISITORS = ['visitor0', 'visitor1', 'visitor2', 'visitor3'] as const;

/** How long a board misbehaves, at most. */
const STAY_MS = 300;
const MOST_FLOOD_BYTES = 8 * 1024 * 1024;
const ESCAPE_KEY = Buffer.from([0x1d]);
/** A key counts as the escape key after such a pause. */
const PAUSE_MS = 300;

const KINDS = { TEL: 'telnet_bridge', RLO: 'rlogin', SHE: 'ssh_bridge' } as const;

const GREETINGS: readonly Buffer[] = [
  ...TELNET,
  Buffer.from([0]),
  Buffer.from('\0Welcome\x1b[2J\x1b[?1003h\x1b[?25l'),
  Buffer.from('SSH-2.0-x\r\n'),
  Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
];

/** A port behind the gate at which nobody behaves: what a connection meets is drawn from the seed of its caller. */
export class HostileBoards {
  private readonly server = createServer({ allowHalfOpen: true });
  private readonly sockets = new Set<Socket>();
  private random: SeededRandom | undefined;
  private dir: BoardDir | undefined;

  async open(): Promise<this> {
    this.server.on('connection', (socket) => this.misbehave(socket));
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  /** A menu file of a board whose main menu leads here by each protocol. */
  async menuFile(): Promise<string> {
    const { port } = this.server.address() as AddressInfo;
    const hostKey = `SHA256:${'A'.repeat(43)}`;
    const config = { host: '127.0.0.1', port, name: 'Hostile', sendLocation: true };
    const menus = Object.fromEntries(
      Object.entries(KINDS).map(([command, module]) => [
        command.toLowerCase(),
        {
          module,
          config: module === 'ssh_bridge' ? { ...config, hostKey, password: 'x' } : config,
        },
      ]),
    );
    const commands = Object.fromEntries(
      Object.keys(KINDS).map((command) => [command, command.toLowerCase()]),
    );
    this.dir = await BoardDir.make({
      'config/menu.hjson': readFileSync(join(__dirname, '../../config/menu.hjson'), 'utf8'),
      'config/menus/main.hjson': mainMenuWith(commands, menus),
    });
    return join(this.dir.path, 'config', 'menu.hjson');
  }

  /** A caller who visits one and comes back; throws where that cannot be. */
  async visit(board: BoardProcess, name: string, random: SeededRandom): Promise<void> {
    this.random = random;
    const caller = await board.telnet();
    try {
      await signIn(caller, name, PASSWORD);
      await goToMainMenu(caller);
      caller.type(`${random.pick(Object.keys(KINDS))}${DIALLED_KEYS.return}`);
      await caller.receives('Connecting to Hostile.');
      if (random.chance(0.2)) return;
      await pause(random.below(STAY_MS));
      caller.type('some words for whoever is there'.slice(random.below(30)));
      // Whatever is on: an answer of the board, a sentence with its pause, or the menu again.
      for (let tries = 0; ; tries += 1) {
        await pause(PAUSE_MS);
        caller.send(ESCAPE_KEY);
        await pause(PAUSE_MS);
        caller.type('h');
        await pause(PAUSE_MS);
        caller.type(DIALLED_KEYS.return);
        const isBack = caller.sees('Main menu').then(() => true);
        if (await Promise.race([isBack, pause(1_000).then(() => false)])) return;
        isBack.catch(() => undefined);
        if (tries === 8) throw new Error(`never back: ${await isBack.then(String, String)}`);
      }
    } finally {
      caller.hangUp();
    }
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
    await this.dir?.remove();
  }

  private misbehave(socket: Socket): void {
    const { random } = this;
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
    if (random === undefined) return;
    const later = (act: () => void): void => void setTimeout(act, random.below(STAY_MS));
    const way = random.pick(['silent', 'deaf', 'flood', 'reset', 'half-close', 'noise', 'spoken']);
    if (way !== 'deaf') socket.resume();
    if (way === 'reset') later(() => socket.resetAndDestroy());
    if (way === 'half-close') later(() => socket.end(random.pick(GREETINGS)));
    if (way === 'flood') flood(socket, random.pick(GREETINGS));
    if (way === 'noise') later(() => socket.write(mutate(random, GREETINGS, 20_000)));
    if (way === 'spoken') {
      const pieces = cut(random, mutate(random, GREETINGS, 2_000));
      for (const piece of pieces) later(() => void (socket.writable && socket.write(piece)));
    }
  }
}

/** Sends as fast as it is taken. */
function flood(socket: Socket, greeting: Buffer): void {
  const piece = Buffer.concat(Array.from({ length: 2_000 }, () => greeting));
  let sent = 0;
  const more = (): void => {
    while (sent < MOST_FLOOD_BYTES && socket.writable) {
      sent += piece.length;
      if (!socket.write(piece)) {
        socket.once('drain', more);
        return;
      }
    }
  };
  socket.write(greeting);
  more();
}

function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}

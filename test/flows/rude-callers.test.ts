import { connect } from 'node:net';
import { Client } from 'ssh2';
import { KEYS, type DialledCaller } from '../support/dial';
import { TestBoard } from '../support/board';
import { giveCode, goToMainMenu, openTwoFactor, PASSWORD, signIn } from '../support/sign-in';

const IAC = 255;
const ARE_YOU_THERE = 246;

describe('callers who do not behave', () => {
  let board: TestBoard;
  let secret: string;
  beforeAll(async () => {
    board = await TestBoard.start();
    secret = await board.addUser('bob', PASSWORD, 'google');
    await board.addUser('alice', PASSWORD);
  });
  afterAll(() => board.remove());

  /** Each test ends with this: the board is well, and nobody is left on it. */
  async function expectWell(): Promise<void> {
    const caller = await board.telnet();
    await signIn(caller, 'alice');
    await caller.sees('Welcome, alice');
    caller.hangUp();
    await board.logged('call.ended', {}, board.events('call.began').length);
    const failures = board.logLines.filter((line) => line.includes('"level":"error"'));
    expect(failures).toEqual([]);
  }

  /** Resolves once the board has looked at all that was sent, or has hung up over it. */
  async function hasRead(caller: DialledCaller): Promise<void> {
    // SSH loses nothing when it hangs up; telnet is asked whether it is there.
    caller.send(Buffer.from([IAC, ARE_YOU_THERE]));
    if (board.events('call.began').at(-1)?.server !== 'telnet') return;
    await Promise.race([caller.receives('[yes]'), caller.isHungUpOn().catch(() => undefined)]);
  }

  /** The way to every screen of the stock board, as far as a caller gets by keys. */
  const screens: Readonly<Record<string, () => Promise<DialledCaller>>> = {
    'the matrix': async () => {
      const caller = await board.telnet();
      await caller.sees('Sign in');
      return caller;
    },
    'the log-in form': async () => {
      const caller = await board.telnet();
      await caller.sees('Sign in');
      caller.type(KEYS.return);
      await caller.sees('User name');
      return caller;
    },
    'the screen for the code': async () => {
      const caller = await board.ssh({ userName: 'bob', password: PASSWORD });
      await caller.sees('One-time code');
      return caller;
    },
    'the application': async () => {
      const caller = await board.telnet();
      await caller.sees('Sign in');
      caller.type('n');
      await caller.sees(/Press a key/);
      caller.type(' ');
      await caller.sees(/Real name/i);
      return caller;
    },
    'a forgotten password': async () => {
      const caller = await board.telnet();
      await caller.sees('Sign in');
      caller.type('f');
      await caller.seesNoMore('Sign in');
      return caller;
    },
    'the welcome screen': async () => {
      const caller = await board.ssh({ userName: 'alice', password: PASSWORD });
      await caller.sees('Both doors are open.');
      return caller;
    },
    'the main menu': async () => {
      const caller = await board.ssh({ userName: 'alice', password: PASSWORD });
      await goToMainMenu(caller);
      return caller;
    },
    'the second factor': async () => {
      const caller = await board.ssh({ userName: 'alice', password: PASSWORD });
      await goToMainMenu(caller);
      await openTwoFactor(caller);
      return caller;
    },
    'the proof before something sensitive': async () => {
      const caller = await board.ssh({ userName: 'bob', password: PASSWORD });
      await giveCode(caller, board.freshCode(secret));
      await goToMainMenu(caller);
      await openTwoFactor(caller);
      caller.type('n');
      await caller.sees(/Password.*One-time code/s);
      return caller;
    },
  };

  it.each(Object.keys(screens))('may hang up at %s', async (screen) => {
    const caller = await screens[screen]?.();
    caller?.hangUp();
    await expectWell();
  });

  it.each(Object.keys(screens))('may type at %s whatever there is', async (screen) => {
    const caller = await screens[screen]?.();
    if (caller === undefined) throw new Error('no such screen');
    for (const burst of BURSTS) caller.send(burst);
    await hasRead(caller);
    caller.hangUp();
    await expectWell();
  });

  it('may close their half of the line, and still get the first screen', async () => {
    const socket = connect({ host: '127.0.0.1', port: board.telnetPort });
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.end();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(text).toContain('Sign in');
    await expectWell();
  });

  it('may send bytes that are no telnet, in any pieces', async () => {
    const socket = connect({ host: '127.0.0.1', port: board.telnetPort, noDelay: true });
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    for (let seed = 1; seed <= 2000; seed += 1) socket.write(noise(seed));
    socket.end();
    socket.resume();
    await closed;
    await expectWell();
  });

  it('may send what is no SSH', async () => {
    for (const bytes of ['GET / HTTP/1.1\r\n\r\n', 'SSH-2.0-\xff\xfe\r\n', noise(7)]) {
      const socket = connect({ host: '127.0.0.1', port: board.sshPort });
      socket.on('error', () => undefined);
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.write(bytes);
      socket.end();
      socket.resume();
      await closed;
    }
    await expectWell();
  });

  it('lose no time of others with a megabyte of half escape sequences', async () => {
    const rude = await board.telnet();
    await rude.sees('Sign in');
    rude.send(Buffer.from('\x1b['.repeat(512 * 1024)));
    const other = await board.telnet();
    await signIn(other, 'alice');
    await other.sees('Welcome, alice');
    other.hangUp();
    rude.hangUp();
    await expectWell();
  });

  it('get no further than the length of a field', async () => {
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type(`${KEYS.return}${'x'.repeat(5000)}`);
    await caller.sees('xxxxxxxx');
    caller.hangUp();
    const patient = await board.telnet();
    await signIn(patient, 'a'.repeat(400), 'b'.repeat(400));
    const text = await patient.sees(/wrong user name or password/i);
    expect(Math.max(...(text.match(/a+/g) ?? []).map((run) => run.length))).toBeLessThan(60);
    patient.hangUp();
    await expectWell();
  });

  it('get a sentence instead of a command, a file or a tunnel', async () => {
    const client = new Client();
    client.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      client.once('ready', resolve).once('error', reject);
      client.connect({
        host: '127.0.0.1',
        port: board.sshPort,
        username: 'alice',
        password: PASSWORD,
      });
    });
    const said = await new Promise<string>((resolve, reject) =>
      client.exec('cat /etc/passwd', (error, channel) => {
        if (error) return reject(error);
        let text = '';
        channel.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
        channel.on('data', (chunk: Buffer) => (text += chunk.toString()));
        channel.on('close', () => resolve(text));
      }),
    );
    expect(said).toMatch(/runs no commands/);
    const tunnel = new Promise((resolve, reject) =>
      client.forwardOut('127.0.0.1', 1, '127.0.0.1', board.sshPort, (error, channel) =>
        error ? reject(error) : resolve(channel),
      ),
    );
    await expect(tunnel).rejects.toThrow();
    client.destroy();
    await expectWell();
  });

  it('may ask for a screen of no size, of a huge one, and of a strange kind', async () => {
    for (const [width, height] of [
      [0, 0],
      [1, 1],
      [65_535, 65_535],
    ]) {
      const client = new Client();
      client.on('error', () => undefined);
      await new Promise<void>((resolve, reject) => {
        client.once('ready', resolve).once('error', reject);
        client.connect({
          host: '127.0.0.1',
          port: board.sshPort,
          username: 'alice',
          password: PASSWORD,
        });
      });
      await new Promise<void>((resolve, reject) =>
        client.shell(
          { term: '\x1b]0;pwned\x07', cols: width ?? 0, rows: height ?? 0 },
          (error, channel) => {
            if (error) return reject(error);
            channel.once('data', () => resolve());
          },
        ),
      );
      client.destroy();
    }
    await expectWell();
  });
});

/** Keys, half keys, telnet commands out of place, control characters and text that is none. */
const BURSTS: readonly Buffer[] = [
  Buffer.from('\x1b[A\x1b[B\x1b[C\x1b[D\t\x1b[Z\x7f\b'),
  Buffer.from('\x1b[200~pasted\x1b[201~\x1b[<0;10;10M\x1bO\x1b[1;5'),
  Buffer.from([IAC, 244, IAC, 249, IAC, 250, 31, 0, IAC, 240, IAC, IAC]),
  Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 14, 15, 16, 17, 18, 19, 26, 28, 29, 30, 31, 127]),
  Buffer.from([0xc3, 0xe2, 0x82, 0xf0, 0x9f, 0x98, 0xff, 0xfe, 0x9b, 0x31, 0x6d]),
  Buffer.from('|07|12%BN{userName}\u202e\u200b\u0301', 'utf8'),
  Buffer.from('z'.repeat(3000)),
];

/** Bytes as if by chance, the same in every run; telnet commands among them. */
function noise(seed: number): Buffer {
  let state = seed * 2_654_435_761;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state >>> 24;
  };
  return Buffer.from(
    Array.from({ length: 1 + (next() % 40) }, () => (next() < 60 ? IAC - (next() % 16) : next())),
  );
}

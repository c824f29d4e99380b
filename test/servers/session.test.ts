import { Client } from 'ssh2';
import { QuizServers } from '../support/quiz-servers';
import { RawCaller, eventually } from '../support/raw-caller';

describe('sessions', () => {
  let board: QuizServers;

  async function start(config: ConstructorParameters<typeof QuizServers>[0] = {}): Promise<void> {
    board = new QuizServers(config);
    await board.start();
  }

  async function signIn(line: string): Promise<RawCaller> {
    const caller = await board.call();
    caller.send(`${line}\r`);
    await caller.sees('.\r\n');
    return caller;
  }

  const onlineNames = (): (string | undefined)[] =>
    board.nodes.list().map(({ user }) => user?.name);

  afterEach(async () => board.close());

  test('a client that answers nothing has its first screen within 1.5 s', async () => {
    await start();
    const caller = await RawCaller.dial(board.servers?.addresses.telnet?.port ?? 0);
    await caller.sees(Buffer.from([255, 253, 31]));
    await board.passProbe();
    await caller.sees('Who are you?');
    expect(board.clock.monotonicMs()).toBeLessThan(1_500);
  });

  test('what was typed ahead of the first screen is not lost', async () => {
    await start();
    const caller = await RawCaller.dial(board.servers?.addresses.telnet?.port ?? 0);
    caller.send('ann right\r');
    await eventually('a session', () => board.nodes.list().length === 1);
    await board.passProbe();
    await caller.sees('accepted.');
  });

  test('leaving closes the connection and frees the node', async () => {
    await start();
    const caller = await signIn('ann right');
    caller.send('.\r');
    await caller.isClosed();
    await eventually('a free node', () => board.nodes.list().length === 0);
    expect(board.ended).toEqual(['ann']);
    expect(board.log.of('call.ended')).toMatchObject([{ node: 1, reason: 'log-off', user: 'ann' }]);
  });

  test('an unexpected failure ends one call with a sentence, and no other', async () => {
    await start();
    const witness = await board.call();
    const unlucky = await board.call();
    unlucky.send('!\r');
    await unlucky.sees('Something went wrong here');
    await unlucky.isClosed();
    expect(board.log.of('call.failed')).toMatchObject([
      { node: 2, remoteIp: '127.0.0.1', error: { message: 'a fault of ours' } },
    ]);
    witness.send('ann right\r');
    await witness.sees('accepted.');
  });

  test('a sign-in that cannot be recorded lets nobody stay', async () => {
    await start();
    board.failToRecord = true;
    const caller = await board.call();
    caller.send('ann right\r');
    await caller.sees('Something went wrong here');
    await caller.isClosed();
    expect(caller.received.includes('accepted.')).toBe(false);
  });

  test('hanging up in the middle of anything frees the node', async () => {
    await start();
    const early = await RawCaller.dial(board.servers?.addresses.telnet?.port ?? 0);
    await early.sees(Buffer.from([255, 253, 31]));
    early.socket.resetAndDestroy();
    const later = await board.call();
    later.send('ann ri');
    // One that has just called may be a program which only ended its input: it gets two seconds.
    await board.clock.advance(1_000);
    later.socket.resetAndDestroy();
    await eventually('free nodes', () => board.nodes.list().length === 0);
    expect(board.log.of('call.ended').map(({ reason }) => reason)).toEqual(['hung-up', 'hung-up']);
    expect(board.log.of('call.failed')).toEqual([]);
  });

  test('who is only half signed in is not online and counts as no call', async () => {
    await start();
    const caller = await signIn('bob right');
    expect(onlineNames()).toEqual([undefined]);
    expect(board.signedIn).toEqual([]);
    caller.send('123456\r');
    await caller.sees('accepted.');
    expect(onlineNames()).toEqual(['bob']);
    expect(board.signedIn).toEqual(['bob']);
  });

  test('a caller takes over his own ghost, but only once he is through', async () => {
    await start();
    const ghost = await signIn('bob right');
    ghost.send('123456\r');
    await ghost.sees('accepted.');
    const parked = await signIn('bob right');
    expect(ghost.closed).toBe(false);
    const owner = await signIn('bob right');
    owner.send('123456\r');
    await owner.sees('accepted.');
    await ghost.sees('You have signed in again on node 3');
    await ghost.isClosed();
    expect(parked.closed).toBe(false);
    await eventually('one online', () => onlineNames().filter(Boolean).length === 1);
  });

  test('when all nodes are busy the next caller is told so', async () => {
    await start({ general: { maxConnections: 1 } });
    await board.call();
    const refused = await RawCaller.dial(board.servers?.addresses.telnet?.port ?? 0);
    await refused.sees('All nodes are busy');
    await refused.isClosed();
    expect(board.nodes.list()).toHaveLength(1);
  });

  describe('limits', () => {
    test('who does not sign in within the grace time is told and closed, and a drip does not help', async () => {
      await start();
      const caller = await board.call();
      for (let second = 0; second < 118; second += 1) {
        caller.send('x');
        await board.clock.advance(1_000);
      }
      expect(caller.closed).toBe(false);
      await board.clock.advance(1_000);
      await caller.sees('You took too long to sign in');
      await caller.isClosed();
    });

    test('half a sign-in does not stop the grace time, all of it does', async () => {
      await start();
      const half = await signIn('bob right');
      const whole = await signIn('ann right');
      await board.clock.advance(120_000);
      await half.isClosed();
      expect(whole.closed).toBe(false);
    });

    test('the new-user form gives fifteen minutes from the call, and not more by coming back', async () => {
      await start({ users: { preAuthIdleLogoutSeconds: 3600 } });
      const caller = await board.call();
      for (let minute = 0; minute < 14; minute += 1) {
        caller.send('+\r');
        await eventually('the form', () => board.nodes.list()[0]?.description === 'Applying');
        await board.clock.advance(60_000);
      }
      expect(caller.closed).toBe(false);
      await board.clock.advance(60_000);
      await caller.sees('You took too long to sign in');
      await caller.isClosed();
    });

    test('a menu whose name is like that of the new-user form gives no more time', async () => {
      await start({ users: { preAuthIdleLogoutSeconds: 3600 } });
      const caller = await board.call();
      caller.send('-\r');
      await eventually('the menu', () => board.nodes.list()[0]?.description === 'Reading');
      await board.clock.advance(120_000);
      await caller.sees('You took too long to sign in');
      await caller.isClosed();
    });

    test('silence before signing in ends the call', async () => {
      await start({ users: { preAuthIdleLogoutSeconds: 30 } });
      const caller = await board.call();
      await board.clock.advance(30_000);
      await caller.sees('silent for too long');
      await caller.isClosed();
    });

    test('silence after signing in is warned of a minute before, and a key is enough to stay', async () => {
      await start({ users: { idleLogoutSeconds: 600 } });
      const caller = await signIn('ann right');
      await board.clock.advance(540_000);
      await caller.sees('<You have been silent for a while: this call ends in 60 seconds.>');
      caller.send('x x\r');
      await caller.sees('rejected.');
      await board.clock.advance(590_000);
      expect(caller.closed).toBe(false);
      await board.clock.advance(60_000);
      await caller.sees('silent for too long');
      await caller.isClosed();
    });

    test('no call is longer than the longest', async () => {
      await start({ users: { sessionMaxSeconds: 300, idleLogoutSeconds: 3600 } });
      const caller = await signIn('ann right');
      await board.clock.advance(240_000);
      await caller.sees('it ends in 60 seconds');
      await board.clock.advance(60_000);
      await caller.sees('The longest time for a call is over');
      await caller.isClosed();
    });

    test('a call that is over leaves no timer behind', async () => {
      await start();
      const before = board.clock.waiting;
      const caller = await signIn('ann right');
      caller.send('.\r');
      await caller.isClosed();
      caller.socket.end();
      await eventually('no timers', () => board.clock.waiting === before);
      expect(board.nodes.list()).toEqual([]);
    });
  });

  describe('changes of the account', () => {
    test('end the calls that may not go on, and leave the others', async () => {
      await start();
      const ann = await signIn('ann right');
      const bob = await signIn('bob right');
      for (const login of board.authenticator.logins) login.verdict = 'end';
      board.announce({ userId: 1, kind: 'password' });
      await ann.sees('Your account was changed. Please sign in again.');
      await ann.isClosed();
      expect(bob.closed).toBe(false);
    });

    test('that cannot be looked at, end the call and say that', async () => {
      await start();
      const ann = await signIn('ann right');
      for (const login of board.authenticator.logins) login.verdict = new Error('locked');
      board.announce({ userId: 1, kind: 'password' });
      await ann.sees('The board cannot check your account right now. Please sign in again later.');
      await ann.isClosed();
    });

    test('that the login can go on with, change nothing', async () => {
      await start();
      const ann = await signIn('ann right');
      board.announce({ userId: 1, kind: 'properties' });
      ann.send('x x\r');
      await ann.sees('rejected.');
    });
  });

  describe('over SSH', () => {
    test('a session that begins after its account was changed ends before its first menu (rule M1)', async () => {
      await start();
      const client = new Client();
      await new Promise<void>((resolve, reject) => {
        client.once('ready', resolve);
        client.once('error', reject);
        client.connect({
          host: '127.0.0.1',
          port: board.servers?.addresses.ssh?.port ?? 0,
          username: 'ann',
          password: 'right',
          readyTimeout: 0,
        });
      });
      // Nothing tells of it: the session has to look.
      for (const login of board.authenticator.logins) login.verdict = 'end';
      let seen = '';
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      client.shell({}, (_error, channel) => {
        channel.on('data', (chunk: Buffer) => (seen += chunk.toString()));
      });
      await eventually('a session', () => board.log.of('call.began').length === 1);
      await board.passProbe();
      await closed;
      expect(seen).toContain('Your account was changed. Please sign in again.');
      expect(board.signedIn).toEqual([]);
    });

    test('who signed in by SSH is online at once and counted once', async () => {
      await start();
      const client = new Client();
      await new Promise<void>((resolve, reject) => {
        client.once('ready', resolve);
        client.once('error', reject);
        client.connect({
          host: '127.0.0.1',
          port: board.servers?.addresses.ssh?.port ?? 0,
          username: 'ann',
          password: 'right',
          readyTimeout: 0,
        });
      });
      client.shell({ term: 'syncterm', cols: 80, rows: 24 }, () => undefined);
      await eventually('a session', () => board.nodes.list().length === 1);
      await board.passProbe();
      await eventually('ann online', () => onlineNames()[0] === 'ann');
      expect(board.signedIn).toEqual(['ann']);
      expect(board.callers[0]?.terminal).toMatchObject({ type: 'syncterm', encoding: 'cp437' });
      client.destroy();
      await eventually('a free node', () => board.nodes.list().length === 0);
    });

    test('when all nodes are busy the sentence comes in the session', async () => {
      await start({ general: { maxConnections: 1 } });
      await board.call();
      const client = new Client();
      const text = await new Promise<string>((resolve, reject) => {
        let heard = '';
        client.once('error', reject);
        client.once('ready', () =>
          client.shell((_error, channel) => {
            channel.on('data', (chunk: Buffer) => (heard += chunk.toString()));
            channel.on('close', () => resolve(heard));
          }),
        );
        client.connect({
          host: '127.0.0.1',
          port: board.servers?.addresses.ssh?.port ?? 0,
          username: 'ann',
          password: 'right',
          readyTimeout: 0,
        });
      });
      expect(text).toMatch(/All nodes are busy/);
      client.destroy();
    });
  });
});

describe('starting and stopping', () => {
  test('addresses tell the ports that were picked', async () => {
    const board = new QuizServers();
    const servers = await board.start();
    expect(servers.addresses).toEqual({
      telnet: { address: '127.0.0.1', port: expect.any(Number) as number },
      ssh: { address: '127.0.0.1', port: expect.any(Number) as number },
    });
    await board.close();
  });

  test('a taken port is one clear error, and nothing is left listening', async () => {
    const first = new QuizServers();
    const port = (await first.start()).addresses.telnet?.port ?? 0;
    const second = new QuizServers({ loginServers: { telnet: { port } } });
    await expect(second.start()).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
      exitCode: 78,
      message: `telnet server cannot listen on 127.0.0.1 port ${port}: it is in use; stop the other program or change loginServers.telnet.port`,
    });
    const ssh = second.log.of('server.listening')[0]?.port as number;
    await expect(RawCaller.dial(ssh)).rejects.toThrow('ECONNREFUSED');
    await second.close();
    await first.close();
  });

  test('stopping tells everybody, waits for them and takes no new callers', async () => {
    const board = new QuizServers();
    const servers = await board.start();
    const port = servers.addresses.telnet?.port ?? 0;
    const caller = await board.call();
    await servers.close(10_000);
    await caller.sees('The board is going down');
    await caller.isClosed();
    await expect(RawCaller.dial(port)).rejects.toThrow('ECONNREFUSED');
    expect(board.nodes.list()).toEqual([]);
    await board.close();
  });
});

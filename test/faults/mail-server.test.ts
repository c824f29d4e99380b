import { createServer, type Server, type Socket } from 'node:net';
import { countOutbox } from '../../src/store/outbox';
import { openBackOffice, type BackOffice } from '../support/back-office';
import { TestBoard } from '../support/board';
import { giveCode, goToMainMenu, openTwoFactor, PASSWORD, MAIL_LINK } from '../support/sign-in';
import { SmtpCatcher } from '../support/smtp-catcher';
import { eventually } from '../support/raw-caller';
import { sayFigure } from './at-the-door';

jest.setTimeout(120_000);

/** Rule L18: from SIGTERM to exit. */
const MAX_STOP_MS = 10_000;

/** Takes connections and never says a word. */
class SilentServer {
  private readonly sockets = new Set<Socket>();
  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
    });
  }

  static async start(): Promise<SilentServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new SilentServer(server);
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get calls(): number {
    return this.sockets.size;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe.each(['is down', 'never answers'])('while the mail server %s', (fault) => {
  let board: TestBoard;
  let backend: BackOffice;
  let silent: SilentServer;
  beforeAll(async () => {
    silent = await SilentServer.start();
    const { port } = silent;
    if (fault === 'is down') await silent.close();
    const transport = { host: '127.0.0.1', port, secure: false, ignoreTLS: true };
    board = await TestBoard.start({ config: { email: { transport } } });
    backend = await openBackOffice(board.dataDir, { clock: board.clock });
  });
  afterAll(async () => {
    if (fault !== 'is down') await silent.close();
    await backend.close();
    await board.remove();
  });

  it('a caller who asks for his link is told the same, at once, and who waits for one gets it when it is back', async () => {
    await backend.addAccount('joe', PASSWORD);
    const caller = await board.ssh({ userName: 'joe', password: PASSWORD });
    await goToMainMenu(caller);
    await openTwoFactor(caller);
    const startedMs = performance.now();
    caller.type(MAIL_LINK);
    await caller.sees('A mail with a link is on its');
    sayFigure(`mail server ${fault}: told in ${(performance.now() - startedMs).toFixed(0)} ms`);
    if (fault === 'is down') await board.logged('mail.postponed');
    else await eventually('the server to be called', () => silent.calls > 0);
    expect(await backend.db.run(countOutbox)).toBe(1);
    // His link ends with his call; one that the sysop sends has no call to end with.
    caller.hangUp();
    const jim = await backend.addAccount('jim', PASSWORD);
    await backend.enrollment.begin(jim, 'googleAuth', { mail: true });
    // Signing in does not wait for it either.
    await backend.addAccount('jane', PASSWORD);
    const { backupCodes } = await backend.bind('jane');
    const other = await board.ssh({ userName: 'jane', password: PASSWORD });
    await giveCode(other, backupCodes[0] ?? '');
    await other.sees('Both doors are open.');
    other.hangUp();
    const stoppingMs = performance.now();
    await board.stop();
    const stoppedMs = performance.now() - stoppingMs;
    sayFigure(`mail server ${fault}: stopped in ${stoppedMs.toFixed(0)} ms`);
    expect(stoppedMs).toBeLessThan(MAX_STOP_MS);

    const catcher = await SmtpCatcher.start();
    const transport = { host: '127.0.0.1', port: catcher.port, secure: false, ignoreTLS: true };
    const again = await openBackOffice(board.dataDir, {
      clock: board.clock,
      config: { email: { transport } },
    });
    board.clock.skip(5 * 60_000);
    await again.mailer.deliver();
    expect(await again.mailer.deliver()).toBe(0);
    await again.close();
    await catcher.close();
    expect(catcher.mails.map(({ to }) => to[0]).sort()).toEqual([
      'jane@example.org',
      'jane@example.org',
      'jim@example.org',
    ]);
  });
});

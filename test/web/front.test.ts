import { openWebBoard, type WebBoard } from '../support/web-board';

describe('the address of the board alone', () => {
  let board: WebBoard;
  afterEach(() => board.close());

  test('says how to call, by the name that was asked for', async () => {
    board = await openWebBoard(
      { domain: 'bbs.example.org' },
      {},
      { loginPorts: () => ({ ssh: 8889, telnet: 8888 }) },
    );
    const { status, body } = await board.ask('/', { headers: { host: 'bbs.example.org' } });
    expect(status).toBe(200);
    expect(body).toContain('ssh -p 8889 YOURNAME@bbs.example.org');
    expect(body).toContain('telnet bbs.example.org 8888');
  });

  test('names no server that is not open', async () => {
    board = await openWebBoard({}, {}, { loginPorts: () => ({ ssh: 8889 }) });
    const { body } = await board.ask('/', { headers: { host: '[::1]' } });
    expect(body).toContain('ssh -p 8889 YOURNAME@::1');
    expect(body).not.toContain('telnet');
  });

  test('leads to the terminal of the browser first, where browsers can call', async () => {
    const web = { domain: 'bbs.example.org' };
    board = await openWebBoard(web, {}, { loginPorts: () => ({ ssh: 8889, wss: 8811 }) });
    const { body } = await board.ask('/', { headers: { host: 'bbs.example.org' } });
    expect(body).toMatch(/href="\/terminal">[^]*ssh -p 8889 YOURNAME@bbs\.example\.org/);
    await board.close();
    board = await openWebBoard({}, {}, { loginPorts: () => ({ ssh: 8889 }) });
    expect((await board.ask('/')).body).not.toContain('/terminal');
  });
});

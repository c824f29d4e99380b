import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBackOffice } from '../support/back-office';
import { BoardDir } from '../support/board-dir';
import { BoardProcess } from '../support/board-process';
import { KEYS } from '../support/dial';
import { FarBoard } from '../support/far-board';
import { FarLink } from '../support/far-link';
import { eventually } from '../support/raw-caller';
import { PASSWORD } from '../support/sign-in';
import { callerIn, comesBack, mainMenuWith } from '../support/talk-board';
import { run } from './programs';

const CODES = { sysCode: 'sys17', authCode: 'auth-word-9', schemeCode: 'scheme-word-4' };

describe('bbs_link by HTTPS, the service with a certificate of an authority of its own', () => {
  let folder: string;
  let dir: BoardDir;
  let link: FarLink;
  let doors: FarBoard;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-authority-'));
    const at = (name: string): string => join(folder, name);
    const openssl = async (...args: readonly string[]): Promise<void> => {
      const { exitCode, err } = await run('openssl', args);
      if (exitCode !== 0) throw new Error(err);
    };
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    await writeFile(at('names'), 'subjectAltName=DNS:localhost\n');
    await openssl(
      ...['req', '-x509', ...key, '-days', '1', '-subj', '/CN=Test Authority'],
      ...['-keyout', at('ca.key'), '-out', at('ca.pem')],
    );
    await openssl(
      ...['req', ...key, '-subj', '/CN=localhost', '-keyout', at('key.pem'), '-out', at('csr')],
    );
    await openssl(
      ...['x509', '-req', '-in', at('csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key')],
      ...['-CAcreateserial', '-days', '1', '-extfile', at('names'), '-out', at('cert.pem')],
    );
    const [cert, privateKey] = await Promise.all(
      ['cert.pem', 'key.pem'].map((name) => readFile(at(name), 'utf8')),
    );
    link = await new FarLink(CODES, { cert: cert ?? '', key: privateKey ?? '' }).open();
    doors = await FarBoard.open();
    const module = 'bbs_link';
    const to = { ...CODES, port: doors.port, httpPort: link.port, https: true, door: 'lord' };
    dir = await BoardDir.make({
      'config/menus/main.hjson': mainMenuWith(
        { LORD: 'lord', NAMED: 'named' },
        {
          lord: { module, config: { ...to, host: 'localhost' } },
          // The certificate is for another name.
          named: { module, config: { ...to, host: '127.0.0.1' } },
        },
      ),
    });
  });
  afterAll(async () => {
    await link.close();
    await doors.close();
    await dir.remove();
    await rm(folder, { recursive: true, force: true });
  });

  async function withBoard(
    name: string,
    under: readonly string[],
    work: (board: BoardProcess) => Promise<void>,
  ): Promise<void> {
    const dataDir = join(folder, name);
    const board = await BoardProcess.start({ dataDir, boardDir: dir.path, under });
    const office = await openBackOffice(dataDir);
    try {
      await office.addAccount('alice', PASSWORD);
      await work(board);
    } finally {
      await office.close();
      await board.end();
    }
  }

  it('hands the caller on where the board believes the authority, and only for the name in the certificate', async () => {
    link.asked.length = 0;
    const trust = ['env', `NODE_EXTRA_CA_CERTS=${join(folder, 'ca.pem')}`];
    await withBoard('believes', trust, async (board) => {
      const alice = await callerIn(board, 'alice', PASSWORD);
      alice.type(`NAMED${KEYS.return}`);
      await alice.sees('BBSLink does not answer. Please try again later.');
      expect(link.asked).toEqual([]);
      alice.type(KEYS.return);
      await alice.sees('Command');
      alice.type(`LORD${KEYS.return}`);
      const call = await doors.call(1);
      call.send('The Red Dragon');
      await alice.sees('The Red Dragon');
      alice.type('attack');
      await eventually('the keys at the door', () => call.received().includes('attack'));
      expect(link.asked.map(({ url }) => url?.split('?')[0])).toEqual(['/token.php', '/auth.php']);
      call.socket.end();
      await comesBack(alice, 'Command');
      alice.hangUp();
    });
  });

  it('hands nobody on where the board does not know the authority', async () => {
    const [asked, called] = [link.asked.length, doors.calls.length];
    await withBoard('knows-not', [], async (board) => {
      const alice = await callerIn(board, 'alice', PASSWORD);
      alice.type(`LORD${KEYS.return}`);
      await alice.sees('BBSLink does not answer. Please try again later.');
      alice.hangUp();
    });
    expect([link.asked.length, doors.calls.length]).toEqual([asked, called]);
  });
});

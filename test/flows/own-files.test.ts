import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { once } from 'node:events';
import { systemRandom } from '../../src/base/random';
import { makeSelfSigned } from '../../src/tls/self-signed';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';

describe('files that config.hjson names', () => {
  it("are looked for in the board's folder: a host key with its passphrase, and a certificate", async () => {
    const { certPem, keyPem } = makeSelfSigned({
      names: ['bbs.example.org'],
      nowMs: Date.now(),
      random: systemRandom,
    });
    const hostKey = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: {
        type: 'pkcs8',
        format: 'pem',
        cipher: 'aes-256-cbc',
        passphrase: 'of the key',
      },
    });
    const dir = await BoardDir.make({
      'config/security/ssh_private_key.pem': hostKey.privateKey,
      'tls/cert.pem': certPem,
      'tls/key.pem': keyPem,
    });
    await dir.makePrivate('config/security/ssh_private_key.pem');
    await dir.makePrivate('tls/key.pem');
    const board = await TestBoard.start({
      boardDir: dir.path,
      config: {
        loginServers: {
          ssh: {
            privateKeyPem: 'config/security/ssh_private_key.pem',
            privateKeyPass: 'of the key',
          },
        },
        contentServers: {
          web: { https: { certPem: 'tls/cert.pem', keyPem: 'tls/key.pem' } },
        },
      },
    });
    const socket = connect({ port: board.httpsPort, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    expect(socket.getPeerCertificate().subject.CN).toBe('bbs.example.org');
    socket.destroy();
    await board.addUser('joe', 'correct horse');
    const caller = await board.ssh({ userName: 'joe', password: 'correct horse' });
    await caller.sees('Welcome');
    await board.remove();
    await dir.remove();
  });
});

describe('a board from Windows, opened as it lies', () => {
  it('shows callers its own screens, in whatever letters its folders and files are', async () => {
    const dir = await BoardDir.make({
      'CONFIG/Config.HJSON': '{ theme: { default: "mytheme", preLogin: "mytheme" } }',
      'Art/Themes/MyTheme/THEME.HJSON': '{ info: { name: "Own", base: "gatehouse" } }',
      'Art/Themes/MyTheme/Matrix.ANS': 'The board of old\r\n%VM1',
    });
    const board = await TestBoard.start({ boardDir: dir.path });
    try {
      const caller = await board.telnet();
      await caller.sees('The board of old');
      await caller.sees('Sign in');
      expect(board.events('board.warning')).toEqual([]);
      caller.hangUp();
    } finally {
      await board.remove();
      await dir.remove();
    }
  });
});

describe('a board that has a folder twice, in letters of another case', () => {
  it('says at the start and by config check which of them is read, and shows art from that one', async () => {
    const theme = '{ info: { name: "Own", base: "gatehouse" } }';
    const dir = await BoardDir.make({
      'art/themes/own/theme.hjson': theme,
      'art/themes/own/MATRIX.ANS': 'The small letters\r\n%VM1',
      'ART/themes/own/theme.hjson': theme,
      'ART/themes/own/MATRIX.ANS': 'THE LARGE LETTERS\r\n%VM1',
      'art/General/NOTE.ANS': 'No other is of this name',
    });
    const config = { theme: { default: 'own', preLogin: 'own' } };
    const board = await TestBoard.start({ boardDir: dir.path, config });
    try {
      const caller = await board.telnet();
      await caller.sees('The small letters');
      caller.hangUp();
      const [read, other] = [join(dir.path, 'art'), join(dir.path, 'ART')];
      const told = `${read} is read, and what is in ${other} is not: the names differ in letter case only`;
      expect(board.events('board.warning').map(({ message }) => message)).toEqual([told]);
      expect(await board.oputil('config', 'check')).toContain(told);
    } finally {
      await board.remove();
      await dir.remove();
    }
  });
});

describe('a board of before there were lines without a password', () => {
  it('is started with a warning of art that asks for one, once none is taken', async () => {
    const asks = (label: string): string => `User name: %ET1\r\n${label} %ET2\r\n%MT10`;
    const labels = { own: 'Password :', cut: 'PASSW_', short: 'Pw:', codes: 'Pass code:' };
    const dir = await BoardDir.make(
      Object.fromEntries(
        Object.entries(labels).flatMap(([theme, label]) => [
          [`art/themes/${theme}/theme.hjson`, `{ info: { name: "${theme}", base: "gatehouse" } }`],
          [`art/themes/${theme}/USERLOGC.ANS`, asks(label)],
        ]),
      ),
    );
    const start = (passwordLogin: 'never' | 'with-otp') =>
      TestBoard.start({
        boardDir: dir.path,
        config: { theme: { default: 'own' }, loginServers: { telnet: { passwordLogin } } },
      });
    const board = await start('never');
    const asking = board.events('board.warning').map(({ message }) => String(message));
    await board.remove();
    expect(asking.toSorted()).toEqual(
      ['cut', 'own', 'short'].map((theme) =>
        expect.stringMatching(`${theme}.USERLOGC\\.ANS asks for a password where .* is never`),
      ),
    );
    const other = await start('with-otp');
    expect(other.events('board.warning')).toEqual([]);
    await other.remove();
    await dir.remove();
  });
});

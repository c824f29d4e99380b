import { loadConfig } from '../../src/config/load';
import {
  STOCK,
  STOCK_MENU_FILES,
  STOCK_THEME_FILES,
  tryConfigSlips,
} from '../support/edited-board';
import { runs } from '../support/runs';

/** In the suite every so many slips, in `npm run test:properties` all of them. */
const STRIDE = runs(2) === 2 ? 1 : 29;
const MINUTES_MS = 600_000;

/** A board that is shut as far as can be: each key here keeps somebody out, or an account safe. */
const SHUT = `{
    general: {
        closedSystem: true
        maxConnections: 7
    }
    loginServers: {
        telnet: {
            port: 8888
            passwordLogin: "refuse"
        }
        ssh: {
            enabled: true
            port: 8889
        }
        webSocket: {
            allowedOrigins: [
                "https://bbs.example.org"
            ]
        }
    }
    users: {
        requireActivation: true
        passwordMin: 14
        badUserNames: [
            "sysop"
            "root"
        ]
        loginGraceSeconds: 60
        preAuthIdleLogoutSeconds: 60
        idleLogoutSeconds: 120
        failedLogin: {
            disconnect: 2
            free: 2
            firstWaitSeconds: 120
            lockAccount: 12
        }
        unlockAtEmailPwReset: false
        twoFactorAuth: {
            required: "AF1"
            graceLogins: 0
            otp: {
                disableAfter: 20
            }
        }
    }
}
`;

describe('a slip in a line of config.hjson: dropped, doubled or misspelt', () => {
  test.each([
    ['the stock configuration', STOCK.read('config/config.hjson')],
    ['one that is shut as far as can be', SHUT],
  ])('%s: it is refused, or says what counts', async (_which, text) => {
    const { opens, refused } = await tryConfigSlips(text);
    expect(opens).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });

  test('the shut configuration means what it says, without a warning', async () => {
    const { config, warnings } = await loadConfig({
      file: 'config.hjson',
      env: {},
      readText: () => Promise.resolve(SHUT),
    });
    expect(warnings).toEqual([]);
    expect(config.users.twoFactorAuth.required).toBe('AF1');
  });
});

describe('a slip in a line of a stock file: dropped, doubled or misspelt', () => {
  test.each(STOCK_MENU_FILES)(
    '%s: the board opens or says where it does not, and no menu opens to who is not through',
    async (file) => {
      const counts = { opens: 0, refused: 0 };
      for (const slip of STOCK.slipsIn(file).filter((_, at) => at % STRIDE === 0)) {
        counts[await STOCK.openWith(slip)] += 1;
      }
      expect(counts.opens).toBeGreaterThan(0);
    },
    MINUTES_MS,
  );

  test.each(STOCK_THEME_FILES)(
    '%s: the theme stays, with its file or without it',
    async (file) => {
      const counts = { opens: 0, 'without it': 0 };
      for (const slip of STOCK.slipsIn(file).filter((_, at) => at % STRIDE === 0)) {
        counts[await STOCK.themeWith(slip)] += 1;
      }
      expect(counts.opens).toBeGreaterThan(0);
    },
    MINUTES_MS,
  );

  test.each(STOCK_MENU_FILES.slice(1))(
    '%s: a condition that is misspelt or stands twice opens nothing more',
    async (file) => {
      expect(await STOCK.openedByConditionSlips(file)).toEqual([]);
    },
    MINUTES_MS,
  );

  test('is one line of the file, and the file is another one', () => {
    for (const slip of STOCK.slipsIn('config/menu.hjson').slice(0, 30)) {
      const text = STOCK.withSlip({ ...slip, kind: 'doubled' });
      expect(text.split('\n').length).toBe(
        STOCK.withSlip({ ...slip, kind: 'dropped' }).split('\n').length + 2,
      );
    }
  });

  test('a login without the method that signs in is refused: nobody could sign in by telnet', async () => {
    const slips = STOCK.slipsIn('config/menus/login.hjson').filter(
      (slip) => /systemMethod:login\b/.test(lineOf(slip)) && slip.kind !== 'doubled',
    );
    const results = await Promise.all(slips.map((slip) => STOCK.openWith(slip)));
    expect(results).toEqual(['refused', 'refused']);
  });

  function lineOf({ file, line }: { readonly file: string; readonly line: number }): string {
    return STOCK.withSlip({ file, line, kind: 'doubled' }).split('\n')[line] ?? '';
  }
});

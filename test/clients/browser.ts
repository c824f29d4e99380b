import { readFileSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { pathOf } from './programs';

/** Chromium without a window, which asks the Internet for nothing. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: pathOf('chromium'),
    args: [
      ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
      // Or newer browsers would keep a page of the Internet from a board on this machine themselves.
      '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets',
    ],
  });
}

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What may change with the width and the colours of a page; all else is the same in each of them. */
const LOOKS = [
  'color-contrast',
  'target-size',
  'scrollable-region-focusable',
  'link-in-text-block',
];

/**
 * What axe-core calls serious or critical on a page as it is now, in a line each; with `onlyLooks` by
 * the rules about its looks.
 */
export async function findBarriers(
  page: Page,
  { onlyLooks = false } = {},
): Promise<readonly string[]> {
  // Evaluated from outside, so that the page's Content-Security-Policy stays as it is.
  await page.evaluate(`globalThis.axe ?? (() => { ${AXE} })()`);
  const options = {
    resultTypes: ['violations'],
    ...(onlyLooks ? { runOnly: LOOKS } : {}),
  };
  const found = (await page.evaluate(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`,
  )) as readonly Finding[];
  return found
    .map(({ id, impact, nodes }) => ({
      ...{ id, impact },
      // A piece of a picture is no text, whatever characters it is made of.
      nodes: nodes.filter(({ html }) => id !== 'color-contrast' || hasLetters(html)),
    }))
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
}

function hasLetters(html: string): boolean {
  return /[\p{L}\p{N}]/u.test(html.replace(/<[^>]*>/g, ''));
}

/** True where nothing is wider than the window. */
export async function fitsSideways(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth <= innerWidth');
}

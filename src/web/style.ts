/** The colours of the pages by scheme; which of them stand on which is tested for contrast. */
export const PALETTES = {
  dark: {
    ...{ night: '#0e0f14', stone: '#191b21', field: '#0e0f14', edge: '#34363e', line: '#7d7f89' },
    ...{ ink: '#ece9e2', quiet: '#a5a299', light: '#ffe680', ring: '#ffe680' },
    ...{ flame: '#e08a3c', hover: '#f09d52', 'on-flame': '#1c0f02' },
    ...{ bad: '#ff9c8a', 'bad-ground': '#2a1a1a', 'bad-ink': '#ffd9d1' },
  },
  light: {
    ...{ night: '#e9e5dc', stone: '#ffffff', field: '#ffffff', edge: '#cfc8ba', line: '#77726a' },
    ...{ ink: '#23211d', quiet: '#5c574e', light: '#573a00', ring: '#1f4fa3' },
    ...{ flame: '#94480f', hover: '#7a3a09', 'on-flame': '#ffffff' },
    ...{ bad: '#a3261b', 'bad-ground': '#fdecea', 'bad-ink': '#6d160d' },
  },
} as const;

type Scheme = keyof typeof PALETTES;

/** The colours as properties of the root, with the picture of the gatehouse under each scheme. */
export function schemes(): string {
  const root = (scheme: Scheme): string => {
    const colours = Object.entries(PALETTES[scheme]).map(([name, value]) => `--${name}: ${value};`);
    const pictures = (['shut', 'open'] as const).map(
      (doors) => `--gate-${doors}: ${pictureUrl(doors, scheme)};`,
    );
    return `:root { color-scheme: ${scheme}; ${[...colours, ...pictures].join(' ')} }`;
  };
  return `${root('dark')}\n@media (prefers-color-scheme: light) { ${root('light')} }`;
}

/** What is over the wall: at night stars and the moon, by day the sun. */
const SKIES = {
  dark: (): string =>
    `${STARS}<circle cx="268" cy="30" r="13" fill="#f2efe6"/><circle cx="263" cy="26" r="3" fill="#d9d4c5"/>`,
  light: (): string =>
    '<circle cx="268" cy="30" r="14" fill="#e9b53a"/><g fill="#fff"><rect x="8" y="40" width="58" height="9" rx="4.500"/><rect x="24" y="32" width="30" height="12" rx="6"/><rect x="356" y="58" width="64" height="9" rx="4.500"/><rect x="374" y="50" width="28" height="12" rx="6"/><rect x="-176" y="26" width="60" height="9" rx="4.500"/></g>',
} as const satisfies Record<Scheme, () => string>;

/**
 * The gatehouse of the screens, for the head of each page: `shut` has the portcullis raised and the
 * inner door closed, for somebody whose password was right; `open` has both doors open.
 */
function gatePicture(doors: 'shut' | 'open', scheme: Scheme): string {
  const merlons = (x: number, y: number, count: number, step: number): string =>
    Array.from({ length: count }, (_, index) => {
      return `<rect x="${x + index * step}" y="${y}" width="${step * 0.6}" height="10"/>`;
    }).join('');
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-320 0 960 150" preserveAspectRatio="xMidYMax meet">',
    SKIES[scheme](),
    // Flag and flagpole.
    '<path d="M213 18v34" stroke="#8b8980" stroke-width="2.5"/><path d="M214 18l24 7-24 8z" fill="#c4691c"/>',
    // The wall on both sides.
    `<g fill="#3a3b40"><rect x="-320" y="98" width="960" height="52"/>${merlons(-320, 88, 48, 20)}</g>`,
    // Middle block and the two towers.
    `<g fill="#5b5c60"><rect x="112" y="62" width="96" height="88"/>${merlons(112, 54, 6, 17)}</g>`,
    `<g fill="#77787c"><rect x="84" y="50" width="42" height="100"/><rect x="194" y="50" width="42" height="100"/>${merlons(80, 40, 4, 13.4)}${merlons(190, 40, 4, 13.4)}<rect x="80" y="48" width="50" height="8"/><rect x="190" y="48" width="50" height="8"/></g>`,
    '<g fill="#4a4b50"><rect x="116" y="56" width="10" height="94"/><rect x="226" y="56" width="10" height="94"/></g>',
    '<g fill="#ffe680"><rect x="98" y="74" width="7" height="18" rx="3.5"/><rect x="208" y="74" width="7" height="18" rx="3.5"/></g>',
    doors === 'open' ? OPEN : SHUT,
    '<rect x="-320" y="146" width="960" height="4" fill="#2a2b2f"/>',
    '</svg>',
  ].join('');
}

const STARS = `<g fill="#9a9aa5">${[
  [18, 22],
  [47, 52],
  [70, 14],
  [140, 26],
  [172, 10],
  [296, 66],
  [304, 12],
  [246, 70],
  [24, 76],
  [-36, 40],
  [-88, 18],
  [-140, 62],
  [-196, 30],
  [-250, 74],
  [352, 44],
  [398, 20],
  [446, 66],
  [508, 34],
  [566, 58],
]
  .map(([x = 0, y = 0]) => `<rect x="${x}" y="${y}" width="1.6" height="1.6"/>`)
  .join('')}</g>`;

const ARCH = 'M132 150v-44a28 28 0 0 1 56 0v44z';

/** The portcullis is up: only its teeth show below the arch. */
const TEETH = [138, 146, 154, 162, 170, 178]
  .map((x) => `<path d="M${x} 80v12l2 4 2-4V80z"/>`)
  .join('');

const SHUT = [
  `<path d="${ARCH}" fill="#15161a"/>`,
  '<path d="M140 150v-40a20 20 0 0 1 40 0v40z" fill="#a85510"/>',
  '<path d="M160 91v59M150 94v56M170 94v56" stroke="#7c3d08" stroke-width="1.6"/>',
  '<path d="M140 116h40M140 136h40" stroke="#3b2208" stroke-width="3"/>',
  '<circle cx="164" cy="127" r="2.2" fill="#ffe680"/>',
  `<clipPath id="a"><path d="${ARCH}"/></clipPath><g clip-path="url(#a)" fill="#9b9ca0">${TEETH}</g>`,
].join('');

const OPEN = [
  `<clipPath id="a"><path d="${ARCH}"/></clipPath><g clip-path="url(#a)">`,
  '<rect x="132" y="78" width="56" height="72" fill="#22314a"/>',
  '<path d="M132 150v-14h56v14z" fill="#2c5a33"/><path d="M152 150l6-18h4l6 18z" fill="#d69a55"/>',
  '<rect x="148" y="116" width="24" height="18" fill="#8d8f94"/><path d="M144 117l16-11 16 11z" fill="#a4512a"/>',
  '<g fill="#ffe680"><rect x="151" y="120" width="5" height="6"/><rect x="164" y="120" width="5" height="6"/><rect x="157.500" y="124" width="5" height="10"/></g>',
  '<path d="M132 150V96l9 8v46zM188 150V96l-9 8v46z" fill="#a85510"/>',
  `<g fill="#9b9ca0">${TEETH}</g></g>`,
].join('');

/** The gatehouse as a CSS value. */
function pictureUrl(doors: 'shut' | 'open', scheme: Scheme): string {
  const picture = Buffer.from(gatePicture(doors, scheme)).toString('base64');
  return `url("data:image/svg+xml;base64,${picture}")`;
}

/**
 * The one style sheet of the pages, served as /_enig/style.css. It contains the gatehouse as well.
 */
export const STYLE_SHEET = `
${schemes()}
* { box-sizing: border-box; }
html { background: var(--night); color: var(--ink); font: 1.0625rem/1.55 system-ui, -apple-system,
  "Segoe UI", Roboto, "Noto Sans", Helvetica, Arial, sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 40rem; padding: 0 1rem 3rem; }
.gate { height: 9.375rem; margin: 0 -1rem; background: var(--gate-shut) center bottom / auto 100% no-repeat; }
.gate.open { background-image: var(--gate-open); }
main { background: var(--stone); border: 1px solid var(--edge); border-top: 4px solid var(--flame);
  border-radius: 0 0 6px 6px; padding: 1.5rem 1.25rem 1.75rem; }
.board { margin: 0; color: var(--quiet); font-size: .9375rem; }
h1 { margin: .125rem 0 1rem; font-size: 1.625rem; line-height: 1.2; text-wrap: balance; }
h2 { margin: 2rem 0 .5rem; font-size: 1.125rem; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
p:last-child { margin-bottom: 0; }
ol.steps { list-style: none; margin: 0; padding: 0; counter-reset: step; }
ol.steps > li { position: relative; counter-increment: step; padding: 0 0 0 2.5rem; margin: 0 0 1.75rem; }
ol.steps > li:last-child { margin-bottom: 0; }
ol.steps > li::before { content: counter(step); position: absolute; left: 0; top: .0625rem; width: 1.625rem;
  height: 1.625rem; border-radius: 50%; background: var(--flame); color: var(--on-flame); font-weight: 700;
  font-size: .9375rem; line-height: 1.625rem; text-align: center; }
.qr { display: block; width: min(100%, 16rem); height: auto; aspect-ratio: 1; background: #fff;
  border-radius: 4px; margin: .75rem 0; }
.secret { display: block; margin: .5rem 0; padding: .625rem .75rem; background: var(--night);
  border: 1px solid var(--edge); border-radius: 4px; color: var(--light);
  font: 1.0625rem/1.6 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; word-spacing: .25em;
  overflow-wrap: break-word; user-select: all; }
.codes { list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(14.5rem, 1fr));
  gap: .375rem 1rem; margin: 1rem 0; padding: .875rem 1rem; background: var(--night);
  border: 1px solid var(--edge); border-radius: 4px; color: var(--light);
  font: 1rem/1.6 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; }
.quiet { color: var(--quiet); font-size: .9375rem; }
.message { padding: .625rem .875rem; border-left: 4px solid var(--bad); background: var(--bad-ground); color: var(--bad-ink); }
.message:empty { display: none; }
.field-error { margin: .25rem 0 0; color: var(--bad); font-weight: 600; }
a { color: var(--flame); }
label { display: block; font-weight: 600; }
input { width: 100%; max-width: 22rem; margin: .375rem 0 .875rem; padding: .625rem .75rem; border: 1px solid var(--line);
  border-radius: 4px; background: var(--field); color: var(--ink); font: inherit; }
input.code { max-width: 12rem; font: 1.5rem/1.3 ui-monospace, Menlo, Consolas, monospace; letter-spacing: .2em; }
input[aria-invalid=true] { border: 2px solid var(--bad); }
button, a.button { display: block; padding: .6875rem 1.5rem; border: 0; border-radius: 4px; background: var(--flame);
  color: var(--on-flame); font: inherit; font-weight: 700; cursor: pointer; }
button:hover, a.button:hover { background: var(--hover); }
a.button { width: fit-content; margin: 0 0 1.5rem; text-decoration: none; }
.tools { display: flex; flex-wrap: wrap; gap: .625rem; margin: 1rem 0; align-items: center; }
.tools a.button { margin: 0; }
.tools [role=status] { flex-basis: 100%; min-height: 1.55em; }
[hidden] { display: none !important; }
.not-me { margin: 0 0 1.25rem; padding: .75rem .875rem; border: 1px solid var(--edge); border-radius: 4px; }
.not-me p { margin: 0 0 .625rem; overflow-wrap: anywhere; }
.not-me button { background: transparent; border: 1px solid var(--bad); color: var(--bad); padding: .5rem 1rem; }
.not-me button:hover { background: var(--bad-ground); }
a:focus-visible, button:focus-visible, input:focus-visible { outline: 3px solid var(--ring); outline-offset: 2px; }
@media (min-width: 34rem) { main { padding: 2rem 2.25rem 2.25rem; } }
@media print { html, main, .codes, .secret { background: #fff; color: #000; border-color: #999; }
  .gate, .quiet, .tools { display: none; } }
`.trim();

/**
 * The gatehouse of the screens, for the head of each page: `shut` has the portcullis raised and the
 * inner door closed, for somebody whose password was right; `open` has both doors open.
 */
export function gatePicture(doors: 'shut' | 'open'): string {
  const merlons = (x: number, y: number, count: number, step: number): string =>
    Array.from({ length: count }, (_, index) => {
      return `<rect x="${x + index * step}" y="${y}" width="${step * 0.6}" height="10"/>`;
    }).join('');
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-320 0 960 150" preserveAspectRatio="xMidYMax meet">',
    STARS,
    '<circle cx="268" cy="30" r="13" fill="#f2efe6"/><circle cx="263" cy="26" r="3" fill="#d9d4c5"/>',
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

// Small pictures on the wall at the head of pages: what the page is about, eight half rows high.

/** What a letter of a picture is made of; a dot is nothing. */
const COLORS = {
  w: ['moon', 1],
  g: ['moon', 0.3],
  s: ['stone', 0.5],
  d: ['stone', 0.3],
  y: ['fire', 0.8],
  o: ['fire', 0.3],
  r: ['cloth', 0.5],
  b: ['water', 0.8],
  l: ['leaf', 0.7],
  n: ['wood', 0.66],
};

const DRAWN = {
  /** A house with people at home. */
  home: [
    '.......nn.......',
    '.....nnnnnn.....',
    '...nnnnnnnnnn...',
    '..nnnnnnnnnnnn..',
    '...ssssssssss...',
    '...syyssssyys...',
    '...syysoosyys...',
    '...ssssoossss...',
  ],
  /** A clock in its tower. */
  clock: [
    '.....nnnnnn.....',
    '....nwwwwwwn....',
    '...nwwwwdwwwn...',
    '...nwwwwdwwwn...',
    '...nwwwwddddn...',
    '...nwwwwwwwwn...',
    '....nwwwwwwn....',
    '.....nnnnnn.....',
  ],
  /** People side by side. */
  crowd: [
    '.......nn.......',
    '......yyyy......',
    '..nn...yy...nn..',
    '.yyyy.rrrr.yyyy.',
    '..yy.rrrrrr.yy..',
    '.bbbbbrrrrllllll',
    'bbbbbbrrrrllllll',
    'bbbbbbrrrrllllll',
  ],
  /** One of them. */
  person: [
    '......nnnn......',
    '.....nyyyyn.....',
    '.....yyyyyy.....',
    '......yyyy......',
    '....bbbbbbbb....',
    '...bbbbbbbbbb...',
    '..bbbbbbbbbbbb..',
    '..bbbbbbbbbbbb..',
  ],
  /** A book and its quill. */
  book: [
    '.............w..',
    '............w...',
    '...........w....',
    '.wwww.wwwww.....',
    '.wggw.wggww.....',
    '.wwww.wwwww.....',
    '.wggw.wwwww.....',
    '.nnnnnnnnnn.....',
  ],
  /** A lock, shut. */
  lock: [
    '.....ssssss.....',
    '....ss....ss....',
    '....ss....ss....',
    '...yyyyyyyyyy...',
    '...yyyyddyyyo...',
    '...yyyyddyyyo...',
    '...yyyyddyyyo...',
    '...oooooooooo...',
  ],
  /** A key that lies. */
  key: [
    '................',
    '................',
    '..yyy...........',
    '.yy.yyyyyyyyyy..',
    '.yy.yy....y.y...',
    '..yyy.....y.y...',
    '................',
    '................',
  ],
  /** A letter with its seal. */
  letter: [
    '................',
    '.wwwwwwwwwwww...',
    '.wswwwwwwwwsw...',
    '.wwsswwwwsswg...',
    '.wwwwsrrswwwg...',
    '.wwwwwrrwwwwg...',
    '.gggggggggggg...',
    '................',
  ],
  /** The bell that callers ring. */
  bell: [
    '.......oo.......',
    '......yyyy......',
    '.....yyyyyo.....',
    '.....yyyyyo.....',
    '.....yyyyyo.....',
    '....yyyyyyyo....',
    '...yyyyyyyyyo...',
    '.......dd.......',
  ],
  /** A lamp in which a question stands. */
  question: [
    '......yyyyy.....',
    '.....yy...yy....',
    '..........yy....',
    '........yyy.....',
    '.......yy.......',
    '.......yy.......',
    '................',
    '.......yy.......',
  ],
  /** A door that stands open. */
  door: [
    '................',
    '....ssssssss....',
    '....sooooonn....',
    '....syyyyonn....',
    '....syyyyonn....',
    '....syyyyosn....',
    '....syyyyonn....',
    '....syyyyonn....',
  ],
  /** A face in a mirror. */
  mirror: [
    '.....oooooo.....',
    '....obbbbbbo....',
    '....obbnnbbo....',
    '....obyyyybo....',
    '....obbyybbo....',
    '....obrrrrbo....',
    '....orrrrrro....',
    '.....oooooo.....',
  ],
  /** Arms of whom it is about. */
  shield: [
    '...wwwwwwwwww...',
    '...rrrrwbbbbw...',
    '...rrrrwbbbbw...',
    '...wwwwwwwwww...',
    '...bbbbwrrrrw...',
    '....bbbwrrrw....',
    '.....bbwrrw.....',
    '.......ww.......',
  ],
  /** A sign with arms to both sides. */
  signpost: [
    '.......n........',
    '..nnnnnnnn......',
    '.nnnnnnnnn......',
    '..nnnnnnnn......',
    '.......nnnnnnn..',
    '.......nnnnnnnn.',
    '.......nnnnnnn..',
    '.......n........',
  ],
};

/** A crest by name as a layer: its left edge is at `from`, in columns. */
export function crest(name, from) {
  const rows = DRAWN[name];
  return (x, y) => COLORS[rows[Math.floor(y)]?.[Math.floor(x - from)]];
}

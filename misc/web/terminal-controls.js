// What stands around the terminal in the browser: the keys below it, the options, copy and paste.
// Part of misc/web/terminal.js.

const ESC = '\x1b';
const SENT = { escape: ESC, tab: '\t', return: '\r' };
const ARROWS = { up: 'A', down: 'B', right: 'C', left: 'D' };
/** Opens the options: no screen of the stock board asks for it, and browsers leave it alone. */
const OPTIONS_KEY = 'F2';

const find = (id) => document.getElementById(id);

/** What a browser keeps of the choices; a browser that keeps nothing forgets them. */
const kept = {
  get(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(name, value);
    } catch {
      // A private window: the choice holds for this page.
    }
  },
};

export class Controls {
  #ctrl = false;
  #dialog = find('options');

  constructor({ terminal, size, words, callAgain, hangUp }) {
    Object.assign(this, { terminal, size, words, callAgain, hangUp });
    this.#bindKeys();
    this.#bindOptions();
    terminal.attachCustomKeyEventHandler((event) => this.#isForTerminal(event));
    const isTouched = matchMedia('(pointer: coarse)').matches;
    this.#showKeys((kept.get('keys') ?? (isTouched ? 'on' : 'off')) === 'on');
    this.#setReader(kept.get('reader') === 'on');
    size.letters = Number(kept.get('letters') ?? 1);
  }

  /** True where the next call asks for text line by line. */
  get isReader() {
    return find('reader').checked;
  }

  /** What is sent for typed text: Ctrl of the key bar makes a control character of the next letter. */
  typed(text) {
    if (!this.#ctrl || text.length !== 1) return text;
    this.#setCtrl(false);
    return /[a-z@[\\\]^_]/i.test(text)
      ? String.fromCharCode(text.toUpperCase().charCodeAt(0) & 31)
      : text;
  }

  openOptions() {
    find('screen-text').value = this.#screenText();
    find('done').textContent = '';
    this.#dialog.showModal();
  }

  #bindKeys() {
    const keys = find('keys');
    // The focus stays where it is, so that a soft keyboard neither opens nor closes.
    keys.addEventListener('mousedown', (event) => event.preventDefault());
    keys.addEventListener('click', ({ target }) => {
      const { key } = target.closest('button')?.dataset ?? {};
      if (key === undefined) return;
      if (key === 'ctrl') return this.#setCtrl(!this.#ctrl);
      const { applicationCursorKeysMode } = this.terminal.modes;
      const introducer = applicationCursorKeysMode ? `${ESC}O` : `${ESC}[`;
      this.terminal.input(SENT[key] ?? introducer + ARROWS[key]);
    });
  }

  #setCtrl(on) {
    this.#ctrl = on;
    find('keys').querySelector('[data-key=ctrl]').setAttribute('aria-pressed', String(on));
  }

  #bindOptions() {
    const on = (id, act) => find(id).addEventListener('click', act);
    on('open-options', () => this.openOptions());
    on('reader-first', () => this.#chooseReader(!this.isReader));
    on('reader', () => this.#chooseReader(this.isReader));
    on('show-keys', () => {
      this.#showKeys(find('show-keys').checked);
      kept.set('keys', find('show-keys').checked ? 'on' : 'off');
    });
    on('smaller', () => this.#setLetters(-1));
    on('larger', () => this.#setLetters(1));
    on('copy', () => void this.#copy());
    on('paste', () => void this.#paste());
    on('send', () => this.#send(find('to-send').value));
    on('again', () => this.#leave(this.callAgain));
    on('hang-up', () => this.#leave(this.hangUp));
    on('close', () => this.#leave(() => undefined));
  }

  #leave(act) {
    this.#dialog.close();
    act();
    this.terminal.focus();
  }

  #setLetters(by) {
    this.size.step(by);
    kept.set('letters', String(this.size.letters));
    find('letters').textContent = `${Math.round(100 * this.size.letters)} %`;
  }

  #showKeys(on) {
    find('keys').hidden = !on;
    find('show-keys').checked = on;
  }

  #chooseReader(on) {
    this.#setReader(on);
    kept.set('reader', on ? 'on' : 'off');
    this.#tell(on ? 'terminal-says.reader-on' : 'terminal-says.reader-off');
  }

  #setReader(on) {
    find('reader').checked = on;
    find('reader-first').setAttribute('aria-pressed', String(on));
    this.terminal.options.screenReaderMode = on;
  }

  /** Marked text is copied by the usual key; with nothing marked it is the board's, as in any terminal. */
  #isForTerminal(event) {
    if (event.type !== 'keydown') return true;
    if (event.key === OPTIONS_KEY) {
      event.preventDefault();
      this.openOptions();
      return false;
    }
    const isPlainCtrl = event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
    if (!isPlainCtrl) return true;
    if (event.key === 'v') return false;
    return event.key !== 'c' || !this.terminal.hasSelection();
  }

  #screenText() {
    const { active } = this.terminal.buffer;
    const rows = Array.from({ length: this.terminal.rows }, (_, row) =>
      (active.getLine(active.viewportY + row)?.translateToString(true) ?? '').trimEnd(),
    );
    return rows.join('\n').replace(/\n+$/, '');
  }

  async #copy() {
    const marked = this.terminal.getSelection();
    try {
      await navigator.clipboard.writeText(marked === '' ? this.#screenText() : marked);
      this.#tell('terminal-says.copied');
    } catch {
      find('screen-text').select();
      this.#tell('terminal-says.not-copied');
    }
  }

  async #paste() {
    try {
      this.#send(await navigator.clipboard.readText());
    } catch {
      find('to-send').focus();
      this.#tell('terminal-says.not-pasted');
    }
  }

  #send(text) {
    find('to-send').value = '';
    this.#leave(() => this.terminal.paste(text));
  }

  #tell(id) {
    find('done').textContent = this.words[id];
  }
}

const LINK = /\b(?:https?:\/\/|otpauth:\/\/|mailto:)[^\s"'<>`|]+[^\s"'<>`|.,;:!?)\]]/g;

/** The address that is written at a row and column of the screen, on this row and those it goes on to. */
export function linkAt(terminal, { row, column }) {
  const { active } = terminal.buffer;
  const textOf = (index) => active.getLine(active.viewportY + index)?.translateToString(true) ?? '';
  const isFull = (index) => textOf(index).length === terminal.cols;
  let first = row - 1;
  while (first > 0 && isFull(first - 1)) first -= 1;
  let text = textOf(first);
  for (let last = first; isFull(last) && last + 1 < terminal.rows; last += 1)
    text += textOf(last + 1);
  const at = (row - 1 - first) * terminal.cols + column - 1;
  return [...text.matchAll(LINK)].find(
    ({ index, 0: address }) => index <= at && at < index + address.length,
  )?.[0];
}

/** Pages open beside the terminal; an authenticator app or a mail program opens over it. */
export function follow(address) {
  if (address.startsWith('http')) window.open(address, '_blank', 'noopener,noreferrer');
  else location.assign(address);
}

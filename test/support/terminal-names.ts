/** The one name whose program always draws the same way. */
export const CP437_ONLY = 'syncterm';

/**
 * Names that terminals and clients give themselves (TTYPE, TERM). Any of them but that one comes
 * with either encoding.
 */
export const TERMINAL_NAMES: readonly string[] = [
  CP437_ONLY,
  // Programs for boards: NetRunner, mTelnet, Qodem, EtherTerm, icy_term, IGT, HyperTerminal.
  ...['ansi', 'ansi-bbs', 'ansi-256color', 'ansi-256color-rgb', 'pcansi', 'pc-ansi', 'qansi'],
  ...['scoansi', 'avatar', 'netrunner', 'mtelnet', 'qodem', 'etherterm', 'icy_term', 'ansi.sys'],
  // xterm and what calls itself so.
  ...['xterm', 'xterm-256color', 'xterm-color', 'xterm-16color', 'xterm-direct', 'xterm-mono'],
  ...['xterm-kitty', 'xterm-ghostty', 'xterm-new', 'xterms', 'x11 terminal emulator'],
  // Terminals with names of their own.
  ...['foot', 'foot-extra', 'wezterm', 'alacritty', 'st-256color', 'contour', 'rio', 'mlterm'],
  ...['konsole', 'konsole-256color', 'gnome', 'gnome-256color', 'rxvt', 'rxvt-unicode-256color'],
  ...['eterm-color', 'nsterm', 'iterm2', 'mintty', 'cygwin', 'vscode', 'ms-terminal', 'putty'],
  ...['putty-256color', 'teraterm', 'kermit', 'termux', 'konsole-direct'],
  // Multiplexers and consoles.
  ...['screen', 'screen-256color', 'screen.xterm-256color', 'tmux', 'tmux-256color', 'linux'],
  ...['cons25', 'wsvt25', 'vt52-color', 'vt100', 'vt102', 'vt220', 'vt320', 'vt420', 'network'],
];

import type { PendingEnrollment } from '../auth/pending-enrollment';
import { PATHS } from '../mail/links';
import { escapeHtml } from '../mail/template';
import { labelOfWay } from '../protocols/ways-in';

/** Parts of the page that only a set-up started by a session has, as finished HTML. */
export interface SessionParts {
  /** Who started it, with a button for somebody who did not. */
  readonly NOT_ME: string;
  /** The field for the word that this session shows (rule M2). */
  readonly WORD_FIELD: string;
}

/** The button's name and value in the form data. */
export const NOT_ME = { name: 'answer', value: 'not-me' } as const;

/** Both parts, or empty texts where the sysop sent the link. */
export function sessionParts(pending: PendingEnrollment, token: string): SessionParts {
  const { begunBy } = pending;
  if (begunBy === undefined) return { NOT_ME: '', WORD_FIELD: '' };
  const at = new Date(begunBy.atMs).toISOString().slice(0, 16).replace('T', ' ');
  const place = `${labelOfWay(begunBy.server)} from ${begunBy.remoteIp}`;
  return {
    NOT_ME: `<form class="not-me" method="post" action="${PATHS.register}">
<p>This was asked for by ${escapeHtml(place)}, on ${at} UTC. If you did not ask for this on the board just now, somebody else knows your password: choose this button, and the set-up ends.</p>
<input type="hidden" name="token" value="${escapeHtml(token)}">
<button name="${NOT_ME.name}" value="${NOT_ME.value}">This was not me</button>
</form>`,
    WORD_FIELD: `<label for="word">Type the word that the board shows you.</label>
<input class="code" id="word" name="word" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="16" aria-describedby="word-help" required>
<p class="quiet" id="word-help">Four letters and digits, on the two-factor screen of the call that asked for this.</p>`,
  };
}

/**
 * A template with placeholders for the parts of a session's set-up. An older one has none: they are
 * inserted before the form with the field for the code and into it. Undefined where that form is
 * not found, so that another page has to be used.
 */
export function withPlaces(template: string): string | undefined {
  // The same length keeps the positions: placeholders in comments do not count.
  const live = template.replace(/<!--[\s\S]*?(?:-->|$)/g, (comment) => ' '.repeat(comment.length));
  const hasWord = live.includes('%WORD_FIELD%') || /\bname\s*=\s*["']?word\b/i.test(live);
  const hasNotice = live.includes('%NOT_ME%');
  if (hasWord && hasNotice) return template;
  const code = live.search(/<input\b[^>]*\bname\s*=\s*["']?otp["'\s/>]/i);
  const start = code < 0 ? -1 : live.slice(0, code).toLowerCase().lastIndexOf('<form');
  const end = start < 0 ? -1 : live.indexOf('>', start) + 1;
  if (start < 0 || end > code || /<\/form/i.test(live.slice(start, code))) return undefined;
  return [
    template.slice(0, start),
    hasNotice ? '' : '%NOT_ME%\n',
    template.slice(start, end),
    hasWord ? '' : '\n%WORD_FIELD%',
    template.slice(end),
  ].join('');
}

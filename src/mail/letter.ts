import type { Notice } from '../store/notice';
import type { Say } from '../texts/texts';
import { contentOf } from './letter-content';
import type { LetterContent, LetterFacts } from './letter-head';
import { escapeHtml, fillHtml, fillText, type FindTemplate, type TemplateValues } from './template';

/** A mail without its address. */
interface Letter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

interface LetterParts extends LetterFacts {
  readonly findTemplate: FindTemplate;
}

export const NOTICE_TEXT = 'misc/notice_email.template.txt';
export const NOTICE_HTML = 'misc/notice_email.template.html';

/** Used where a board's template files are missing; plain, but complete. */
const BARE_TEXT = '%TITLE%\n\n%TEXT%\n';
const BARE_HTML =
  '<!doctype html><html lang="%LANGUAGE%"><title>%TITLE%</title><h1>%TITLE%</h1><p style="white-space: pre-line">%TEXT%</p>';

/** Writes the mail for a notice, in text and HTML. */
export async function writeLetter(notice: Notice, parts: LetterParts): Promise<Letter> {
  const content = contentOf(notice, parts);
  const { findTemplate } = parts;
  const link = content.link === undefined ? [] : [content.link];
  const text = [...content.paragraphs, ...link].join('\n\n');
  const values = {
    BOARDNAME: parts.config.general.boardName,
    LANGUAGE: parts.config.general.language,
    USERNAME: parts.userName,
    TITLE: content.title,
    TEXT: text,
    ...content.values,
  };
  const templates = content.templates ?? { text: NOTICE_TEXT, html: NOTICE_HTML };
  const html = (await findTemplate(templates.html)) ?? BARE_HTML;
  return {
    subject: content.subject,
    text: fillText((await findTemplate(templates.text)) ?? BARE_TEXT, values),
    html: fillHtml(html, values, linkParts(content, html, parts.say)),
  };
}

/**
 * The link of a mail as HTML: a button with its address below where the template has a place for it,
 * else at the end of the text.
 */
function linkParts(content: LetterContent, template: string, say: Say): TemplateValues {
  if (content.link === undefined) return { LINK: '' };
  const address = escapeHtml(content.link);
  const text = content.paragraphs.map(escapeHtml);
  if (!template.includes('%LINK%')) {
    return { TEXT: [...text, `<a href="${address}">${address}</a>`].join('\n\n') };
  }
  return {
    TEXT: text.join('\n\n'),
    LINK: `<p style="margin: 28px 0"><a class="button" href="${address}" style="${BUTTON_STYLE}">${escapeHtml(content.button ?? say('mail-part.open-page'))}</a></p>
<p class="quiet" style="margin: 0 0 16px; color: #6b665c; font-size: 14px">${escapeHtml(say('mail-part.copy-address'))}<br /><a class="address" href="${address}" style="color: #8a430d; word-break: break-all">${address}</a></p>`,
  };
}

const BUTTON_STYLE =
  'display: inline-block; padding: 12px 22px; border-radius: 4px; background: #94480f; color: #ffffff; font-weight: 600; text-decoration: none';

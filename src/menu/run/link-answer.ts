import {
  lackSentence,
  missingForLink,
  type LinkPurpose,
  type Prerequisite,
} from '../../mail/links';
import type { MenuContext } from './module';

/** The missing prerequisites of a mailed link; empty when there are none. */
export function findLacks(
  { services }: Pick<MenuContext, 'services'>,
  purpose: LinkPurpose,
): readonly Prerequisite[] {
  return missingForLink(services.config(), services.listening(), purpose);
}

/** Shows on a screen of its own why no link can be sent; only the sysop can change that. */
export async function showLacks(
  context: MenuContext,
  missing: readonly Prerequisite[],
): Promise<void> {
  await showLinkAnswer(context, [lackSentence(missing), '', 'Please tell the sysop.']);
}

/** Shows sentences about a link, wrapped to the width of the screen. */
export function showLinkAnswer(context: MenuContext, lines: readonly string[]): Promise<void> {
  return context.showPages({
    data: ['', ...lines].map((text) => ({ color: '|07', text: `  ${text}` })),
  });
}

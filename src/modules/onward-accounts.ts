import type { FarAccount } from '../auth/far-accounts';
import { userOf } from '../menu/run/caller';
import type { MenuContext, MenuModule } from '../menu/run/module';
import { linesOf, readName } from './far-account';
import { leave } from './hand-on';

const FORGET = 'FORGET';

/** What is kept of the caller's accounts on boards that callers are handed on to. */
export const onwardAccountsModule: MenuModule = {
  name: 'onward_accounts',
  doc: 'The names and passwords that this board keeps of the caller for boards that it hands callers on to: shows a password (over a secure line), changes a name, forgets both.',
  needs: 'complete',
  views: [],
  methods: {},
  enter: async (context) => {
    for (;;) {
      const { say } = context;
      const kept = await context.services.farAccounts.list(userOf(context.caller).id);
      if (kept.length === 0) {
        await context.showPages({
          title: say('elsewhere.title'),
          data: linesOf(say('elsewhere.none')),
        });
        return leave(context);
      }
      const account = await choose(context, kept);
      if (account === undefined) return leave(context);
      await change(context, account);
    }
  },
};

async function choose(
  context: MenuContext,
  kept: readonly FarAccount[],
): Promise<FarAccount | undefined> {
  const { say } = context;
  const pick = (typed = ''): FarAccount | undefined =>
    /^\d{1,4}$/.test(typed.trim()) ? kept[Number(typed) - 1] : undefined;
  const answers = await context.ask({
    title: say('elsewhere.title'),
    text: kept.map(({ title, board }, index) => `${index + 1}  ${title === '' ? board : title}`),
    fields: [{ name: 'number', label: say('elsewhere.number'), maxLength: 4 }],
    check: ({ number }) =>
      Promise.resolve(
        pick(number) === undefined
          ? { message: say('elsewhere.no-such-number'), field: 'number' }
          : undefined,
      ),
  });
  return pick(answers?.['number']);
}

async function change(context: MenuContext, account: FarAccount): Promise<void> {
  const { say, services, caller } = context;
  const { board, title, name, password } = account;
  const place = { userId: userOf(caller).id, board, title };
  const answers = await context.ask({
    title,
    text: [
      ...(name === undefined ? [] : [say('elsewhere.name-is', { name })]),
      ...passwordLines(context, { title, password }),
      say('elsewhere.forget-why'),
    ],
    fields: [
      ...(name === undefined
        ? []
        : [
            {
              ...{ name: 'name', label: say('elsewhere.new-name'), maxLength: 40 },
              help: say('elsewhere.new-name-help'),
            },
          ]),
      {
        ...{ name: 'forget', label: say('elsewhere.forget'), maxLength: FORGET.length },
        help: say('elsewhere.forget-help'),
      },
    ],
    check: ({ forget = '' }) =>
      Promise.resolve(
        ['', FORGET].includes(forget.trim().toUpperCase())
          ? undefined
          : { message: say('elsewhere.forget-word'), field: 'forget' },
      ),
  });
  if (answers === undefined) return;
  const fresh = readName(answers['name'] ?? '');
  if ((answers['forget'] ?? '').trim() !== '') {
    await services.farAccounts.forget(place);
    await context.showPages({ title, data: linesOf(say('elsewhere.forgotten', { board: title })) });
  } else if (fresh !== '') {
    await services.farAccounts.setName(place, fresh);
    const changed = say('elsewhere.changed', { board: title, name: fresh });
    await context.showPages({ title, data: linesOf(changed) });
  }
}

function passwordLines(
  { say, caller }: MenuContext,
  { title, password }: { readonly title: string; readonly password: string | undefined },
): readonly string[] {
  if (password === undefined) return [];
  return caller.secure
    ? [say('elsewhere.password-is', { password })]
    : [say('elsewhere.password-secure', { board: title })];
}

import { textArea } from './text-area';

export const ELSEWHERE = textArea({
  where:
    'Names and passwords of callers on boards that they are handed on to; longer texts go on in the next row.',
  columns: 180,
  texts: {
    'elsewhere.name-title': 'Your name at {board}',
    'elsewhere.name-why':
      'You are asked this once. The account there gets a password that is made here; your own password is not sent.',
    'elsewhere.name': 'Name there',
    'elsewhere.name-needed': 'Type the name that you have there, or want to have.',
    'elsewhere.name-taken': 'That name is another caller’s there.',
    'elsewhere.name-is': 'Your name there: {name}',
    'elsewhere.password-title': 'Your password at {board}',
    'elsewhere.password-is': 'Your password there: {password}',
    'elsewhere.password-why':
      'It was made for you, and you are signed in there with it. Where {board} asks for a new password, type this one. It is not your password here.',
    'elsewhere.password-secure':
      'A password was made for you at {board}, and you are signed in there with it. It is shown over a secure line only: call by SSH to read it.',
    'elsewhere.title': 'Your accounts elsewhere',
    'elsewhere.none': 'Nothing is kept: no board has needed a name or a password of you yet.',
    'elsewhere.number': 'Number',
    'elsewhere.no-such-number': 'There is no such number in the list.',
    'elsewhere.new-name': 'New name there',
    'elsewhere.forget': 'FORGET ends it',
    'elsewhere.new-name-help': 'Empty: it stays as it is.',
    'elsewhere.forget-help': 'Empty, or FORGET to remove what is kept here.',
    'elsewhere.forget-why':
      'After FORGET your next visit there begins anew, with another password.',
    'elsewhere.forget-word': 'The second field takes FORGET, or nothing.',
    'elsewhere.changed': 'You go to {board} as {name} from now on.',
    'elsewhere.forgotten': 'What was kept for {board} is removed.',
  },
});

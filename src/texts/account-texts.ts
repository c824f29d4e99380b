import { textArea } from './text-area';

export const ACCOUNT = textArea({
  where:
    'Why an account or a change of it is refused; also said by oputil and on the page for a new password, there in these words.',
  columns: 90,
  texts: {
    'account.name-taken': 'This name is taken. Please choose another.',
    'account.name-too-short': 'A user name has at least {count} characters.',
    'account.name-too-long': 'A user name has at most {count} characters.',
    'account.name-bad-characters': 'This name has characters that names may not have.',
    'account.name-reserved': 'This name is reserved. Please choose another.',
    'account.bad-email': 'That is not a plain mail address like name@example.org.',
    'account.property-too-long': 'Use at most {count} characters for the {field}.',
    'account.bad-group': 'A group name is 1 to 32 letters, digits, - or _.',
    'account.unknown-user': 'There is no such account.',
    'account.root': 'The first account is the sysop and stays.',
    'account.of-program':
      'The password of this account is kept by the program around this board. Change it there.',
    'account.busy': 'The board is busy. Please try again in a moment.',
    'account.not-now': 'That cannot be done any more. Please begin again.',
    'account.many-of-source': 'Your network made several accounts today. Please try tomorrow.',
    'account.many-of-board': 'Many accounts were made just now. Please try again in an hour.',
    'account.password-too-short': 'Use at least {count} characters.',
    'account.password-too-long': 'Use at most {count} characters.',
    'account.password-control-characters': 'A password cannot hold control characters.',
    'account.password-common': 'Too many people use that password. Please choose another.',
    'account.password-too-simple': 'That is one pattern repeated. Please choose another.',
    'account.password-personal':
      'A password cannot be made from your name, mail address or the board name.',
    'account.passwords-differ': 'The two passwords are not the same.',
  },
});

export const MAIL = textArea({
  where: 'What is said of mails and their links; pages, which wrap.',
  columns: 120,
  texts: {
    'mail.no-server': 'This board sends no mail: the sysop finds the link in its mail folder.',
    'mail.lacks': 'This board lacks what a mailed link needs: {needed}.',
    'mail.lacks-secure-login': '{ways}, on and listening',
    'mail.lacks-pages': 'the HTTPS web server, on and listening',
    'mail.lacks-public-address': 'web pages at an address that callers can reach',
    'mail.too-many': 'Too many mails were asked for lately. Please try again tomorrow.',
  },
});

export const OWN = textArea({
  where:
    'The screen of a caller’s own data, and the pages that ask for the password before a change.',
  columns: 78,
  texts: {
    'own.saved': 'Saved.',
    'own.nothing-saved': 'Nothing was saved.',
    'own.nothing-changed': 'Nothing has changed.',
    'own.password-changed': 'Your password is changed.',
    'own.link-mailed': 'Now open the link mailed there (one mail a day).',
    'own.no-mail-there': 'No mail can be sent to that address.',
    'own.waits-for-link': 'Waits for its link to be opened: {address}',
    'own.least-rows': 'A screen has {count} rows at least.',
    'own.change-mail': 'Change your mail address',
    'own.change-password': 'Change your password',
    'own.prove': 'To be sure that it is you: your present password, not the new one.',
    'own.present-first': 'Your present password first.',
    'own.good-password': 'Best: 15 letters or more, a few words for instance.',
    'own.new-password': 'New password',
    'own.once-more': 'Once more',
    'own.line-by-line': 'Line by line',
    'own.text-only': 'Text only, for screen readers',
    'own.theme-by': '{name}, by {author}',
  },
});

export const KEY = textArea({
  where:
    'The screen of a caller’s SSH keys, and the pages that ask for the password before a change.',
  columns: 78,
  texts: {
    'key.none': 'You have no key here yet.',
    'key.paste-first': 'Paste the line in your .pub file first.',
    'key.add': 'Add an SSH key',
    'key.add-means': 'From then on whoever holds this key can sign in as you.',
    'key.added': 'Added: {fingerprint}',
    'key.not-added': 'The key was not added.',
    'key.there-already': 'You have this key already.',
    'key.too-many': '{count} keys are the most. Please remove one first.',
    'key.none-to-remove': 'There is no key to remove.',
    'key.number-first': 'Type the number of the key above, then choose Remove.',
    'key.remove': 'Remove an SSH key',
    'key.removed': 'Removed: {fingerprint}',
    'key.not-removed': 'The key was not removed.',
    'key.gone-already': 'That key was gone already.',
    'key.used': 'used {time}',
    'key.no-code-until': 'no code until {date}',
    'key.remember': 'Sign in by this key without a code',
    'key.remember-means':
      'For {time} this key needs no code. What is sensitive still asks for one.',
    'key.remembered': 'Until {date} this key needs no code.',
    'key.not-remembered': 'It needs a code as before.',
    'key.remember-off': 'This board asks for a code at every sign-in.',
    'key.remember-how': 'Sign in by the key, type the code, and come back here.',
    'key.remember-policy': 'Your account must show a code at every sign-in.',
    'key.forget-first': 'Type the number of a key that needs no code, then choose Forget.',
    'key.forgotten': 'That key needs a code again.',
    'key.line-too-long': 'That is too long for a public key.',
    'key.is-private': 'That is a private key: keep it to yourself and paste the .pub file.',
    'key.several-lines': 'A public key is one line. Please paste one key at a time.',
    'key.no-key-line': 'A public key line begins with its type, such as ssh-ed25519, and the key.',
    'key.other-type': 'The type at the beginning of the line is not the type of the key.',
    'key.bytes-left': 'The key has bytes left over.',
    'key.cut-short': 'The key is cut short or garbled. Please copy the whole line.',
    'key.long-exponent': 'The exponent of the RSA key is too long.',
    'key.other-curve': 'The key names another curve.',
    'key.point-format': 'The key has an unknown point format.',
    'key.dsa': 'DSA keys are too weak. Make one with ssh-keygen -t ed25519.',
    'key.unknown-type': 'This type of key is not known. Make one with ssh-keygen -t ed25519.',
    'key.rsa-size': 'An RSA key has {range} here, this one {bits}. Use ssh-keygen -t ed25519.',
  },
});

export const APPLY = textArea({
  where: 'Applying for an account: pages and questions, which wrap.',
  columns: 120,
  texts: {
    'apply.must-fill': 'This board needs that too. Please fill it in.',
    'apply.may-stay-empty': '{help}; may stay empty',
    'apply.signed-in': 'You have an account: you are signed in with it.',
    'apply.closed': 'This board takes no new users at present.',
    'apply.by-invitation': 'By invitation',
    'apply.invite-why':
      'An application begins with an invite code here. Whoever invited you has it.',
    'apply.invite-code': 'Invite code',
    'apply.type-invite': 'Please type the code, or go back with Esc.',
    'apply.no-such-invite': 'No invite has this code, or it is used up, or its time is over.',
    'apply.no-invite': 'Without an invite code nobody can apply here.',
    'apply.invite-ended': 'Your invite code has just ended. Please ask for another one.',
    'apply.made-not-in': 'Your account is made, but you cannot use it here now:',
    'apply.no-address-yet':
      'Your account has no mail address yet; you can add one among your own data.',
    'apply.mail-goes-to': 'A mail is on its way to',
    'apply.ask-link-for': 'Ask for the one to',
    'apply.open-link': 'Open the link in it within a day: the address is used only after that,',
    'apply.open-it': 'Open it within a day: the address is used only after that,',
    'apply.used-for': 'for two-factor sign-in and in case you forget your password.',
    'apply.one-mail-a-day': 'No more than one mail a day goes to an address.',
    'apply.no-mail-to': 'No mail could be sent to',
    'apply.good-bye': 'Good-bye.',
  },
});

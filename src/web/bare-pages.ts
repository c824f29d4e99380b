/** Used where a board's template file is missing: without style, but with all required content. */
export const BARE_REGISTER_PAGE = `<!doctype html>
<title>%BOARDNAME%</title>
<p>%MESSAGE%</p>
%NOT_ME%
<p>%USERNAME%, scan this with your authenticator app or type the secret into it.</p>
<p><img src="%QR_IMG_DATA%" alt="QR code" width="256" height="256"></p>
<p>%SECRET%</p>
<p>%HINT%</p>
<form method="post" action="%POST_URL%">
<input type="hidden" name="token" value="%TOKEN%">
%WORD_FIELD%
<label>Code <input name="otp" inputmode="numeric" autocomplete="one-time-code"></label>
<button>Switch on</button>
</form>
`;

export const BARE_RESET_PAGE = `<!doctype html>
<title>%BOARDNAME%</title>
<p>%MESSAGE%</p>
<form method="post" action="%POST_URL%">
<input type="hidden" name="token" value="%TOKEN%">
<label>New password <input type="password" name="password" autocomplete="new-password"></label>
<label>Once more <input type="password" name="confirm_password" autocomplete="new-password"></label>
<button>Change it</button>
</form>
`;

import type { OtpType } from '../base/otp-types';
import type { Config } from '../config/schema';

/** Paths of the pages that links in mails open (contract A4.5, A7). */
export const PATHS = {
  register: '/_enig/2fa/enable_2fa_otp',
  resetPassword: '/_enig/sec/reset_password',
  confirmMail: '/_enig/sec/confirm_mail',
} as const;

/**
 * The beginning of every link: taken from the configuration alone, never from a request (rule D7).
 * `boundPort` is the port that the web server really uses, which matters where the configured one
 * is 0.
 */
export function linkPrefix(config: Config, boundPort?: number): string {
  const { domain, overrideUrlPrefix, https } = config.contentServers.web;
  if (overrideUrlPrefix !== '') return overrideUrlPrefix.replace(/\/+$/, '');
  const port = https.port === 0 ? (boundPort ?? 443) : https.port;
  return `https://${domain}${port === 443 ? '' : `:${port}`}`;
}

/** The parameters are in the contract's order. */
export function registerUrl(prefix: string, token: string, type: OtpType): string {
  return `${prefix}${PATHS.register}?token=${encodeURIComponent(token)}&otpType=${type}`;
}

export function resetPasswordUrl(prefix: string, token: string): string {
  return `${prefix}${PATHS.resetPassword}?token=${encodeURIComponent(token)}`;
}

export function confirmMailUrl(prefix: string, token: string): string {
  return `${prefix}${PATHS.confirmMail}?token=${encodeURIComponent(token)}`;
}

import { z } from 'zod';
import { section } from './schema-parts';

const mostPerHour = (value: number) =>
  z.int().min(1).max(100_000).default(value).describe('For the whole board in an hour.');

const mostPerSource = (value: number) =>
  z
    .int()
    .min(1)
    .max(100_000)
    .default(value)
    .describe('From one IPv4 address or IPv6 /64 in a day.');

/** Actions of callers that cost other people something are limited (rule M5). */
export const budgets = section('Accounts and mails that callers can cause.', {
  applications: section('Accounts made by applying.', {
    perSourceAndDay: mostPerSource(5),
    perHour: mostPerHour(50),
  }),
  confirmMails: section('Mails to an address that is to be confirmed; one a day to each address.', {
    perSourceAndDay: mostPerSource(10),
    perHour: mostPerHour(60),
  }),
  resetMails: section(
    'Forgotten passwords and lost second factors, each: requests per source, mails per hour.',
    {
      perSourceAndDay: mostPerSource(20),
      perHour: mostPerHour(200),
    },
  ),
  feedback: section('Letters to the sysop from callers who are not signed in.', {
    perSourceAndDay: mostPerSource(5),
    perHour: mostPerHour(20),
  }),
});

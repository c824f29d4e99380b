/** True where `npm run test:pg` runs the tests on its PostgreSQL server. */
export const IS_POSTGRES = process.env['SALLYPORT_TEST_POSTGRES'] !== undefined;

// A module of the board folder: what `module: mods/goodbye` in its menu.hjson names.

/** @type {import('sallyport').MenuModule} */
exports.sallyportModule = {
  doc: 'Says good-bye by name.',
  needs: 'complete',
  views: [],
  methods: {},
  async enter(context) {
    await context.showPages(['', ` Take an umbrella, ${context.caller.login.user.name}.`]);
    return { kind: 'next' };
  },
};

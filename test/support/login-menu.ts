/** A menu in which a caller types name and password, as the entry of a menu file. */
export function loginMenu(art: string, next: unknown) {
  return {
    art,
    next,
    form: {
      0: {
        mci: {
          ET1: { argName: 'username', focus: true },
          ET2: { argName: 'password', password: true, submit: true },
        },
        submit: { '*': [{ value: { password: null }, action: '@systemMethod:login' }] },
      },
    },
  };
}

import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const FORBIDDEN = [
  { selector: 'TSEnumDeclaration', message: 'use a string union' },
  { selector: 'ExportDefaultDeclaration', message: 'use a named export' },
];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'data/**', '**/*.mjs', '**/*.cjs'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      'no-control-regex': 'off',
      'no-restricted-syntax': ['error', ...FORBIDDEN],
      'max-lines': ['error', { max: 400, skipComments: false }],
    },
  },
  {
    // The steps of a start: none has a callback that reads what a later step makes.
    files: ['src/*.ts'],
    rules: {
      '@typescript-eslint/no-use-before-define': ['error', { functions: false, classes: false }],
    },
  },
  // Modules of a board folder.
  { files: ['examples/**/*.js'], languageOptions: { sourceType: 'commonjs' } },
  { files: ['test/**/*.ts'], rules: { 'max-lines': 'off' } },
  {
    files: ['test/**/*.ts'],
    ignores: ['test/support/ssh-keys.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...FORBIDDEN,
        {
          selector:
            "CallExpression[callee.property.name='generateKeyPairSync'][callee.object.name='utils'][arguments.0.value='ed25519']",
          message: 'use ed25519Pair: one key in 300 of these cannot be read back',
        },
      ],
    },
  },
  {
    // What runs in the caller's browser.
    files: ['misc/web/**/*.js'],
    languageOptions: {
      sourceType: 'module',
      globals: Object.fromEntries(
        [
          'devicePixelRatio document getSelection HTMLElement innerHeight innerWidth localStorage location',
          'matchMedia navigator print ResizeObserver TextEncoder URL URLSearchParams visualViewport',
          'WebSocket window',
        ]
          .flatMap((names) => names.split(' '))
          .map((name) => [name, 'readonly']),
      ),
    },
  },
);

/** Lint rules: typescript-eslint's type-aware set; formatting is prettier's. */
import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'
import vueParser from 'vue-eslint-parser'

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'coverage', 'demo'] },
  ...tseslint.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: {
      parser: vueParser,
      parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.vue'] },
    },
    rules: {
      // Names from files are text, never markup.
      'vue/no-v-html': 'error',
      'vue/no-v-text-v-html-on-component': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/no-unused-refs': 'error',
      // Props are typed, so a missing one is undefined and known to be.
      'vue/require-default-prop': 'off',
      // Formatting is prettier's.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
    },
  },
  {
    files: ['**/*.ts', '**/*.vue'],
    languageOptions: { parserOptions: { projectService: true, extraFileExtensions: ['.vue'] } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: false }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ClassDeclaration[superClass][superClass.name!="Error"]',
          message: 'No class hierarchies.',
        },
        {
          selector:
            'Program:has(CallExpression[callee.name="defineStore"]) CallExpression[callee.name=/^(ref|shallowRef|reactive)$/]',
          message: 'A store keeps its state with createState: its fields can only be read outside.',
        },
        {
          selector: 'ObjectExpression > SpreadElement > ObjectExpression',
          message: 'Write the properties themselves.',
        },
      ],
      eqeqeq: 'error',
    },
  },
  {
    // Its log has time and level: electron/tasks/process/log.ts.
    files: ['electron/backend/**/*.ts', 'electron/tasks/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['{core,electron,renderer,build}/**/*.{ts,vue,mjs}'],
    rules: {
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 5],
    },
  },
)

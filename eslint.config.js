/** Lint rules: typescript-eslint's type-aware set; formatting is prettier's. */
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'coverage', 'demo'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
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
      ],
      eqeqeq: 'error',
    },
  },
)

/** The build of the renderer: `dist/renderer`, relative URLs, one chunk per screen. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

export default defineConfig({
  root: join(root, 'renderer'),
  base: './',
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    // Messages are compiled to syntax trees that are interpreted, so the CSP can forbid generating code at run time.
    __INTLIFY_JIT_COMPILATION__: 'true',
    __INTLIFY_DROP_MESSAGE_COMPILER__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
  },
  build: {
    outDir: join(root, 'dist/renderer'),
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: false,
    // Fonts and images stay files, so that the CSP allows `data:` only for icons.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
})

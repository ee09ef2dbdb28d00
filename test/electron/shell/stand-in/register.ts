/** Makes `electron` mean the stand-in for a process started with `--import` of this file. */
import { registerHooks } from 'node:module'

registerHooks({
  resolve: (name, context, next) =>
    name === 'electron'
      ? { url: new URL('electron.ts', import.meta.url).href, shortCircuit: true }
      : next(name, context),
})

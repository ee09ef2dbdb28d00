/** Where tests find the data that all parts share; absent on a user's machine, so every test has a form without it. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The path of a file beside the repository (`golden/cutmix.json`, say), or undefined if it does not exist. */
export function sharedFile(name: string): string | undefined {
  const path = fileURLToPath(new URL(`../../shared/${name}`, import.meta.url))
  return existsSync(path) ? path : undefined
}

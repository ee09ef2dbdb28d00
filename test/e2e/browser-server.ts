/** One Chromium for all browser tests: they connect to it and open a fresh profile each. */
import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { browserOptions, browserPath } from './browser.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Address to connect to; null where there is no browser. */
    browser: string | null
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!browserPath) {
    project.provide('browser', null)
    return
  }
  const server = await chromium.launchServer(browserOptions)
  project.provide('browser', server.wsEndpoint())
  return () => server.close()
}

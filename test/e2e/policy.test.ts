/** The page's content security policy in a real browser: nothing inline, and whatever it refuses is noticed by every test. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath } from './browser.ts'
import { openStudio, takeRefusals, type Studio } from './studio.ts'

describe.skipIf(!browserPath)('the policy of the page', () => {
  let studio: Studio
  beforeAll(async () => {
    studio = await openStudio({ project: false })
  })
  afterAll(() => studio.close())

  test.each([
    [
      'a style element',
      `const style = document.createElement('style'); style.textContent = '#app { opacity: 0 }'; document.head.append(style)`,
    ],
    [
      'a style in markup',
      `document.querySelector('#app').insertAdjacentHTML('beforeend', '<p style="color: red">x</p>')`,
    ],
    ['a style attribute', `document.querySelector('#app').setAttribute('style', 'opacity: 0')`],
    [
      'a script element',
      `const script = document.createElement('script'); script.textContent = 'document.title = "run"'; document.head.append(script)`,
    ],
    ['a picture from elsewhere', `new Image().src = 'https://example.com/x.png'`],
  ])('refuses %s, which a test would notice', async (_kind, act) => {
    await studio.page.evaluate(act)
    await expect.poll(takeRefusals).not.toEqual([])
    expect(await studio.page.evaluate(`getComputedStyle(document.querySelector('#app')).opacity`)).toBe('1')
    expect(await studio.page.title()).not.toBe('run')
  })

  test('has no exception for anything inline', async () => {
    const answer = await studio.page.request.get(studio.page.url().split('#')[0]!)
    expect(answer.headers()['content-security-policy']).not.toMatch(/unsafe|nonce|sha256/)
  })
})

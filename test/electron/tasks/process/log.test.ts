/** The backend's log: one line a message with time and level, whatever the message holds. */
import { afterAll, describe, expect, test } from 'vitest'
import { createLog, type Level } from '../../../../electron/tasks/process/log.ts'
import { drop, launch, scratch, stop } from '../../backend/host.ts'

const line = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (error|warn|info|debug) \S.*$/

function written(level: string | undefined, act: (log: ReturnType<typeof createLog>) => void): string[] {
  const lines: string[] = []
  act(createLog(level, text => lines.push(text)))
  return lines
}

describe('a log', () => {
  const all: Level[] = ['error', 'warn', 'info', 'debug']

  test.each([
    ['error', 1],
    ['warn', 2],
    ['info', 3],
    ['debug', 4],
    [undefined, 3],
    ['', 3],
  ])('of level %s writes the %s gravest levels', (level, count) => {
    const lines = written(level, log => all.forEach(one => log[one](`about ${one}`)))
    expect(lines.map(text => line.exec(text.trimEnd())?.[1])).toEqual(all.slice(0, count))
  })

  test('tells of a level that does not exist, and takes info', () => {
    const lines = written('loud', log => log.info('x'))
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/warn RELABEL_LOG_LEVEL is "loud".* error, warn, info, debug/)
  })

  test('keeps a message in one line, and every control character out of the terminal', () => {
    const name = 'a\nb\r\u001b[2J\u009b31m\u2028c\u0000.png'
    const [text = ''] = written('info', log => log.error(name, new Error(name)))
    expect(text.endsWith('\n')).toBe(true)
    expect(text.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/)
    expect(text).toContain('a\\nb\\u000d\\u001b[2J')
    expect(text).toContain('log.test.ts') // the stack
  })
})

describe('a backend', () => {
  const home = scratch()
  afterAll(() => drop(home))
  const run = async (level: string): Promise<string[]> => {
    const words = ['--port', '0', '--home', home]
    const { child, stderr } = await launch(words, ['env', `RELABEL_LOG_LEVEL=${level}`])
    await stop(child)
    return stderr().split('\n').filter(Boolean)
  }
  test.skipIf(process.platform === 'win32')('writes its log, and nothing else, to stderr', async () => {
    const lines = await run('debug')
    expect(lines.length).toBeGreaterThan(0)
    for (const text of lines) expect(text).toMatch(line)
    expect(await run('error')).toEqual([])
  })
})

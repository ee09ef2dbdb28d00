/** Runs before each file of browser tests. */
import { afterEach } from 'vitest'
import { expectNoRefusals, reportFailure } from './studio.ts'

afterEach(reportFailure)
afterEach(expectNoRefusals)

/** Runs before each file of browser tests. */
import { afterEach } from 'vitest'
import { reportFailure } from './studio.ts'

afterEach(reportFailure)

/** Property tests draw the same cases every time, so that a failure is the change's; `FC_SEED=7 npm run vitest` draws others. */
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 2021) })

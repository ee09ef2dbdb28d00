/** Every text in English, which gives the other languages their shape. */
import { annotate } from './annotate.ts'
import { browse } from './browse.ts'
import { classes } from './classes.ts'
import { common } from './common.ts'
import { damage } from './damage.ts'
import { desktop } from './desktop.ts'
import { gestures } from './gestures.ts'
import { keys } from './keys.ts'
import { labels } from './labels.ts'
import { regions } from './regions.ts'
import { relabel } from './relabel.ts'
import { review } from './review.ts'
import { runs } from './runs.ts'
import { settings } from './settings.ts'
import { shell } from './shell.ts'
import { start } from './start.ts'
import { terms } from './terms.ts'
import { tour } from './tour.ts'
import { train } from './train.ts'

export const en = {
  common,
  damage,
  shell,
  start,
  browse,
  annotate,
  labels,
  regions,
  review,
  classes,
  relabel,
  train,
  runs,
  settings,
  keys,
  gestures,
  terms,
  tour,
  desktop,
}

/** The shape of a language: a missing or surplus text does not compile. */
export type Messages = typeof en

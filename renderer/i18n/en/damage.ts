/** Words about a damaged project, and how it comes back. */

export const damage = {
  offer: 'Restore a copy',
  offerText:
    'Relabel Studio keeps copies of the database. Restoring one puts it in the place of the damaged file, which is kept beside it, and then repeats every correction and review mark made since from the log.',
  looking: 'Looking for copies…',
  lookingFailed: 'The copies could not be listed',
  none: 'There are no copies. Put back a copy of your own, or make the project again and replay its log: docs/project-format.md tells how.',
  made: 'Copy of {time}',
  since: 'made since, and replayed: corrections {corrections}, images marked {marks}',
  broken: 'This copy is damaged too',
  restore: 'Restore and open',
  restoreOf: 'Restore and open the copy of {time}',
  restoring: 'Restoring…',
  restoreFailed: 'The copy could not be restored',
  restored: 'The copy of {time} was restored',
  replayed: 'Steps replayed from the log: {n}.',
  kept: 'The damaged file is kept as {file}.',
  notReplayed: 'Steps that could not be replayed: {n}',
  found: 'A part of this project’s database is damaged. The rest can be used.',
  show: 'What to do…',
  hide: 'Hide this message',
  title: 'Damage in {name}',
  list: 'What was found',
  rest: 'What is not listed here was not found to be damaged. Nothing is changed until you restore a copy.',
}

/** Converts disk errors to messages for the user. */
import { fail, messageOf, RelabelError } from '../error.ts'

const ways: Record<string, string> = {
  ENOSPC: 'the disk is full: free some space and run the command again, it goes on where it stopped',
  EDQUOT: 'your quota is used up: free some space and run the command again, it goes on where it stopped',
  EFBIG: 'files may not grow that large here (see ulimit -f); raise the limit and run the command again',
  EROFS: 'the disk is read-only: mount it writable, or put the project elsewhere, and run the command again',
  EACCES: 'you may not do that: change the folder’s permissions, or put the project elsewhere',
  EPERM: 'you may not do that: change the folder’s permissions, or put the project elsewhere',
  EISDIR: 'it is a folder, not a file',
  ELOOP: 'its links form a loop: remove them',
  ENAMETOOLONG: 'the name is too long for this system: choose a shorter one',
  ENXIO: 'it is a pipe or a socket, not a file',
  ENOTDIR: 'a part of this path is a file, not a folder',
  EMFILE: 'too many files are open: raise the limit (ulimit -n) and run the command again',
  ENFILE: 'too many files are open on this system: close other programs and run the command again',
  ENODEV: 'it is a device, not a file',
  ENOMEM: 'there is not enough memory for it: close other programs and run the command again',
  EIO: 'the disk fails: copy the project to another disk and go on there',
  EBUSY: 'another program is using it: close that program and run the command again',
  ERR_INVALID_ARG_VALUE: 'that is not a file name',
  ERR_FS_FILE_TOO_LARGE: 'it is too large to be read',
  ERR_STRING_TOO_LONG: 'it is too large to be read as text',
  ERR_BUFFER_TOO_LARGE: 'it is too large to be read',
  SQLITE_FULL: 'the disk is full: free some space and run the command again, it goes on where it stopped',
  SQLITE_READONLY: 'the disk or the folder is read-only',
  SQLITE_CANTOPEN: 'it cannot be opened: check the folder’s permissions',
  SQLITE_IOERR: 'the disk is full, read-only or failing',
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '')

/** Whether a parser or an allocation gave up: too deep, too long, or too large for memory. */
const isTooMuch = (error: unknown): boolean =>
  error instanceof RangeError ||
  /^ERR_(FS_FILE_TOO_LARGE|STRING_TOO_LONG|BUFFER_TOO_LARGE)$/.test(codeOf(error))

/** Why a file operation or a parser failed, with the way out where there is one. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error)
  const way = ways[code] ?? ways[/^SQLITE_[A-Z]+/.exec(code)?.[0] ?? '']
  if (way !== undefined) return way
  if (error instanceof RangeError) return 'it is too large, or nested too deeply, to be read'
  return messageOf(error)
}

/**
 * Throws what a failed file operation on `path` means: 'not-found' when a file to read is not there, 'bad-data' for what is
 * too large or too deep to be read, else 'disk' with the way out. What was durable before stays so.
 */
export function diskError(error: unknown, path: string, doing: 'read' | 'write'): never {
  if (error instanceof RelabelError) throw error
  const code = codeOf(error)
  if (code === 'ENOENT' && doing === 'read')
    return fail('not-found', `${path} does not exist`, { path }, error)
  const reason = reasonOf(error)
  const isKnown = reason !== messageOf(error)
  const way = isKnown ? reason : `${reason}; check the disk and run the command again`
  const kind = doing === 'read' && isTooMuch(error) ? 'bad-data' : 'disk'
  return fail(kind, `cannot ${doing} ${path}: ${way}`, { path, system: code }, error)
}

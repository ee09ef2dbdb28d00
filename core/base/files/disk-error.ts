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
}

/**
 * Throws what a failed file operation on `path` means: 'not-found' when a file to read is not there, else 'disk' with
 * the way out. What was durable before stays so.
 */
export function diskError(error: unknown, path: string, doing: 'read' | 'write'): never {
  if (error instanceof RelabelError) throw error
  const { code = '' } = error as { code?: string }
  if (code === 'ENOENT' && doing === 'read')
    return fail('not-found', `${path} does not exist`, { path }, error)
  const way = ways[code] ?? `${messageOf(error)}; check the disk and run the command again`
  return fail('disk', `cannot ${doing} ${path}: ${way}`, { path, system: code }, error)
}

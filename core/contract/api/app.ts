/** The program itself: version, devices, settings, recent projects, and the folders of its machine. */
import { z } from 'zod'
import { fileKinds } from '../desktop.ts'
import { provider } from '../providers.ts'
import { call } from './call.ts'
import { moment, nothing, path } from './common.ts'

const themes = ['light', 'dark', 'system'] as const
export const languages = ['en', 'zh-CN', 'ko'] as const
/** The steps of the tour on the sample, in their order. */
export const tourSteps = ['picture', 'cell', 'paint', 'target', 'next'] as const
export const keyPresets = ['labelme', 'cvat', 'label-studio'] as const

/** The user's settings; stored with the recent projects, not in a project. */
export const settings = z.object({
  theme: z.enum(themes),
  /** null: the system's language. */
  language: z.enum(languages).nullable(),
  keyPreset: z.enum(keyPresets),
  /** Bindings that differ from the preset: action → key combinations (`Ctrl+Z`, `D`). */
  keys: z.record(z.string().max(100), z.array(z.string().max(40)).max(8)),
  /** Author of corrections; default: the account's name. */
  author: z.string().min(1).max(200),
  /** Execution provider of new jobs; null: cpu. */
  provider: provider.nullable(),
  /** The tour on the sample: not offered yet, in progress, ended early (and at which step), or completed. */
  tour: z.object({ status: z.enum(['new', 'open', 'closed', 'done']), step: z.enum(tourSteps) }),
})
export type Settings = z.infer<typeof settings>

/** A recently opened project. */
export const recent = z.object({ dir: z.string(), name: z.string(), opened: moment, missing: z.boolean() })
export type Recent = z.infer<typeof recent>

/** A part of the machine that was tested. */
export const finding = z.object({ part: z.string(), ok: z.boolean(), what: z.string() })
export type Finding = z.infer<typeof finding>

/** What a folder picker shows if there are no native dialogs. */
export const fileEntry = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['folder', 'project', 'file']),
  bytes: z.number().nullable(),
})
export type FileEntry = z.infer<typeof fileEntry>

/** What a path is chosen for: a folder, or a file of a kind. */
export const pathKind = z.enum(['folders', ...fileKinds])
export type PathKind = z.infer<typeof pathKind>

export const appCalls = {
  'app.info': call(
    nothing,
    z.object({
      version: z.string(),
      node: z.string(),
      platform: z.string(),
      home: z.string(),
      /** Where `project.openSample` puts the sample, and whether it exists. */
      sample: z.object({ dir: z.string(), exists: z.boolean() }),
      recent: z.array(recent),
      settings,
    }),
  ),
  /** Tests every device; takes seconds. Reports only what was actually run. */
  'app.devices': call(nothing, z.object({ ok: z.boolean(), findings: z.array(finding) })),
  'app.settings': call(settings.partial(), settings),
  'app.forget': call(z.object({ dir: path }), z.array(recent)),
  /** Entries of a folder; null: the home folder. `kind` says which files are listed besides folders. */
  'files.list': call(
    z.object({ dir: path.nullable(), kind: pathKind }),
    z.object({
      dir: z.string(),
      parent: z.string().nullable(),
      entries: z.array(fileEntry),
      truncated: z.boolean(),
    }),
  ),
  'files.makeFolder': call(
    z.object({ dir: path, name: z.string().min(1).max(255) }),
    z.object({ dir: z.string() }),
  ),
}

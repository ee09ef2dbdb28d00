/** The form of the relabel screen, and the request that it makes. */
import type { AnnotateRequest } from '../../../core/contract/api/annotator.ts'
import type { ProjectInfo } from '../../../core/contract/api/project.ts'

type Triple = [number, number, number]

/** The form; an empty path or provider means “not given”. */
export interface RelabelForm {
  model: string
  classes: string
  split: string
  size: number
  resize: AnnotateRequest['resize']
  mean: Triple
  std: Triple
  topK: number
  batch: number
  logits: AnnotateRequest['logits']
  provider: '' | NonNullable<AnnotateRequest['provider']>
  threads: number | null
  workers: number | null
  acceptApproximation: boolean
}

/** Preprocessing that many classifiers share, and the sample's own. */
export const preprocessings = {
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  half: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  digits: { mean: [0.25, 0.25, 0.25], std: [0.2, 0.2, 0.2] },
} as const satisfies Record<string, { mean: readonly number[]; std: readonly number[] }>

export type PreprocessingName = keyof typeof preprocessings

/** Name of the annotator that belongs to the digit scenes; its maps have an eighth of the input's side. */
export const sampleAnnotator = 'digit-annotator.onnx'

/** The split that students learn from, or the only one, or none. */
export function defaultSplit(splits: readonly { name: string }[]): string {
  return (splits.find(split => split.name === 'train') ?? splits[0])?.name ?? ''
}

/** The initial form: the paper's settings, or those for the digit scenes. */
export function initialForm(
  project: Pick<ProjectInfo, 'splits' | 'sample'>,
  provider: RelabelForm['provider'] = '',
): RelabelForm {
  const common = {
    model: '',
    classes: '',
    split: defaultSplit(project.splits),
    resize: 'squash' as const,
    logits: 'fp16' as const,
    provider,
    threads: null,
    workers: null,
    acceptApproximation: false,
  }
  return project.sample
    ? { ...common, ...withPreprocessing('digits'), size: 80, topK: 3, batch: 8 }
    : { ...common, ...withPreprocessing('imagenet'), size: 480, topK: 5, batch: 8 }
}

/** The form with one field as it was entered. */
export function written<Name extends keyof RelabelForm>(
  form: RelabelForm,
  name: Name,
  value: RelabelForm[Name],
): RelabelForm {
  const next = { ...form }
  next[name] = value
  // An approximation is accepted only for the checked model, not for the next one.
  if (next.model !== form.model) next.acceptApproximation = false
  return next
}

/** Mean and deviation of a named preprocessing, as the form holds them. */
export function withPreprocessing(name: PreprocessingName): { mean: Triple; std: Triple } {
  const { mean, std } = preprocessings[name]
  return { mean: [...mean], std: [...std] }
}

/** The named preprocessing of the form; null: custom values. */
export function preprocessingName(form: Pick<RelabelForm, 'mean' | 'std'>): PreprocessingName | null {
  const same = (a: readonly number[], b: readonly number[]): boolean => a.every((value, i) => value === b[i])
  const names = Object.keys(preprocessings) as PreprocessingName[]
  return (
    names.find(
      name => same(form.mean, preprocessings[name].mean) && same(form.std, preprocessings[name].std),
    ) ?? null
  )
}

/** The request; call it only if {@link problemsOf} finds nothing. */
export function requestOf(form: RelabelForm): AnnotateRequest {
  return {
    ...form,
    classes: form.classes.trim() === '' ? null : form.classes.trim(),
    model: form.model.trim(),
    provider: form.provider === '' ? null : form.provider,
    mean: [...form.mean],
    std: [...form.std],
  }
}

/** Message keys under `relabel.problem.…` for each invalid field. */
export type FormProblems = Partial<
  Record<'model' | 'split' | 'size' | 'mean' | 'std' | 'topK' | 'batch' | 'threads' | 'workers', string>
>

const whole = (value: number | null, low: number, high: number): boolean =>
  value !== null && Number.isInteger(value) && value >= low && value <= high

/** The problems of a form, by field, with the contract's limits. */
export function problemsOf(form: RelabelForm): FormProblems {
  const found: FormProblems = {}
  if (form.model.trim() === '') found.model = 'model'
  else if (!form.model.trim().toLowerCase().endsWith('.onnx')) found.model = 'onnx'
  if (form.split === '') found.split = 'split'
  if (!whole(form.size, 8, 4096)) found.size = 'size'
  if (!whole(form.topK, 1, 4096)) found.topK = 'topK'
  if (!whole(form.batch, 1, 1024)) found.batch = 'batch'
  if (form.threads !== null && !whole(form.threads, 1, 1024)) found.threads = 'threads'
  if (form.workers !== null && !whole(form.workers, 1, 64)) found.workers = 'workers'
  if (!form.mean.every(Number.isFinite)) found.mean = 'number'
  else if (form.mean.some(value => Math.abs(value) > 10)) found.mean = 'bytes'
  if (!form.std.every(value => Number.isFinite(value) && value > 0)) found.std = 'positive'
  else if (form.std.some(value => value > 10)) found.std = 'bytes'
  return found
}

/** What the surgery check depends on; another value makes a check out of date. */
export function checkKey(form: RelabelForm): string {
  const { model, classes, split, size, resize, mean, std, batch, acceptApproximation } = requestOf(form)
  return JSON.stringify([model, classes, split, size, resize, mean, std, batch, acceptApproximation])
}

/** What a probe depends on. K is left out where the probe measured it: its table answers for other K. */
export function probeKey(form: RelabelForm): string {
  const { logits, provider, threads, workers } = form
  return JSON.stringify([checkKey(form), logits, provider, threads, workers])
}

/** `relabel annotate --probe`: the table of what K costs, and the time and size of the whole annotation. */
import { size } from '../../core/base/bytes.ts'
import type { ProbeReport } from '../../core/annotator/probe.ts'
import type { Project } from '../../core/project/project.ts'
import type { CheckResult } from '../tasks/annotate/check.ts'
import { probeImages } from '../tasks/annotate/steps.ts'
import type { CommandContext, CommandResult } from './action.ts'
import type { AnnotateRequest } from '../tasks/annotate/request.ts'
import type { AnnotateOptions } from './annotate-options.ts'
import { childOf } from './child.ts'
import { clock } from './progress.ts'

/** Annotates some images without writing anything. */
export async function runProbe(
  context: CommandContext,
  project: Project,
  request: AnnotateRequest,
  options: AnnotateOptions,
  checked: CheckResult,
): Promise<CommandResult> {
  const trial = { ...options, images: options.probeImages }
  const report = await probeImages(project, request, trial, checked, childOf(context))
  context.progress.end()
  return { json: report, text: describe(report, options) }
}

function describe(report: ProbeReport, options: AnnotateOptions): string {
  const [c, h, w] = report.shape ?? [0, 0, 0]
  const lines = [
    `tried ${report.images} images, ${report.crops} random crops; maps of ${h}×${w} cells, ${c} classes, ${options.logits}`,
    '',
    '    K   bytes per map   KL(dense ‖ stored)   same top class   whole data set',
  ]
  for (const [i, row] of report.rows.entries())
    lines.push(
      [
        String(row.k).padStart(5),
        row.bytes.toFixed(0).padStart(15),
        `${row.divergence.toFixed(3)} nats`.padStart(20),
        `${(row.agreement * 100).toFixed(1)} %`.padStart(16),
        size(report.disk[i]?.bytes ?? 0).padStart(16),
      ].join(' '),
    )
  lines.push(
    '',
    `at ${report.rate.toPrecision(3)} images/s the whole data set takes about ${clock(report.seconds)}`,
  )
  if (report.skipped.length > 0) lines.push(`${report.skipped.length} of the images could not be read`)
  return lines.join('\n')
}

import { describe, expect, it } from 'vitest'
import { parseManifest, sameProvenance } from '../../../core/contract/manifest.ts'
import { manifestOf } from '../labelmap/files/sample.ts'

const bad = expect.objectContaining({ code: 'bad-label-map' })

describe('the manifest', () => {
  it('survives JSON', () => {
    const manifest = manifestOf('fp16')
    expect(parseManifest(JSON.stringify(manifest), 'manifest.json')).toEqual(manifest)
  })

  it('names the file and the field that is wrong', () => {
    const text = JSON.stringify({ ...manifestOf('u8'), topK: 0 })
    expect(() => parseManifest(text, 'a/manifest.json')).toThrow(/a\/manifest\.json.*topK/)
    expect(() => parseManifest('{', 'm')).toThrow(bad)
    expect(() => parseManifest('null', 'm')).toThrow(bad)
    expect(() => parseManifest('{"version":2}', 'm')).toThrow(/newer/)
  })

  it('tells provenances apart by all that decides the bytes, and not by the date', () => {
    const one = manifestOf('fp16')
    expect(sameProvenance(one, { ...one, created: '2026-02-02T00:00:00.000Z', program: '9' })).toBe(null)
    expect(sameProvenance(one, { ...one, fill: 1 })).toBe('fill')
    expect(sameProvenance(one, { ...one, topK: 2 })).toBe('topK')
    expect(sameProvenance(one, manifestOf('u8'))).toBe('logits')
    expect(sameProvenance(one, { ...one, classes: one.classes.slice(1) })).toBe('classes')
    expect(sameProvenance(one, { ...one, annotator: { ...one.annotator, sha256: '1'.repeat(64) } })).toBe(
      'annotator',
    )
  })
})

/** `clean`: one-hot labels after the annotator's vote on whole images. */

/** What became of the labels. */
export interface Cleaned {
  /** [n]: the labels to train on. */
  labels: Int32Array
  /** Indices whose label the annotator disputes, with its own. */
  disputed: Map<number, number>
}

/**
 * Compares each label with the vote, the argmax of the mean of the image's label map in project classes (−1: no vote, the
 * label stays). `replace` takes the vote; `drop` leaves the label, and the caller leaves the image out.
 */
export function cleanLabels(labels: Int32Array, votes: Int32Array, mode: 'drop' | 'replace'): Cleaned {
  const cleaned = new Int32Array(new SharedArrayBuffer(4 * labels.length))
  const disputed = new Map<number, number>()
  labels.forEach((label, i) => {
    const vote = votes[i]!
    cleaned[i] = label
    if (vote < 0 || vote === label) return
    disputed.set(i, vote)
    if (mode === 'replace') cleaned[i] = vote
  })
  return { labels: cleaned, disputed }
}

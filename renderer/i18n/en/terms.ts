/** Technical terms behind the plain words of the screens: the term, and one sentence that explains it. */

export const terms = {
  labelMap: {
    name: 'Label map',
    text: 'A grid of cells over the image; each cell keeps its strongest classes with a score for each.',
  },
  k: {
    name: 'K',
    text: 'How many of its strongest classes each cell of a label map keeps; more are more exact and need more space.',
  },
  logit: {
    name: 'Logit',
    text: 'The score that a classifier gives a class before all scores are turned into probabilities.',
  },
  fill: {
    name: 'Fill logit',
    text: 'The score that every class without an entry in a cell is assumed to have there.',
  },
  softmax: {
    name: 'Softmax',
    text: 'Turns the scores of all classes into probabilities that add up to 100 %.',
  },
  kl: {
    name: 'KL divergence, in nats',
    text: 'How far targets from the kept classes are from targets from all classes, averaged over random crops; 0 means equal.',
  },
  topOne: {
    name: 'Top-1 agreement',
    text: 'How often the strongest class stays the same when only the kept classes are used.',
  },
  target: {
    name: 'Soft target',
    text: 'The probability of each class that a student learns from: what the label map says about the image or a crop of it.',
  },
  roiAlign: {
    name: 'RoIAlign',
    text: 'Reads the label map exactly under a crop, between cells too; these are the crop’s edges in cells.',
  },
  axes: {
    name: 'Swapped axes',
    text: 'The paper’s released code swaps height and width when it reads a crop; “Published” does the same, to compare.',
  },
  surgery: {
    name: 'Surgery',
    text: 'Removes the pooling at the end of a classifier, so that it answers for every cell instead of once for the image.',
  },
  head: {
    name: 'Head',
    text: 'The end of a classifier: pooling, and the linear layer that gives the scores of the classes.',
  },
  normalisation: {
    name: 'Normalisation',
    text: 'Each colour has its mean subtracted and is divided by its standard deviation, as when the classifier was trained.',
  },
  confidence: {
    name: 'Confidence',
    text: 'The probability of the strongest class in the target of the whole image.',
  },
  margin: {
    name: 'Margin',
    text: 'The lead of the strongest class over the second in the target of the whole image, in percentage points.',
  },
  entropy: {
    name: 'Entropy',
    text: 'How evenly the target is spread over the classes, as a share of the largest possible value.',
  },
  gain: {
    name: 'Review score',
    text: 'An estimate, from 0 to 1, of what a look at this image is worth; the queue starts with the highest.',
  },
}

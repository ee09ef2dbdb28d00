/** Texts of the tour on the sample. */

export const tour = {
  start: 'Start the tour',
  resume: 'Continue the tour',
  later: 'Not now',
  close: 'End the tour',
  continue: 'Continue',
  position: '{at} of {all}',
  prepare: 'First, the sample’s annotator looks at the images. This takes about a minute.',
  away: 'The tour continues in Annotate.',
  offer: {
    title: 'Tour',
    text: 'Five steps on this sample: read what a model sees, correct one cell, and watch what a student would learn from it.',
  },
  picture: {
    title: 'The picture and its regions',
    text: 'The outlined regions show what the model sees, and where. Each class has its own colour and name.',
  },
  cell: {
    title: 'One cell',
    text: 'Point at the picture, or move with the arrow keys: here is how sure the model is of each class in that cell.',
  },
  paint: {
    title: 'Your turn: paint one cell',
    text: 'You hold the brush. Choose “Label as” and a class that is wrong on purpose, then click a cell of the picture (or move there with the arrow keys and press Enter).',
  },
  target: {
    title: 'The target moves',
    text: 'This is what a student would learn about the whole image. Your correction changes it at once.',
    moved: '{name}: {before} → {after}',
    still: 'It has not moved yet. Paint a cell with another class.',
  },
  next: {
    title: 'Where to go on',
    text: 'Ctrl+Z takes your correction back. Review shows the images that are most worth a look; Train teaches a student.',
  },
}

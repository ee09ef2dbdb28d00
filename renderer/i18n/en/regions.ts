/** Texts of label maps wherever they are shown: the views, the names over a picture, thumbnails, the film strip. */

export const regions = {
  view: 'View of the label map',
  views: {
    regions: 'Regions',
    class: 'One class',
    cells: 'All cells',
  },
  viewHelp: {
    regions: 'Outlines of the given label and of the classes that matter in this image',
    class: 'Where one class is, and how sure the map is of it',
    cells: 'The strongest class of every cell',
  },
  notOnMap: '{name}: not on this map',
  nowhere: 'nowhere',
  below: '<{share}',
  above: '>{share}',
  others: '{n} more class leads cells | {n} more classes lead cells',
  more: '+{n}',
  moreClasses: '{n} more class is drawn | {n} more classes are drawn',
  drawn: 'Drawn: {names}',
  strip: 'Film strip',
  place: '{n} of {all}',
  showStrip: 'Show the film strip',
  hideStrip: 'Hide the film strip',
}

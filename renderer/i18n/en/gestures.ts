/** Texts about gestures with the mouse, and the search over keys and gestures. */

export const gestures = {
  search: 'Search keys and gestures',
  searchHint: 'A name (“undo”), a key (“ctrl z”) or a gesture (“drag”)',
  found: '{n} found',
  nothing: 'No key or gesture matches “{text}”.',
  mouse: {
    point: 'Point',
    click: 'Click',
    doubleClick: 'Double-click',
    rightClick: 'Right-click',
    drag: 'Drag',
    middleDrag: 'Drag, middle button',
    wheel: 'Wheel',
  },
  titles: {
    pick: 'Select the image',
    pickMore: 'Add to or remove from the selection',
    pickRange: 'Select all images up to this one',
    open: 'Open the image',
    readCell: 'Read a cell',
    paint: 'Use the tool on the cells under the pointer',
    crop: 'Draw, move or resize the crop (crop inspector)',
    zoom: 'Zoom at the pointer',
    pan: 'Move the image',
    panMiddle: 'Move the image',
    readChart: 'Read the values of a chart',
    zoomChart: 'Zoom into a stretch of a chart',
    wholeChart: 'Show the whole chart again',
  },
}

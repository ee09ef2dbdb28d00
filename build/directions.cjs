/**
 * The allowed import directions (dependency-cruiser): a room may only import from the floors below it; nothing imports
 * `electron` outside its folder.
 */
const floors = [
  ['base'],
  ['contract'],
  ['labelmap', 'pooling', 'graph'],
  ['engine', 'project', 'image'],
  ['annotator', 'dataset'],
  ['training'],
]

const upward = floors.flatMap((rooms, floor) =>
  rooms.map(room => ({
    name: `core/${room}-looks-down`,
    severity: 'error',
    from: { path: `^core/${room}/` },
    to: {
      path: [
        ...floors
          .slice(floor + 1)
          .flat()
          .map(above => `^core/${above}/`),
        '^core/index\\.ts$',
        '^electron/',
        '^renderer/',
        '^build/',
        '^test/',
      ],
    },
  })),
)

/** Floors within a room, lowest first: a folder may only import from those below it; '' is the room's own files. */
const inside = {
  'core/project': ['database', 'recovery', 'browse', 'classes', 'corrections', ''],
  'core/labelmap': ['codec', 'regions', 'corrections', 'files'],
  'core/training': ['recipe', 'sample', 'supervision', 'loader', 'measure', 'run'],
}

const pathOf = (room, folder) => `^${room}/${folder === '' ? '[^/]+$' : `${folder}/`}`

const upwardInside = Object.entries(inside).flatMap(([room, folders]) =>
  folders.slice(0, -1).map((folder, floor) => ({
    name: `${room}/${folder}-looks-down`,
    severity: 'error',
    from: { path: pathOf(room, folder) },
    to: { path: folders.slice(floor + 1).map(above => pathOf(room, above)) },
  })),
)

// The page: what screens need is below them, and screens do not import each other.
const rendererFloors = [
  ['i18n', 'api', 'navigation'],
  ['stores'],
  ['keys'],
  ['ui'],
  ['labelmap', 'labels'],
  ['stage', 'charts', 'recipe', 'files', 'jobs', 'project'],
  ['screens'],
  ['shell'],
]
const annotateFloors = [['saving'], ['state'], ['edit'], ['image', 'navigate'], ['panels']]

// A folder of `electron` is a runtime, and a task is a folder; tasks on one floor do not import each other.
const electronFloors = [['tasks'], ['backend', 'cli'], ['demo', 'bench']]
const taskFloors = [
  ['process'],
  ['annotate', 'export', 'import', 'machine', 'sample', 'score'],
  ['evaluate'],
  ['train'],
]
const backendFloors = [['media', 'inspect', 'reader', 'queue'], ['handlers']]

/** Rules for folders of `root`: each may only import from floors below its own. */
const floorsOf = (root, all, top) =>
  all.flatMap((folders, floor) =>
    folders.map(folder => ({
      name: `${root}/${folder}-looks-down`,
      severity: 'error',
      from: { path: `^${root}/${folder}/` },
      to: {
        path: [
          ...all
            .slice(floor)
            .flat()
            .filter(other => other !== folder)
            .map(other => `^${root}/${other}/`),
          ...top,
        ],
      },
    })),
  )

module.exports = {
  forbidden: [
    ...upward,
    ...upwardInside,
    ...floorsOf('renderer', rendererFloors, ['^renderer/[^/]+$', '^electron/', '^build/', '^test/']),
    ...floorsOf('renderer/screens/annotate', annotateFloors, ['^renderer/screens/annotate/[^/]+$']),
    ...floorsOf('electron', electronFloors, ['^electron/[^/]+$', '^electron/shell/', '^build/', '^test/']),
    ...floorsOf('electron/tasks', taskFloors, ['^electron/tasks/[^/]+$']),
    ...floorsOf('electron/backend', backendFloors, ['^electron/backend/(main|server|calls)\\.ts$']),
    {
      name: 'electron-folders-have-a-floor',
      severity: 'error',
      from: {
        path: '^electron/([^/]+|(tasks|backend)/[^/]+)/',
        pathNot: [
          `^electron/((${electronFloors.flat().join('|')}|shell)/[^/]+$|(shell|cli|demo|bench)/)`,
          `^electron/tasks/(${taskFloors.flat().join('|')})/`,
          `^electron/backend/(${backendFloors.flat().join('|')})/`,
        ],
      },
      to: {},
    },
    {
      name: 'shell-stands-beside',
      severity: 'error',
      from: { path: '^electron/(shell/|main\\.ts|preload\\.ts)' },
      to: { path: ['^core/', '^electron/'], pathNot: '^(core/(base|contract)/|electron/shell/)' },
    },
    {
      name: 'renderer-folders-have-a-floor',
      severity: 'error',
      from: { path: '^renderer/[^/]+/', pathNot: `^renderer/(${rendererFloors.flat().join('|')})/` },
      to: {},
    },
    {
      name: 'screens-apart',
      severity: 'error',
      from: { path: '^renderer/screens/([^/]+)/' },
      to: { path: '^renderer/screens/', pathNot: '^renderer/screens/$1/' },
    },
    {
      name: 'kit-calls-nothing',
      severity: 'error',
      from: { path: '^renderer/ui/' },
      to: { path: '^renderer/(stores/|api/(client|events)\\.ts$)' },
    },
    {
      name: 'languages-are-plain',
      severity: 'error',
      from: { path: '^renderer/i18n/([^/]+/|languages)' },
      to: { pathNot: '^(renderer/i18n/([^/]+/|languages)|core/contract/)' },
    },
    {
      name: 'electron-knows-only-messages',
      severity: 'error',
      from: { path: '^electron/' },
      to: { path: '^renderer/', pathNot: '^renderer/i18n/([^/]+/|languages\\.ts$)' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'core-below-electron',
      severity: 'error',
      from: { path: '^core/' },
      to: { path: ['^electron/', '^renderer/', '^node_modules/electron/'] },
    },
    {
      name: 'only-shell-imports-electron',
      severity: 'error',
      from: { pathNot: '^(electron/(main|preload|shell/)|test/electron/shell/stand-in/)' },
      to: { path: '^(node_modules/)?electron(/|$)', pathNot: '^electron/' },
    },
    {
      name: 'pure-rooms-without-node',
      severity: 'error',
      from: { path: '^core/(base|contract|labelmap|pooling|graph)/', pathNot: '/files/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-rooms-without-files',
      severity: 'error',
      from: { path: '^core/(base|contract|labelmap|pooling|graph)/', pathNot: '/files/' },
      to: { path: '^core/[a-z]+/files/' },
    },
    {
      name: 'renderer-only-pure',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^core/(engine|project|image|annotator|dataset|training|[a-z]+/files)/' },
    },
    {
      name: 'only-project-and-locks-know-sql',
      severity: 'error',
      from: { pathNot: '^(core/project/|core/base/files/(lock|sqlite|sqlite-schema)\\.ts$|test/)' },
      to: { path: 'better-sqlite3' },
    },
    {
      name: 'only-engine-runs-models',
      severity: 'error',
      from: { pathNot: '^(core/engine|test)/' },
      to: { path: 'onnxruntime-node|tfjs-node' },
    },
    {
      name: 'one-door-to-onnxruntime',
      comment: 'its usage reports are switched off there, before it is loaded',
      severity: 'error',
      from: { path: '^(core|electron|renderer|build)/', pathNot: '^core/engine/runtime\\.ts$' },
      to: { path: 'onnxruntime-node' },
    },
    {
      name: 'only-image-decodes',
      severity: 'error',
      from: { pathNot: '^(core/image|test)/' },
      to: { path: 'node_modules/sharp' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
}

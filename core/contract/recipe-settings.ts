/** The settings of a recipe, derived from its schema: input kind, choices, limits and section of each. */
import { z } from 'zod'
import { recipeSchema, recipeSections, type RecipeSection } from './recipe.ts'

export const recipeSetting = z.object({
  /** `optimizer.weightDecay` */
  path: z.string(),
  section: z.enum(recipeSections),
  /** `group`: settings that are present or absent together. */
  kind: z.enum(['switch', 'choice', 'number', 'list', 'text', 'group']),
  /** The options of a `choice`. */
  options: z.array(z.string()),
  /** May be null: the program then chooses a value, or the group is absent. */
  optional: z.boolean(),
  /** Limits of a `number`; null: none. */
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
})
export type RecipeSetting = z.infer<typeof recipeSetting>

/** The part of a JSON Schema that is read here. */
interface Node {
  type?: string
  enum?: unknown[]
  anyOf?: Node[]
  properties?: Record<string, Node>
  minimum?: number
  exclusiveMinimum?: number
  maximum?: number
  exclusiveMaximum?: number
  section?: unknown
}

const kinds: Record<string, RecipeSetting['kind']> = {
  boolean: 'switch',
  number: 'number',
  integer: 'number',
  array: 'list',
  string: 'text',
  object: 'group',
}

function settingOf(path: string, node: Node, section: RecipeSection, optional: boolean): RecipeSetting {
  const kind = node.enum ? 'choice' : kinds[node.type ?? '']
  if (kind === undefined) throw new Error(`the recipe's ${path} is of a kind that no form can enter`)
  return {
    path,
    section,
    kind,
    options: (node.enum ?? []).map(String),
    optional,
    minimum: node.minimum ?? node.exclusiveMinimum ?? null,
    maximum: node.maximum ?? node.exclusiveMaximum ?? null,
  }
}

function* walk(path: string, node: Node, section: RecipeSection): Generator<RecipeSetting> {
  const inner = node.anyOf?.find(one => one.type !== 'null') ?? node
  const optional = node.anyOf?.some(one => one.type === 'null') ?? false
  if (!inner.properties || optional) yield settingOf(path, inner, section, optional)
  for (const [name, child] of Object.entries(inner.properties ?? {}))
    yield* walk(`${path}.${name}`, child, section)
}

/** Every setting by section, in the order of the recipe. */
export function recipeSettings(): RecipeSetting[] {
  const { properties = {} } = z.toJSONSchema(recipeSchema) as Node
  const settings = Object.entries(properties).flatMap(([name, node]) => [
    ...walk(name, node, z.enum(recipeSections).parse(node.section)),
  ])
  return recipeSections.flatMap(section => settings.filter(setting => setting.section === section))
}

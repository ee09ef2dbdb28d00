/** The engine's part of a recipe. */
import type { Recipe } from '../../contract/recipe.ts'
import type { EngineOptions } from '../../engine/engine.ts'

/** Device and threads, as the engine takes them. */
export function engineOf(recipe: Recipe): EngineOptions {
  return { provider: recipe.provider, ...(recipe.threads === null ? {} : { threads: recipe.threads }) }
}

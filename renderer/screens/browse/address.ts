/** Keeps the query and the URL in sync, so that reloading and going back work. */
import { watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { queryFromUrl, queryToUrl, sameQuery } from '../../stores/query-url.ts'
import { useQuery } from '../../stores/query.ts'

/** Changes within this interval (typing, dragging) make one history entry, milliseconds. */
const oneStep = 1200

export function useAddress(): void {
  const route = useRoute()
  const router = useRouter()
  const query = useQuery()
  let last = 0

  const isHere = (): boolean => route.name === 'browse'
  const said = (): boolean => Object.keys(route.query).length > 0

  // A URL without a query means the last query, not everything.
  if (said()) query.set(queryFromUrl(route.query))
  else if (Object.keys(queryToUrl(query.query)).length > 0)
    void router.replace({ query: queryToUrl(query.query) })

  watch(
    () => query.query,
    next => {
      if (!isHere() || sameQuery(queryFromUrl(route.query), next)) return
      const now = Date.now()
      const to = { query: queryToUrl(next) }
      void (now - last < oneStep ? router.replace(to) : router.push(to))
      last = now
    },
  )
  watch(
    () => route.query,
    words => {
      if (isHere()) query.set(queryFromUrl(words))
    },
  )
}

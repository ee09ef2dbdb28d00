/** The card stands beside the pointer and inside the window, whatever corner the pointer is in. */
import { expect, it } from 'vitest'
import { cardPlace } from '../../../../../renderer/screens/annotate/image/card-place.ts'

const card = { width: 200, height: 120 }
const window = { width: 1000, height: 700 }

it('stands 18 px right of and below the pointer, or on the other side where the window ends', () => {
  expect(cardPlace({ x: 100, y: 100 }, card, window)).toEqual({ x: 118, y: 118 })
  expect(cardPlace({ x: 990, y: 100 }, card, window)).toEqual({ x: 772, y: 118 })
  expect(cardPlace({ x: 100, y: 690 }, card, window)).toEqual({ x: 118, y: 552 })
})

it('is inside of every window that it fits into', () => {
  for (const size of [window, { width: 216, height: 136 }])
    for (let x = 0; x <= size.width; x += 7)
      for (let y = 0; y <= size.height; y += 7) {
        const place = cardPlace({ x, y }, card, size)
        expect(place.x).toBeGreaterThanOrEqual(8)
        expect(place.y).toBeGreaterThanOrEqual(8)
        expect(place.x + card.width).toBeLessThanOrEqual(size.width - 8)
        expect(place.y + card.height).toBeLessThanOrEqual(size.height - 8)
      }
})

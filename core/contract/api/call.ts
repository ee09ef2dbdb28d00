/** One entry of the API's table: the input and output of a call, both JSON-safe. */
import type { z } from 'zod'

/** Schemas of a call. */
export interface Call<In extends z.ZodType = z.ZodType, Out extends z.ZodType = z.ZodType> {
  input: In
  output: Out
}

/** Declares a call. */
export const call = <In extends z.ZodType, Out extends z.ZodType>(input: In, output: Out): Call<In, Out> => ({
  input,
  output,
})

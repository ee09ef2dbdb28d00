/** 97th percentile of an annotation's leading logits, NULL until it was measured: what its Regions view takes for sure. */
export const sureLogits = `
  ALTER TABLE annotations ADD COLUMN sure REAL;
`

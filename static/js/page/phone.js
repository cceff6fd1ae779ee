// The width of a phone, as in the styles: one day at a time, and the months of a year below each other.

/** Matches on a narrow screen. */
export const phone = window.matchMedia("(width <= 40em)");

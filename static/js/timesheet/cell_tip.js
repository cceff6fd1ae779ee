// The tooltip of a cell with worklogs or marks: its worklogs, and what the marks mean.

import { explain } from "../page/tooltip.js";
import { readWorklogs } from "./cells.js";

explain("#grid tr[id^='r'] > td:is(.a, .c, [data-n])", async (td) => {
  if (!(td instanceof HTMLTableCellElement)) return [];
  const worklogs = await readWorklogs(td, true);
  return worklogs.querySelector(".tip-worklogs") ? [...worklogs.childNodes] : [];
});

/* Numbers whose unit stands in the cell ("81559 MiB") or in the name of the column ("power.draw [W]"). */
#ifndef WM_IMPORT_CELLS_H
#define WM_IMPORT_CELLS_H

#include "reader.h"

enum wm_cell_kind { WM_CELL_PLAIN, WM_CELL_BYTES, WM_CELL_WATTS, WM_CELL_MHZ, WM_CELL_SHARE };

/** Names of the columns of a table, kept. */
struct wm_cell_header {
    const char *const *names; /* [n], lower case */
    size_t n;
    char by;
};

struct wm_cell_header wm_cell_header_of(struct wm_importer *im, const struct wm_csv_row *row,
                                        char by);
/**
 * In bytes, W, MHz or shares of 1 ("[%]" and "%" are percent); NAN for "", "[N/A]", "[Not Supported]" and the like; NAN
 * and a mistake for other words, another unit and a value outside of [0, most].
 */
double wm_cell_number(struct wm_importer *im, const struct wm_cell_header *header,
                      const struct wm_csv_row *row, int column, enum wm_cell_kind kind,
                      double most);

#endif

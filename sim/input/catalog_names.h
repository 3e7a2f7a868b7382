/* Folding of names that people give, for catalog.c. */
#ifndef WM_INPUT_CATALOG_NAMES_H
#define WM_INPUT_CATALOG_NAMES_H

#include <stdbool.h>

enum { WM_NAME_MAX = 128 };

/** Lower case, gaps as hyphens, without organisation and maker: "NVIDIA H100 SXM" is "h100-sxm". */
void wm_name_fold(const char *name, char folded[WM_NAME_MAX]);
/** Takes one variant ("-instruct", "-fp8", ...) off the end; false when there is none. */
bool wm_name_trim(char folded[WM_NAME_MAX]);

#endif

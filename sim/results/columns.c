/* Rows of columns: key, unit and meaning of every figure of a class, pool, month or year. */
#include "wattmill/column.h"

#include "wattmill/results.h"

#define ROW(tag, member, key, unit, shown, count, doc) \
    {key, WM_UNIT_##unit, shown, count, doc, offsetof(struct tag, member)},

const struct wm_column wm_class_columns[] = {
#define WM_COLUMN(member, key, unit, shown, doc) \
    ROW(wm_class_result, member, key, unit, shown, false, doc)
#include "wattmill/class_columns.def"
#undef WM_COLUMN
    {0}};

const struct wm_column wm_pool_columns[] = {
#define WM_COLUMN(member, key, unit, shown, doc) \
    ROW(wm_pool_result, member, key, unit, shown, false, doc)
#define WM_COUNT_COLUMN(member, key, unit, shown, doc) \
    ROW(wm_pool_result, member, key, unit, shown, true, doc)
#include "wattmill/pool_columns.def"
#undef WM_COUNT_COLUMN
#undef WM_COLUMN
    {0}};

const struct wm_column wm_hall_columns[] = {
#define WM_COLUMN(member, key, unit, shown, doc) \
    ROW(wm_hall_result, member, key, unit, shown, false, doc)
#define WM_COUNT_COLUMN(member, key, unit, shown, doc) \
    ROW(wm_hall_result, member, key, unit, shown, true, doc)
#include "wattmill/hall_columns.def"
#undef WM_COUNT_COLUMN
#undef WM_COLUMN
    {0}};

const struct wm_column wm_month_columns[] = {
#define WM_COLUMN(member, key, unit, shown, doc) \
    ROW(wm_bill_month, member, key, unit, shown, false, doc)
#include "wattmill/month_columns.def"
#undef WM_COLUMN
    {0}};

const struct wm_column wm_year_columns[] = {
#define WM_COLUMN(member, key, unit, shown, doc) \
    ROW(wm_year_result, member, key, unit, shown, false, doc)
#include "wattmill/year_columns.def"
#undef WM_COLUMN
    {0}};

const struct wm_column_table wm_column_tables[] = {
    {"class", "a class of work", wm_class_columns},
    {"pool", "a pool, or the part of it that serves one workload", wm_pool_columns},
    {"hall", "a hall with its plant; a site that names none has one", wm_hall_columns},
    {"month", "a month of the bill, on the site's clock", wm_month_columns},
    {"year", "a simulated year of 8,760 hours from the start", wm_year_columns},
    {0}};

double wm_column_value(const struct wm_column *column, const void *row)
{
    const void *const at = (const char *)row + column->offset;
    const double value = column->is_count ? (double)*(const int64_t *)at : *(const double *)at;
    return wm_unit_from_si(column->unit, value);
}

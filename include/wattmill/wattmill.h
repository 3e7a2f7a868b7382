/* Everything a program that embeds wattmill needs; call wm_init() once before anything else. */
#ifndef WATTMILL_WATTMILL_H
#define WATTMILL_WATTMILL_H

#include "wattmill/cache.h"
#include "wattmill/calibrate.h"
#include "wattmill/case.h"
#include "wattmill/claims.h"
#include "wattmill/compare.h"
#include "wattmill/describe.h"
#include "wattmill/export.h"
#include "wattmill/grid.h"
#include "wattmill/input.h"
#include "wattmill/optimise.h"
#include "wattmill/out_file.h"
#include "wattmill/output.h"
#include "wattmill/page.h"
#include "wattmill/parallel.h"
#include "wattmill/plain_text.h"
#include "wattmill/run.h"
#include "wattmill/scenario.h"
#include "wattmill/serve.h"
#include "wattmill/stages.h"
#include "wattmill/store.h"
#include "wattmill/study.h"
#include "wattmill/suggest.h"
#include "wattmill/training.h"
#include "wattmill/training_case.h"
#include "wattmill/version.h"

/** Turns off GSL's error handler, which would abort the process. Call before starting threads. */
void wm_init(void);

#endif

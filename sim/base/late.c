/* Libraries opened when a command needs them: dlopen() and dlsym() of POSIX. */
#include "wattmill/late.h"

#include <dlfcn.h>
#include <string.h>

_Static_assert(sizeof(void *) == sizeof(void (*)(void)), "POSIX: a pointer to data holds a function's");

const char *wm_late_open(const char *library, const char *const names[], size_t n, void *functions)
{
    void *const handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; handle != NULL && i < n; i++) {
        void *const function = dlsym(handle, names[i]);
        if (function == NULL)
            return dlerror();
        memcpy((char *)functions + i * sizeof function, &function, sizeof function);
    }
    return handle == NULL ? dlerror() : NULL;
}

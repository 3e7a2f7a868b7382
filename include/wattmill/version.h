/* Version of the library, the command and the result format. */
#ifndef WATTMILL_VERSION_H
#define WATTMILL_VERSION_H

#define WM_VERSION        "0.1.0"
#define WM_SCHEMA_VERSION 1

#endif

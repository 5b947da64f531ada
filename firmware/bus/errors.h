// Errors on D-Bus: one name for each kind, so that programs can tell them apart, and the message for people.
#pragma once

#include <systemd/sd-bus.h>

#include "hal/base/result.h"

namespace portreeve::bus {

const char* error_name(ErrorKind kind);  // "org.portreeve.Portreeve1.Error.NotFound"

// Sets `error` and returns what a callback of sd-bus returns to have it sent.
int set_error(sd_bus_error* error, const Error& cause);

}  // namespace portreeve::bus

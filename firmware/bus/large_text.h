// Texts of megabytes in messages. sd-bus checks a text octet by octet as it is read or appended, which takes longer
// than a turn of the event loop may: the worker does it, and nobody else touches the message meanwhile.
#pragma once

#include <functional>
#include <string>

#include "firmware/bus/call.h"
#include "hal/base/worker.h"

namespace portreeve::bus {

// The call's next argument, a document; where it cannot be read the call fails and `then` is not called.
void read_document(Worker& worker, const CallPtr& call, std::function<void(std::string document)> then);

// Answers with the text.
void reply_with_text(Worker& worker, const CallPtr& call, std::string text);

}  // namespace portreeve::bus

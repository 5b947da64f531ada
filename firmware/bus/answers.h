// What answers and properties are made of besides the views' own (properties.h); answers with many entries are written
// in slices, a turn of the event loop each.
#pragma once

#include <systemd/sd-bus.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "firmware/bus/call.h"
#include "firmware/bus/change_queue.h"
#include "firmware/bus/control.h"
#include "firmware/bus/value.h"
#include "firmware/runtime/bus_connection.h"

namespace portreeve::bus {

int append_path(sd_bus_message* message, const std::string& path);
int append_struct(sd_bus_message* message, std::initializer_list<const std::string*> texts);  // (ss), (sss), …
int append_faults(sd_bus_message* message, const std::vector<DiagnosticView>& faults);        // a(suuss)
int append_resources(sd_bus_message* message, const std::vector<ResourceView>& resources);    // a(sss)

// About 2 ms of work on a small machine (0.4 µs an entry of short texts, 2 µs one of long texts), so that the event
// loop's turn stays under 5 ms.
inline constexpr std::size_t kEntriesPerTurn = 1000;

// Answers with an array; `rest` appends what the answer has after it.
template <class Entry>
void answer_array(runtime::BusConnection& connection, const CallPtr& call, std::vector<Entry> entries, const char* type,
                  int (*append)(sd_bus_message*, const Entry&), const std::function<int(sd_bus_message*)>& rest = {}) {
  struct Answer {
    std::vector<Entry> entries;
    std::function<int(sd_bus_message*)> rest;
    std::size_t written = 0;
    Message message;
    int result = 0;
  };
  auto answer = std::make_shared<Answer>();
  answer->entries = std::move(entries);
  answer->rest = rest;
  answer->message = call->start_reply();
  if (!answer->message) return;
  answer->result = sd_bus_message_open_container(answer->message.get(), 'a', type);
  run_in_slices(connection, [call, answer, append] {
    const std::size_t end = std::min(answer->written + kEntriesPerTurn, answer->entries.size());
    for (; answer->written < end && answer->result >= 0; ++answer->written) {
      answer->result = append(answer->message.get(), answer->entries[answer->written]);
    }
    if (answer->result >= 0 && answer->written < answer->entries.size()) return false;
    if (answer->result >= 0) answer->result = sd_bus_message_close_container(answer->message.get());
    if (answer->result >= 0 && answer->rest) answer->result = answer->rest(answer->message.get());
    call->send(std::move(answer->message), answer->result);
    return true;
  });
}

}  // namespace portreeve::bus

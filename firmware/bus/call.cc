#include "firmware/bus/call.h"

#include <cerrno>
#include <utility>

#include "firmware/bus/errors.h"

namespace portreeve::bus {

Call::Call(sd_bus_message* message, std::function<void()> kick)
    : message_(sd_bus_message_ref(message)), kick_(std::move(kick)) {}

Call::~Call() {
  if (!answered_) fail({ErrorKind::Failed, "the call was given up because the service is stopping"});
}

bool Call::claim() { return !std::exchange(answered_, true); }

void Call::fail(const Error& cause) {
  if (!claim()) return;
  sd_bus_error error{};
  set_error(&error, cause);
  sd_bus_reply_method_error(message_.get(), &error);
  sd_bus_error_free(&error);
  kick_();
}

void Call::refuse_access() {
  if (!claim()) return;
  sd_bus_reply_method_errorf(message_.get(), SD_BUS_ERROR_ACCESS_DENIED,
                             "Only root and members of group portreeve may do this.");
  kick_();
}

void Call::done(const Result<>& result) {
  if (!result) return fail(result.error());
  reply([](sd_bus_message*) { return 0; });
}

void Call::reply(const std::function<int(sd_bus_message*)>& fill) {
  Message answer = start_reply();
  const int filled = answer ? fill(answer.get()) : -ENOMEM;
  send(std::move(answer), filled);
}

Message Call::start_reply() const {
  sd_bus_message* answer = nullptr;
  if (sd_bus_message_new_method_return(message_.get(), &answer) < 0) return nullptr;
  return Message(answer);
}

void Call::send(Message reply, int filled) {
  if (filled < 0) return fail({ErrorKind::Failed, "the answer does not fit into one D-Bus message"});
  if (!claim()) return;
  sd_bus_send(nullptr, reply.get(), nullptr);  // fails where the bus is gone, and with it whoever asked
  kick_();
}

}  // namespace portreeve::bus

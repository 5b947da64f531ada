// A method call that is answered now or later, exactly once. One that is let go unanswered is answered with an error,
// so that no caller waits for its time-out.
#pragma once

#include <systemd/sd-bus.h>

#include <functional>
#include <memory>
#include <utility>

#include "firmware/bus/control.h"
#include "firmware/bus/value.h"
#include "hal/base/result.h"

namespace portreeve::bus {

class Call {
 public:
  // `kick` is called after each answer: it may be given outside sd-bus's own callbacks.
  Call(sd_bus_message* message, std::function<void()> kick);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  [[nodiscard]] sd_bus_message* message() const { return message_.get(); }

  // Who calls; known of those that had to be allowed.
  [[nodiscard]] const Caller& caller() const { return caller_; }
  void set_caller(Caller caller) { caller_ = std::move(caller); }

  void fail(const Error& error);
  void refuse_access();  // org.freedesktop.DBus.Error.AccessDenied
  void done(const Result<>& result);
  // `fill` appends the answer's arguments and returns what sd-bus returned.
  void reply(const std::function<int(sd_bus_message*)>& fill);

  // An answer that is filled in portions: made empty, then sent. `filled` is what sd-bus returned; an error goes where
  // it took no more.
  [[nodiscard]] Message start_reply() const;
  void send(Message reply, int filled);

 private:
  bool claim();  // false where it was answered already

  Message message_;
  std::function<void()> kick_;
  Caller caller_;
  bool answered_ = false;
};

using CallPtr = std::shared_ptr<Call>;

}  // namespace portreeve::bus

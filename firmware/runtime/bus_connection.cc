#include "firmware/runtime/bus_connection.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "hal/base/log.h"
#include "hal/base/text.h"

namespace portreeve::runtime {
namespace {

constexpr const char* kSystemBus = "unix:path=/run/dbus/system_bus_socket";
constexpr std::chrono::milliseconds kFirstRetry{100};
constexpr std::chrono::milliseconds kLastRetry{5000};

std::string address_or_default(std::string address) {
  if (!address.empty()) return address;
  const char* set = std::getenv("DBUS_SYSTEM_BUS_ADDRESS");
  return set != nullptr ? set : kSystemBus;
}

}  // namespace

BusConnection::BusConnection(boost::asio::io_context& context, std::string address)
    : context_(context),
      address_(address_or_default(std::move(address))),
      retry_timer_(context),
      back_off_(kFirstRetry),
      alive_(std::make_shared<int>()) {}

BusConnection::~BusConnection() { close(); }

Result<> BusConnection::start() {
  // sd-bus passes over transports that it does not know, and would run a program for "unixexec:".
  const bool known = address_.starts_with("unix:") || address_.starts_with("tcp:");
  const int result = known ? open() : -EINVAL;
  if (result == -EINVAL) {
    return Error{ErrorKind::InvalidArgument,
                 "'" + printable(address_) + "' is not a bus address; give one such as " + kSystemBus};
  }
  if (result < 0) lost(-result);
  return {};
}

void BusConnection::stop() {
  retry_timer_.cancel();
  alive_ = std::make_shared<int>();  // a retry that is queued is void
  close();
}

void BusConnection::kick() {
  if (pump_) pump_->kick();
}

void BusConnection::post(std::function<void()> task) { boost::asio::post(context_, std::move(task)); }

int BusConnection::open() {
  int result = sd_bus_new(&bus_);
  if (result < 0) return result;
  if ((result = sd_bus_set_address(bus_, address_.c_str())) < 0) return result;
  if ((result = sd_bus_set_bus_client(bus_, 1)) < 0) return result;
  if ((result = sd_bus_set_watch_bind(bus_, 1)) < 0) return result;
  if ((result = sd_bus_set_connected_signal(bus_, 1)) < 0) return result;
  // A match of the bus's own messages about itself: nothing is sent for it.
  result = sd_bus_match_signal(bus_, nullptr, "org.freedesktop.DBus.Local", nullptr, "org.freedesktop.DBus.Local",
                               "Connected", connected, this);
  if (result < 0) return result;
  if ((result = sd_bus_start(bus_)) < 0) return result;
  pump_ = std::make_unique<BusPump>(context_, bus_, [this](int error) { lost(error); });
  return 0;
}

int BusConnection::connected(sd_bus_message*, void* self, sd_bus_error*) {
  auto& connection = *static_cast<BusConnection*>(self);
  connection.up_ = true;
  connection.back_off_ = kFirstRetry;
  log_info("bus: connected");
  for (BusUser* user : connection.users_) user->bus_up(*connection.bus_);
  return 0;
}

void BusConnection::close() {
  pump_.reset();
  if (std::exchange(up_, false)) {
    for (BusUser* user : users_) user->bus_down();
  }
  // Not flushed: that would wait. What the socket did not take is lost with the connection.
  sd_bus_close(bus_);
  bus_ = sd_bus_unref(bus_);
}

void BusConnection::lost(int error) {
  if (up_ || back_off_ == kFirstRetry) {
    log_warning("bus: " + system_error(up_ ? "connection lost" : "cannot connect to " + address_, error).message +
                "; trying again until it is there");
  }
  close();
  retry_timer_.expires_after(back_off_);
  back_off_ = std::min(back_off_ * 2, kLastRetry);
  retry_timer_.async_wait([this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error_code) {
    if (!error_code && !alive.expired()) retry();
  });
}

void BusConnection::retry() {
  if (const int result = open(); result < 0) lost(-result);
}

}  // namespace portreeve::runtime

// The daemon over D-Bus. Blocks until it answers, or for D-Bus's 25 seconds; connects when it is first needed, and
// again when the connection was lost.
#pragma once

#include <systemd/sd-bus.h>

#include <memory>
#include <string>

#include "firmware/shell/daemon.h"

namespace portreeve::shell {

class BusDaemon : public Daemon {
 public:
  // An empty address means the system bus.
  explicit BusDaemon(std::string address) : address_(std::move(address)) {}
  ~BusDaemon() override;
  BusDaemon(const BusDaemon&) = delete;
  BusDaemon& operator=(const BusDaemon&) = delete;

  Answer<std::vector<Object>> objects(const std::string& interface) override;
  Answer<std::vector<Object>> services() override;
  Answer<Object> service(const std::string& name) override;
  Answer<std::vector<Fault>> faults() override;
  Answer<void> set(const std::string& kind, const std::vector<Setting>& settings) override;
  Answer<void> remove(const std::string& kind, const std::vector<std::string>& key) override;

 private:
  struct Unref {
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
  };
  using Message = std::unique_ptr<sd_bus_message, Unref>;

  Answer<Message> start(const char* interface, const char* method);
  Answer<Message> call(Message message);
  Answer<void> connect();
  void disconnect();

  std::string address_;
  sd_bus* bus_ = nullptr;
};

}  // namespace portreeve::shell

// The daemon over D-Bus. Blocks until it answers, or for D-Bus's 25 seconds (at a job's end: until the job has ended);
// connects when it is first needed, and again when the connection was lost.
#pragma once

#include <systemd/sd-bus.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "firmware/shell/daemon.h"

namespace portreeve::shell {

class BusDaemon : public Daemon {
 public:
  // How far the job that is waited for has come, 0 to 1; nothing: it has ended.
  using Progress = std::function<void(std::optional<double>)>;

  // An empty address means the system bus.
  explicit BusDaemon(std::string address, Progress progress = {})
      : address_(std::move(address)), progress_(std::move(progress)) {}
  ~BusDaemon() override;
  BusDaemon(const BusDaemon&) = delete;
  BusDaemon& operator=(const BusDaemon&) = delete;

  Answer<std::vector<Object>> objects(const std::string& interface) override;
  Answer<Object> statistics(const std::string& port) override;
  Answer<std::vector<Object>> services() override;
  Answer<Object> service(const std::string& name) override;
  Answer<std::vector<Fault>> faults() override;
  Answer<void> set(const std::string& kind, const std::vector<Setting>& settings) override;
  Answer<void> add(const std::string& kind, const std::vector<Setting>& settings) override;
  Answer<void> remove(const std::string& kind, const std::vector<std::string>& key) override;
  Answer<Object> status() override;
  Answer<std::vector<Fault>> validate(const std::string& document) override;
  Answer<Preview> what_if(const std::string& document) override;
  Answer<std::string> apply(const std::string& document, std::uint32_t confirm_timeout) override;
  Answer<std::string> restore(std::uint64_t id, std::uint32_t confirm_timeout) override;
  Answer<Object> job(const std::string& name) override;
  Answer<Object> end_of_job(const std::string& name) override;
  Answer<void> confirm(std::uint64_t id) override;
  Answer<std::string> configuration() override;
  Answer<std::vector<Object>> configurations() override;
  Answer<std::vector<Object>> differences(std::uint64_t before, std::uint64_t after) override;

 private:
  struct Unref {
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
  };
  using Message = std::unique_ptr<sd_bus_message, Unref>;

  Answer<Message> start(const char* interface, const char* method, const char* path = nullptr);
  Answer<Message> call(Message message);
  Answer<void> state(const std::string& method, const std::vector<Setting>& settings);
  Answer<Object> properties_of(const char* path, const char* interface);
  Answer<std::string> text_of_call(Message message);
  void wait_for_news();
  Answer<void> connect();
  void disconnect();

  std::string address_;
  Progress progress_;
  sd_bus* bus_ = nullptr;
};

}  // namespace portreeve::shell

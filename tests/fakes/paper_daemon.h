// A daemon of paper for the minishell: shows the objects that a test gives it, records changes, answers as it is told.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "firmware/shell/daemon.h"

namespace portreeve::fakes {

class PaperDaemon : public shell::Daemon {
 public:
  std::map<std::string, std::vector<shell::Object>> shown;
  std::vector<shell::Object> shown_services;
  std::vector<shell::Fault> shown_faults;
  std::optional<shell::DaemonError> refusal;  // of everything
  std::vector<std::string> asked;

  static shell::Object object(std::vector<std::pair<std::string, shell::Value>> properties) {
    return {std::move(properties), nullptr};
  }

  Answer<std::vector<shell::Object>> objects(const std::string& interface) override {
    if (refusal) return *refusal;
    return shown[interface];
  }
  Answer<std::vector<shell::Object>> services() override {
    if (refusal) return *refusal;
    return shown_services;
  }
  Answer<shell::Object> service(const std::string& name) override {
    for (const auto& service : shown_services) {
      if (service.text("Name") == name) return service;
    }
    return shell::DaemonError{"NotFound", "no service '" + name + "'"};
  }
  Answer<std::vector<shell::Fault>> faults() override {
    if (refusal) return *refusal;
    return shown_faults;
  }
  Answer<void> set(const std::string& kind, const std::vector<shell::Setting>& settings) override {
    std::string text = "set " + kind;
    for (const shell::Setting& setting : settings) {
      text += " " + setting.name + "=" + "suba"[static_cast<std::size_t>(setting.type)];
      for (const std::string& value : setting.values) text += ":" + value;
    }
    asked.push_back(std::move(text));
    return change();
  }
  Answer<void> remove(const std::string& kind, const std::vector<std::string>& key) override {
    std::string text = "remove " + kind;
    for (const std::string& part : key) text += " " + part;
    asked.push_back(std::move(text));
    return change();
  }

 private:
  Answer<void> change() {
    if (refusal) return *refusal;
    return {};
  }
};

}  // namespace portreeve::fakes

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
  std::map<std::string, shell::Object> shown_statistics;  // by port
  std::vector<shell::Object> shown_services;
  std::vector<shell::Fault> shown_faults;
  std::optional<shell::DaemonError> refusal;  // of everything, but of validating
  std::vector<shell::Fault> document_faults;  // of what is asked about
  shell::Object shown_status;
  std::vector<shell::Object> shown_configurations;
  std::vector<shell::Object> shown_differences;
  shell::Object shown_job;  // as it is at its end
  shell::Preview preview;
  std::string document;
  std::vector<std::string> asked;

  static shell::Object object(std::vector<std::pair<std::string, shell::Value>> properties) {
    return {std::move(properties), nullptr};
  }

  Answer<std::vector<shell::Object>> objects(const std::string& interface) override {
    if (refusal) return *refusal;
    return shown[interface];
  }
  Answer<shell::Object> statistics(const std::string& port) override {
    if (refusal) return *refusal;
    const auto known = shown_statistics.find(port);
    if (known == shown_statistics.end()) return shell::DaemonError{"NotFound", "there is no such port"};
    return known->second;
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
    return state("set " + kind, settings);
  }
  Answer<void> add(const std::string& kind, const std::vector<shell::Setting>& settings) override {
    return state("add " + kind, settings);
  }
  Answer<void> state(std::string text, const std::vector<shell::Setting>& settings) {
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
  Answer<shell::Object> status() override {
    if (refusal) return *refusal;
    return shown_status;
  }
  Answer<std::vector<shell::Fault>> validate(const std::string& asked_for) override {
    asked.push_back("validate " + asked_for);
    return document_faults;
  }
  Answer<shell::Preview> what_if(const std::string& asked_for) override {
    asked.push_back("what if " + asked_for);
    if (refusal) return *refusal;
    return preview;
  }
  Answer<std::string> apply(const std::string& applied, std::uint32_t confirm_timeout) override {
    asked.push_back("apply " + applied + " " + std::to_string(confirm_timeout));
    return begin_job();
  }
  Answer<std::string> restore(std::uint64_t id, std::uint32_t confirm_timeout) override {
    asked.push_back("restore " + std::to_string(id) + " " + std::to_string(confirm_timeout));
    return begin_job();
  }
  Answer<shell::Object> job(const std::string& name) override {
    return object(
        {{"Id", name}, {"State", std::string("Running")}, {"Result", std::string()}, {"Text", std::string()}});
  }
  Answer<shell::Object> end_of_job(const std::string& name) override {
    asked.push_back("end of " + name);
    return shown_job;
  }
  Answer<void> confirm(std::uint64_t id) override {
    asked.push_back("confirm " + std::to_string(id));
    return change();
  }
  Answer<std::string> configuration() override {
    if (refusal) return *refusal;
    return document;
  }
  Answer<std::vector<shell::Object>> configurations() override {
    if (refusal) return *refusal;
    return shown_configurations;
  }
  Answer<std::vector<shell::Object>> differences(std::uint64_t before, std::uint64_t after) override {
    asked.push_back("compare " + std::to_string(before) + " " + std::to_string(after));
    if (refusal) return *refusal;
    return shown_differences;
  }

 private:
  Answer<std::string> begin_job() {
    if (refusal) return *refusal;
    return std::string("7");
  }
  Answer<void> change() {
    if (refusal) return *refusal;
    return {};
  }
};

}  // namespace portreeve::fakes

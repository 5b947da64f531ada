#include "tests/kernel/lab.h"

#include <sched.h>
#include <stdlib.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

namespace portreeve::kernel_test {

Lab::Lab() {
  // The old namespace goes with its last user: what the test before made is gone with it.
  if (unshare(CLONE_NEWNET) != 0) FAIL("cannot make a network namespace");
  std::string path = (std::filesystem::temp_directory_path() / "portreeve-kernel-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) FAIL("cannot make a state directory");
  state_directory = path;
  ip("link set lo up");
}

Lab::~Lab() {
  host_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(state_directory, ignored);
}

void Lab::command(const std::string& line) const {
  if (std::system(line.c_str()) != 0) FAIL(("this failed: " + line).c_str());
}

std::string Lab::output(const std::string& line) const {
  std::FILE* const pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) FAIL(("this failed: " + line).c_str());
  std::string text;
  std::array<char, 4096> part{};
  while (const std::size_t length = std::fread(part.data(), 1, part.size(), pipe)) text.append(part.data(), length);
  if (pclose(pipe) != 0) FAIL(("this failed: " + line).c_str());
  return text;
}

IfIndex Lab::add_port(const std::string& name, const std::string& far_end) {
  ip("link add " + name + " type veth peer name " + far_end);
  ip("link set " + far_end + " up");
  ip("link set " + name + " up");
  const std::string index = output("cat /proc/self/net/dev >/dev/null; ip -o link show " + name + " | cut -d: -f1");
  return IfIndex{static_cast<std::uint32_t>(std::stoul(index))};
}

void Lab::start() {
  host_.reset();
  host_ = std::make_unique<hal::LinuxHost>(context, state_directory, functions);
  host_->on_change([this] { ++changes_seen; });
  const auto started = host_->start();
  if (!started) FAIL(started.error().message.c_str());
}

const hal::Port& Lab::port(const std::string& interface) {
  const hal::Port* const found = inventory().port_by_interface(interface);
  if (found == nullptr) FAIL(("there is no port " + interface).c_str());
  return *found;
}

const hal::Bridge& Lab::bridge(const std::string& name) {
  const hal::Bridge* const found = inventory().bridge_by_name(name);
  if (found == nullptr) FAIL(("there is no bridge " + name).c_str());
  return *found;
}

void Lab::settle() {
  context.restart();
  while (context.run_one_for(std::chrono::milliseconds(100)) != 0) context.restart();
}

std::vector<std::string> Lab::apply(const hal::SwitchSpec& spec) {
  const auto plan = host_->plan_switch(spec);
  if (!plan) FAIL(plan.error().message.c_str());
  std::vector<std::string> done;
  for (const hal::SwitchOperation& operation : *plan) {
    const auto result = operation.run();
    if (!result) FAIL((operation.text + ": " + result.error().message).c_str());
    done.push_back(operation.text);
  }
  return done;
}

std::vector<std::string> Lab::texts(const hal::SwitchSpec& spec) {
  const auto plan = host_->plan_switch(spec);
  if (!plan) FAIL(plan.error().message.c_str());
  std::vector<std::string> texts;
  for (const hal::SwitchOperation& operation : *plan) texts.push_back(operation.text);
  return texts;
}

Error Lab::refusal(const hal::SwitchSpec& spec) {
  auto plan = host_->plan_switch(spec);
  if (plan) FAIL("the plan was not refused");
  return std::move(plan).error();
}

IpPrefix prefix(const char* text) { return *IpPrefix::parse(text); }
IpAddress address(const char* text) { return *IpAddress::parse(text); }

}  // namespace portreeve::kernel_test

#include "tests/kernel/two_hosts.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

namespace portreeve::kernel_test {
namespace {

int this_namespace() {
  const int number = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  if (number < 0) FAIL("cannot open the network namespace");
  return number;
}

int new_namespace() {
  if (unshare(CLONE_NEWNET) != 0) FAIL("cannot make a network namespace");
  return this_namespace();
}

void enter(int number) {
  if (setns(number, CLONE_NEWNET) != 0) FAIL("cannot enter a network namespace");
}

void run(const std::string& line) {
  if (std::system(line.c_str()) != 0) FAIL(("this failed: " + line).c_str());
}

}  // namespace

TwoHosts::TwoHosts() {
  std::string path = (std::filesystem::temp_directory_path() / "portreeve-kernel-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) FAIL("cannot make a directory");
  directory_ = path;
  far_ = new_namespace();
  run("ip link set lo up");
  near_ = new_namespace();
  ip("link set lo up");
  const std::string there = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(far_);
  ip("link add near type veth peer name far netns " + there);
  ip("link set near up");
  far_ip("link set far up");
}

TwoHosts::~TwoHosts() {
  close(near_);
  close(far_);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void TwoHosts::address() {
  ip("address add 10.0.0.1/24 dev near");
  ip("address add 2001:db8::1/64 dev near nodad");
  ip("address add fe80::1/64 dev near nodad");
  far_ip("address add 10.0.0.2/24 dev far");
  far_ip("address add 2001:db8::2/64 dev far nodad");
  far_ip("address add fe80::2/64 dev far nodad");
}

TwoHosts::Far::Far(const TwoHosts& hosts) : near_(hosts.near_) { enter(hosts.far_); }
TwoHosts::Far::~Far() { enter(near_); }

void TwoHosts::ip(const std::string& arguments) const { run("ip " + arguments); }

void TwoHosts::far_ip(const std::string& arguments) const {
  const Far there(*this);
  run("ip " + arguments);
}

std::string TwoHosts::file(const std::string& name, const std::string& octets, unsigned mode) const {
  std::string path = directory_ + "/" + name;
  std::ofstream(path, std::ios::binary | std::ios::trunc) << octets;
  if (chmod(path.c_str(), mode) != 0) FAIL("cannot set the mode of a file");
  return path;
}

void TwoHosts::settle(std::chrono::milliseconds time) {
  static_cast<void>(until([] { return false; }, time));
}

}  // namespace portreeve::kernel_test

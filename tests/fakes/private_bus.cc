#include "tests/fakes/private_bus.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace portreeve::fakes {
namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::abort();
}

}  // namespace

PrivateBus::PrivateBus(Begin begin) {
  // sd-bus watches all directories of the path for a bus that is not there: /run is quieter than /tmp.
  std::string name = access("/run", W_OK) == 0 ? "/run/prv-bus-XXXXXX" : "/tmp/prv-bus-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) give_up("mkdtemp");
  directory_ = name;
  chmod(name.c_str(), 0755);  // NOLINT: other users are let in, that is what some tests are about
  std::ofstream(directory_ + "/bus.conf")
      << R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>custom</type><listen>)"
      << address() << R"(</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/>
<allow receive_sender="*"/></policy>
<limit name="max_incoming_bytes">1000000000</limit><limit name="max_message_size">1000000000</limit>
<limit name="max_replies_per_connection">100000</limit>
</busconfig>)";
  if (begin == Begin::Running) start();
}

PrivateBus::~PrivateBus() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void PrivateBus::start() {
  std::array<int, 2> ready{};
  if (pipe(ready.data()) != 0) give_up("pipe");
  daemon_ = fork();
  if (daemon_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // also when the test is killed
    const std::string log = directory_ + "/log";
    if (std::freopen(log.c_str(), "a", stderr) == nullptr || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) _exit(1);
    const std::string config = "--config-file=" + directory_ + "/bus.conf";
    const std::string print = "--print-address=" + std::to_string(ready[1]);
    execlp("dbus-daemon", "dbus-daemon", config.c_str(), print.c_str(), "--nofork", "--nopidfile", nullptr);
    _exit(1);
  }
  close(ready[1]);
  char byte = 0;
  if (read(ready[0], &byte, 1) != 1) give_up("dbus-daemon did not start (Debian package dbus-daemon)");
  close(ready[0]);
}

void PrivateBus::stop() {
  if (daemon_ <= 0) return;
  kill(daemon_, SIGKILL);
  waitpid(daemon_, nullptr, 0);
  daemon_ = -1;
}

void PrivateBus::remove_socket() { std::filesystem::remove(directory_ + "/bus"); }

}  // namespace portreeve::fakes

// The whole minishell, in a process of its own, with a bus and a daemon of paper: D-Bus, standard streams, exit status.
#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "firmware/shell/shell.h"
#include "tests/fakes/temporary_directory.h"
#include "tests/unit/bus/served.h"

// After Asio: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

struct Ended {
  int status = -1;
  std::string output;
  std::string errors;
};

void read_into(std::string& text, int descriptor) {
  std::array<char, 4096> buffer{};
  ssize_t size = 0;
  while ((size = read(descriptor, buffer.data(), buffer.size())) > 0)
    text.append(buffer.data(), static_cast<std::size_t>(size));
}

}  // namespace

TEST_GROUP(RunShell) {
  Served served;
  boost::asio::steady_timer timer{served.context};

  // Runs it with these arguments and this standard input, while the daemon's event loop runs here.
  Ended run_with(std::vector<std::string_view> arguments, const std::string& input = {}) {
    std::array<std::array<int, 2>, 3> pipes{};
    for (auto& ends : pipes) CHECK(pipe2(ends.data(), O_CLOEXEC) == 0);
    const pid_t child = fork();
    if (child == 0) {
      dup2(pipes[0][0], STDIN_FILENO);
      dup2(pipes[1][1], STDOUT_FILENO);
      dup2(pipes[2][1], STDERR_FILENO);
      for (auto& ends : pipes) close(ends[0]), close(ends[1]);
      _exit(shell::run_shell(arguments));
    }
    CHECK(write(pipes[0][1], input.data(), input.size()) == static_cast<ssize_t>(input.size()));
    for (const int end : {pipes[0][0], pipes[0][1], pipes[1][1], pipes[2][1]}) close(end);
    Ended ended;
    int status = 0;
    CHECK(fakes::run_until(served.context, [&] { return waitpid(child, &status, WNOHANG) == child; }));
    ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    read_into(ended.output, pipes[1][0]);
    read_into(ended.errors, pipes[2][0]);
    for (const int end : {pipes[1][0], pipes[2][0]}) close(end);
    return ended;
  }
  void end_job_soon() {
    timer.expires_after(std::chrono::milliseconds(100));
    timer.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      for (auto& job : served.control.shown_jobs) job = {"7", "Finished", "Done", "all is well", 1};
      served.server.changed();
    });
  }
  std::string bus_option() const { return "--bus=" + served.bus.address(); }
};

TEST(RunShell, ShowsWhatTheDaemonShows) {
  served.control.add_port("Port2").interface = "eth1";
  served.start();
  const Ended ended =
      run_with({"--bus", served.bus.address(), "-Command", "Get-HcsPort", "|", "ft", "Name,Interface,Mtu"});
  STRCMP_EQUAL("\nName  Interface Mtu\n----  --------- ---\nPort2 eth1        0\n\n", ended.output.c_str());
  STRCMP_EQUAL("", ended.errors.c_str());
  LONGS_EQUAL(0, ended.status);
}

TEST(RunShell, ReadsCmdletsFromStandardInputWithoutPromptOrEcho) {
  served.start();
  served.control.shown_switches.resize(1);
  served.control.shown_switches[0].name = "vSwitch1";
  served.change();
  const Ended ended = run_with({bus_option()},
                               "Set-HcsBGPPeer -PeerAddress 10.0.0.1 -PeerAsn 1 -SelfAsn 2 -SwitchName vSwitch1\r\n"
                               "Get-HcsBGPPeers vSwitch1\n"
                               "Remove-HcsBGPPeer -PeerAddress 10.0.0.1 -SwitchName vSwitch1");
  STRCMP_EQUAL("", ended.output.c_str());
  STRCMP_EQUAL("", ended.errors.c_str());
  LONGS_EQUAL(0, ended.status);
  STRCMP_EQUAL("remove BGPPeer vSwitch1 10.0.0.1", served.control.asked.back().c_str());
  const bus::Attributes expected = {
      {"PeerAddress", "10.0.0.1"}, {"PeerAsn", "1"}, {"SelfAsn", "2"}, {"SwitchName", "vSwitch1"}};
  CHECK_EQUAL(expected.size(), served.control.attributes.size());
  for (const auto& one : expected)
    CHECK(std::count(served.control.attributes.begin(), served.control.attributes.end(), one) == 1);
}

TEST(RunShell, ShowsPeersWithTheirSessionsInAList) {
  auto& peer = served.control.add_peer("vSwitch1", "10.0.0.1");
  peer.state = "Established";
  peer.since_usec = 1'600'000'000'000'000;
  peer.capabilities = {"MultiProtocol IPv4 unicast"};
  served.control.counters.routes_announced = 3;
  served.start();
  const Ended ended = run_with({bus_option(), "-c", "Get-HcsBGPPeers vSwitch1 | Format-List"});
  for (const char* line : {"State                             : Established\n",
                           "Since                             : 2020-09-13T12:26:40Z\n",
                           "Capabilities                      : {MultiProtocol IPv4 unicast}\n",
                           "RoutesAnnounced                   : 3\n", "LastErrorTime                     :\n"}) {
    STRCMP_CONTAINS(line, ended.output.c_str());
  }
}

TEST(RunShell, ShowsServicesOfManyPages) {
  for (int i = 0; i < 2500; ++i) {
    auto& service = served.control.shown_services.emplace_back();
    service.name = "s" + std::to_string(10'000 + i);
  }
  served.start();
  const Ended ended = run_with({bus_option(), "-c", "Get-HcsService s12499; Get-HcsService *9"});
  LONGS_EQUAL(0, ended.status);
  STRCMP_CONTAINS("\ns12499 ", ended.output.c_str());
  STRCMP_CONTAINS("\ns12489 ", ended.output.c_str());
}

TEST(RunShell, ShowsErrorsOnStandardErrorAndExitsWithOne) {
  served.control.outcome = Error{ErrorKind::NotFound, "There is no switch 'x'."};
  served.start();
  const Ended ended = run_with({bus_option()}, "Remove-HcsBGPPeer -PeerAddress 10.0.0.1 -SwitchName x\nGet-Help fl\n");
  STRCMP_CONTAINS("Remove-HcsBGPPeer : There is no switch 'x'.\nAt line:1 char:1\n", ended.errors.c_str());
  STRCMP_CONTAINS("Format-List", ended.output.c_str());
  LONGS_EQUAL(1, ended.status);
}

TEST(RunShell, WarnsOfFaults) {
  served.control.shown_faults = {{"a.xml", 1, 2, "Malformed", "text"}};
  served.start();
  STRCMP_CONTAINS("WARNING: a.xml:1:2: text\n", run_with({bus_option(), "-c", ""}).errors.c_str());
  STRCMP_CONTAINS("Column : 2\nCode   : Malformed\n",
                  run_with({bus_option(), "-c", "Get-HcsConfigurationFault"}).output.c_str());
}

TEST(RunShell, AppliesADocumentAndWaitsUntilItsJobHasEnded) {
  served.start();
  const fakes::TemporaryDirectory directory;
  directory.put("edge.xml", "<x/>");
  end_job_soon();
  const Ended ended =
      run_with({bus_option(), "-c", "Start-DscConfiguration", directory.file("edge.xml"), "-Confirm", "600"});
  STRCMP_EQUAL("\nId     : 7\nState  : Finished\nResult : Done\nText   : all is well\n\n", ended.output.c_str());
  STRCMP_EQUAL("", ended.errors.c_str());
  CHECK(served.control.confirm_timeout == 600U);
  LONGS_EQUAL(4, served.control.document_size);
}

TEST(RunShell, ShowsAtATerminalHowFarAJobHasCome) {
  served.control.next_job.progress = 0.42;
  served.start();
  end_job_soon();
  const std::string bus = bus_option();
  int terminal = -1;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) _exit(shell::run_shell(std::vector<std::string_view>{bus, "-c", "Restore-DscConfiguration"}));
  CHECK(fakes::run_until(served.context, [&] { return waitpid(child, nullptr, WNOHANG) == child; }));
  std::string shown;
  read_into(shown, terminal);
  close(terminal);
  STRCMP_CONTAINS("\r[ 42 %]\x1b[K", shown.c_str());
  STRCMP_CONTAINS("\r\x1b[K\r\nId     : 7\r\n", shown.c_str());
}

TEST(RunShell, ShowsWhatADocumentWouldDo) {
  served.control.preview = {{{"[Port]Port2", "rename eth1"}, {"[Port]Port3", "rename eth2"}}, "no such device"};
  served.start();
  const Ended ended = run_with({bus_option(), "-c", "Test-DscConfiguration; Test-DscConfiguration -Detailed"});
  STRCMP_EQUAL(
      "False\n\nInDesiredState             : False\nResourcesNotInDesiredState : {[Port]Port2, [Port]Port3}\n"
      "Operations                 : {rename eth1, rename eth2}\nFailure                    : no such device\n\n",
      ended.output.c_str());
}

TEST(RunShell, ShowsHowTheConfigurationStands) {
  served.control.shown_configurations = {{3, 1'600'000'000'000'000, "Boot", 0, "", "Success", ""}};
  auto& shown = served.control.shown_configuration;
  shown.current = 3;
  shown.not_in_desired_state = {{"[Port]Port2", "Waiting", "for eth7"}, {"[Port]Port3", "Pending", ""}};
  shown.overridden = {{"b.xml", 3, 4, "Overridden", "Mtu is 9000"}};
  served.start();
  const Ended ended = run_with({bus_option(), "-c", "Get-DscConfigurationStatus; Get-DscConfigurationStatus -All"});
  for (const char* line : {"\nId                         : 3\nTime                       : 2020-09-13 12:26:40Z\n",
                           ": {[Port]Port2: Waiting: for eth7, [Port]Port3: Pending}\n", ": {b.xml:3:4: Mtu is 9000}\n",
                           "\n 3 2020-09-13 12:26:40Z Boot          Success\n"}) {
    STRCMP_CONTAINS(line, ended.output.c_str());
  }
}

TEST(RunShell, RestoresConfirmsComparesAndShowsADocument) {
  served.control.next_job = {"7", "Finished", "Done", "", 1};
  served.control.differences = {{"[Port]Port2", "Interface", "eth1", "eth2"}};
  served.control.shown_document = "<Configuration/>\n";
  served.start();
  const Ended ended = run_with({bus_option()},
                               "Restore-DscConfiguration -Id 12\n"
                               "Confirm-DscConfiguration\n"
                               "Compare-DscConfiguration 9 | Format-Table After\n"
                               "Get-DscConfiguration\n");
  STRCMP_EQUAL("\nId     : 7\nState  : Finished\nResult : Done\nText   :\n\n\nAfter\n-----\neth2\n\n<Configuration/>\n",
               ended.output.c_str());
  STRCMP_EQUAL("", ended.errors.c_str());
  CHECK((std::vector<std::string>{"restore 12", "confirm", "compare 9 0"}) == served.control.asked);
}

TEST(RunShell, ShowsTheFaultsOfADocument) {
  served.start();
  served.control.outcome = Error{ErrorKind::InvalidArgument, "-:1:2: error: text"};
  served.control.shown_faults = {{"-", 1, 2, "Malformed", "text"}};
  const fakes::TemporaryDirectory directory;
  directory.put("edge.xml", "<x/>");
  const Ended ended = run_with({bus_option(), "-c", "Start-DscConfiguration -WhatIf", directory.file("edge.xml")});
  STRCMP_CONTAINS(("Start-DscConfiguration : " + directory.file("edge.xml") + ":1:2: error: text\n").c_str(),
                  ended.errors.c_str());
  LONGS_EQUAL(1, ended.status);
}

TEST(RunShell, SaysThatTheDaemonIsNotThere) {
  const Ended no_daemon = run_with({bus_option(), "-c", "Get-HcsPort"});
  STRCMP_CONTAINS("Get-HcsPort : The Portreeve service does not answer: ", no_daemon.errors.c_str());
  STRCMP_CONTAINS("Is portreeve.service running?", no_daemon.errors.c_str());
  LONGS_EQUAL(1, no_daemon.status);
  const Ended no_bus = run_with({"--bus", "unix:path=/nowhere", "-c", "Get-HcsPort"});
  STRCMP_CONTAINS("cannot connect to the bus at unix:path=/nowhere", no_bus.errors.c_str());
}

TEST(RunShell, HelpsWithoutADaemon) {
  const Ended ended = run_with({"--bus", "unix:path=/nowhere", "-c", "Get-Help Get-HcsPort"});
  STRCMP_CONTAINS("SYNTAX\n    Get-HcsPort [[-Name] <String>]\n", ended.output.c_str());
  STRCMP_EQUAL("", ended.errors.c_str());
  LONGS_EQUAL(0, ended.status);
}

TEST(RunShell, ExplainsItsUsage) {
  LONGS_EQUAL(0, run_with({"--help"}).status);
  for (const char* wrong : {"--nonsense", "-Command", "--bus"}) {
    const Ended ended = run_with({wrong});
    LONGS_EQUAL_TEXT(2, ended.status, wrong);
    STRCMP_CONTAINS("Usage: portreeve shell", ended.errors.c_str());
  }
}

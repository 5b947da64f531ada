// A device's files in a directory, as they stand below /sys, and a stand-in for the service that writes them.
#include "hal/virtual_function_files.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "tests/fakes/temporary_directory.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::hal;
using namespace std::chrono_literals;

namespace {

void put(const std::string& file, const std::string& text) { std::ofstream(file) << text; }

std::string text_of(const std::string& file) {
  std::string text;
  std::getline(std::ifstream(file), text, '\0');
  return text;
}

}  // namespace

// clang-format off
TEST_GROUP(VirtualFunctionFiles) {
  fakes::TemporaryDirectory directory;
  VirtualFunctionFiles::Places places{directory.path() + "/links", directory.path() + "/requests",
                                      directory.path() + "/outcomes", 5s};
  std::string device = places.links + "/eth1/device/";
  std::stop_source stopping;

  void setup() override {
    std::filesystem::create_directories(device);
    put(device + "sriov_totalvfs", "8\n");
    put(device + "sriov_numvfs", "2\n");
    put(device + "sriov_drivers_autoprobe", "1\n");
  }
  VirtualFunctionFiles files() { return VirtualFunctionFiles(places); }
  Result<> write(std::uint32_t number, bool probed) { return files().write("eth1", number, probed, stopping.get_token()); }
  // Nobody here but the service may write the number.
  void only_the_service_writes() {
    std::filesystem::remove(device + "sriov_numvfs");
    std::filesystem::create_directories(places.requests);
    std::filesystem::create_directories(places.outcomes);
  }
  // What the service does with the next request, which is returned.
  std::thread service(std::string& request, const std::string& outcome) {
    return std::thread([this, &request, outcome] {
      const std::string file = places.requests + "/eth1";
      while (!std::filesystem::exists(file)) std::this_thread::sleep_for(1ms);
      request = text_of(file);
      put(places.outcomes + "/eth1", outcome);
      std::filesystem::remove(file);
    });
  }
};
// clang-format on

TEST(VirtualFunctionFiles, AreReadAsTheKernelWritesThem) {
  const auto numbers = files().read("eth1");
  CHECK(numbers.total == 8 && numbers.number == 2 && numbers.probed);
  put(device + "sriov_drivers_autoprobe", "0\n");
  CHECK(!files().read("eth1").probed);
}

TEST(VirtualFunctionFiles, ADeviceWithoutThemOrWithNonsenseHasNone) {
  CHECK_EQUAL(0, files().read("lo").total);
  for (const char* nonsense : {"", "-1\n", "8 of them\n", "99999999999999999999\n"}) {
    put(device + "sriov_totalvfs", nonsense);
    CHECK_EQUAL(0, files().read("eth1").total);
  }
}

TEST(VirtualFunctionFiles, AreWrittenByRootItselfWhichIsRemembered) {
  CHECK(write(4, false).has_value());
  STRCMP_EQUAL("4", text_of(device + "sriov_numvfs").c_str());
  STRCMP_EQUAL("0", text_of(device + "sriov_drivers_autoprobe").c_str());
  CHECK(files().ours() == std::set<std::string>{"eth1"});
  CHECK(write(0, true).has_value());
  CHECK(files().ours().empty());
}

TEST(VirtualFunctionFiles, OthersAskTheServiceAndHearWhatCameOfIt) {
  only_the_service_writes();
  std::string request;
  std::thread answers = service(request, "4\n");
  const auto written = write(4, false);
  answers.join();
  CHECK(written.has_value());
  STRCMP_EQUAL("4 0\n", request.c_str());
  CHECK(files().ours() == std::set<std::string>{"eth1"});

  answers = service(request, "0\nNo space left on device\n");
  const auto refused = write(8, true);
  answers.join();
  STRCMP_EQUAL("No space left on device", refused.error().message.c_str());
  CHECK(files().ours().empty());
}

TEST(VirtualFunctionFiles, WithoutTheServiceItIsSaidWhatIsMissing) {
  std::filesystem::remove(device + "sriov_numvfs");
  STRCMP_CONTAINS("portreeve-virtual-functions.path is not there", write(4, true).error().message.c_str());
}

TEST(VirtualFunctionFiles, AServiceThatDoesNotAnswerIsGivenUpAndItsRequestTakenBack) {
  only_the_service_writes();
  places.patience = 1ms;
  STRCMP_CONTAINS("did not answer within", write(4, true).error().message.c_str());
  CHECK(std::filesystem::is_empty(places.requests));
}

TEST(VirtualFunctionFiles, WhoStopsDoesNotWaitForTheService) {
  only_the_service_writes();
  stopping.request_stop();
  CHECK(!write(4, true).has_value());
}

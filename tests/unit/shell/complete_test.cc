#include "firmware/shell/complete.h"

#include <utility>

#include "tests/fakes/paper_daemon.h"
#include "tests/fakes/temporary_directory.h"

// Last: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;

TEST_GROUP(Complete) {
  fakes::PaperDaemon daemon;

  void setup() override {
    for (const char* name : {"vSwitch10", "vSwitch2", "my switch"}) {
      daemon.shown["ExternalVirtualSwitch"].push_back(fakes::PaperDaemon::object({{"Name", std::string(name)}}));
    }
    for (const std::uint64_t id : {10U, 2U}) {
      daemon.shown_configurations.push_back(fakes::PaperDaemon::object({{"Id", id}}));
    }
    for (const auto& [interface, name] : {std::pair("VirtualNetwork", "cameras"), std::pair("HostVnic", "host1"),
                                          std::pair("MacAddressPool", "m"), std::pair("IPAddressPool", "compute")}) {
      daemon.shown[interface].push_back(fakes::PaperDaemon::object({{"Name", std::string(name)}}));
    }
    daemon.shown["BGPPeer"].push_back(fakes::PaperDaemon::object({{"PeerAddress", std::string("10.126.77.125")}}));
  }
  std::string candidates(const char* left) {
    std::string all;
    for (const std::string& one : shell::complete(left, daemon).candidates) all += (all.empty() ? "" : " ") + one;
    return all;
  }
};

TEST(Complete, OffersWhatFits) {
  const struct {
    const char* left;
    const char* candidates;
  } rows[] = {
      {"get-hcsp", "Get-HcsPort"},
      {"Get-HcsPort | conv", "ConvertTo-Json"},
      {"Get-HcsPort; Set-HcsB", "Set-HcsBFDProfile Set-HcsBGPPeer Set-HcsBGPSpeaker"},
      {"Remove-HcsBGPPeer -", "-Interface -PeerAddress -SwitchName -VirtualNetworkName"},
      {"Set-HcsBGPPeer -pe", "-PeerAddress -PeerAsn -PeerPort"},
      {"Set-HcsBGPPeer -PeerAddress 1.2.3.4 -pe", "-PeerAsn -PeerPort"},
      {"Set-HcsBGPPeer -ConnectMode p", "Passive"},
      {"Set-HcsBGPPeer -PeerAsn ", "external internal"},
      {"Set-HcsBGPPeer -Enabled ", "$false $true"},
      {"Set-HcsBGPPeer -Enabled $", "$false $true"},
      {"Set-HcsBGPPeer -Enabled:$T", "$true"},
      {"Set-HcsBGPPeer -SwitchName $", ""},
      {"Set-HcsBGPPeer -Community no-e", "no-export no-export-subconfed"},
      {"Set-HcsBGPPeer -Community 1:2,black", "blackhole"},
      {"Remove-HcsBGPPeer ", "-Interface -PeerAddress -SwitchName -VirtualNetworkName"},
      {"Set-HcsBGPPeer -SwitchName ", "'my switch' vSwitch2 vSwitch10"},
      {"Set-HcsBGPPeer -Switch vsw", "vSwitch2 vSwitch10"},
      {"Set-HcsBGPPeer -SwitchName:v", "vSwitch2 vSwitch10"},
      {"Set-HcsBGPPeer -SwitchName:", "'my switch' vSwitch2 vSwitch10"},
      {"Get-HcsBGPPeers ", "'my switch' vSwitch2 vSwitch10"},
      {"Get-HcsBGPPeers 'my", "'my switch'"},
      {"Remove-HcsBGPPeer -PeerAddress 10", "10.126.77.125"},
      {"Get-Help remove-HcsB", "Remove-HcsBFDProfile Remove-HcsBGPPeer Remove-HcsBGPSpeaker"},
      {"Set-HcsBGPPeer -PeerAsn 6", ""},
      {"Get-HcsBGPPeers vSwitch2 ", "-SwitchName"},
      {"Restore-DscConfiguration -Id ", "2 10"},
      {"Confirm-DscConfiguration ", "2 10"},
      {"Compare-DscConfiguration 1", "10"},
      {"Test-DscConfiguration -Detailed -", "-Path"},
      {"Set-HcsVirtualNetwork -Name ", "cameras"},
      {"Add-HcsHostVnic -VirtualNetworkName ", "cameras"},
      {"Remove-HcsHostVnic ", "host1"},
      {"Add-HcsHostVnic -MacAddressPoolName ", "m"},
      {"Remove-HcsIPAddressPool ", "compute"},
      {"Get-Foo ", ""},
      {"Get-Foo -", ""},
  };
  for (const auto& row : rows) STRCMP_EQUAL_TEXT(row.candidates, candidates(row.left).c_str(), row.left);
}

TEST(Complete, ReplacesTheWordFromItsBeginning) {
  LONGS_EQUAL(0, shell::complete("Get-H", daemon).begin);
  LONGS_EQUAL(16, shell::complete("Get-HcsBGPPeers 'my", daemon).begin);
  LONGS_EQUAL(16, shell::complete("Get-HcsBGPPeers ", daemon).begin);
}

TEST(Complete, OffersFilesForAPath) {
  const fakes::TemporaryDirectory directory;
  for (const char* name : {"edge2.xml", "edge10.xml", "my edge.xml", ".edge"}) directory.put(name, "");
  std::filesystem::create_directory(directory.file("edges"));
  const auto files = [&](const std::string& typed) {
    std::string all = candidates(("Start-DscConfiguration " + typed).c_str());
    for (std::size_t at = 0; (at = all.find(directory.path() + "/", at)) != std::string::npos;) {
      all.erase(at, directory.path().size() + 1);
    }
    return all;
  };
  STRCMP_EQUAL("edge2.xml edge10.xml edges/ 'my edge.xml'", files(directory.file("")).c_str());
  STRCMP_EQUAL("edge2.xml edge10.xml edges/", files(directory.file("ed")).c_str());
  STRCMP_EQUAL("edge10.xml", files("-Path " + directory.file("edge1")).c_str());
  STRCMP_EQUAL(".edge", files(directory.file(".")).c_str());
  STRCMP_EQUAL("", files(directory.file("nowhere/")).c_str());
}

TEST(Complete, OffersNoValuesWhereTheDaemonDoesNotAnswer) {
  daemon.refusal = shell::DaemonError{"NotAvailable", "x"};
  STRCMP_EQUAL("", candidates("Get-HcsBGPPeers ").c_str());
  STRCMP_EQUAL("Get-HcsPort", candidates("get-hcsp").c_str());
}

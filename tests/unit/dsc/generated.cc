#include "tests/unit/dsc/generated.h"

#include <array>
#include <vector>

namespace portreeve::dsc::testing {

std::string Generator::cable(int number) {
  std::string text = "<Cable Name='c" + std::to_string(number) + "'";
  if (one_in(2)) text += " Length='" + std::to_string(one_in(4) ? 0 : 3 + below(98)) + "'";
  if (one_in(3)) text += one_in(2) ? " Shielded='1'" : " Shielded='false'";
  if (one_in(4)) text += " MacAddress='02-00-5E-00-00-0" + std::to_string(below(10)) + "'";
  if (one_in(4)) text += " PciAddress='0000:0A:00." + std::to_string(below(8)) + "'";
  if (one_in(4)) text += " Label=' &lt;&amp;&quot;ü" + std::to_string(below(10)) + "'";
  return text + "/>";
}

std::string Generator::hub(int number, const std::string& cable) {
  std::string text = "<Hub Name='h" + std::to_string(number) + "'" + (one_in(2) ? " Colour='Green'>" : ">");
  text += "<Cable>" + cable + "</Cable>";
  for (std::uint32_t i = below(3); i > 0; --i) {
    text += "<Address>2001:DB8:0:0::" + std::to_string(i) + "/" + std::to_string(below(129)) + "</Address>";
  }
  if (one_in(2)) text += "<Pool> 10.0." + std::to_string(below(4)) + ".7/24 </Pool>";
  return text + "</Hub>";
}

std::string Generator::lamp(const std::string& hub, int number) {
  std::string text =
      "<Lamp Address='10.0.0." + std::to_string(number) + "' Asn='" + std::to_string(64512 + below(3)) + "'";
  if (one_in(3)) text += " DependsOn='[Hub]" + hub + "'";
  return text + " HubName='" + hub + "'/>";
}

std::string Generator::spool(const std::string& hub, int number) {
  static constexpr std::array<const char*, 4> kAsns = {"ours", "others", "64512", "4200000000"};
  static constexpr std::array<const char*, 4> kCommunities = {"65000:100", "0:65535", "no-export", "graceful-shutdown"};
  static constexpr std::array<const char*, 4> kExtended = {"target:65000:4294967295", "origin:4200000001:65535",
                                                           "link-bandwidth:65000:1250000", "target:1:1"};
  std::string text = "<Spool HubName='" + hub + "'";
  text +=
      one_in(2) ? " Address='2001:db8::" + std::to_string(number) + "'" : " Socket='s" + std::to_string(number) + "'";
  if (one_in(2)) text += std::string(" Asn='") + kAsns.at(below(kAsns.size())) + "'";
  if (one_in(3)) text += " Id='0.0.0." + std::to_string(1 + below(255)) + "'";
  if (one_in(3)) text += " File='/etc/portreeve/" + std::to_string(number) + ".key'";
  text += ">";
  if (one_in(2)) text += std::string("<Community>") + kCommunities.at(below(kCommunities.size())) + "</Community>";
  if (one_in(3)) text += "<Large>4200000001:0:" + std::to_string(below(9)) + "</Large>";
  if (one_in(2)) text += std::string("<Extended>") + kExtended.at(below(kExtended.size())) + "</Extended>";
  return text + "</Spool>";
}

std::string Generator::frame(const std::string& hub) {
  static constexpr std::array<const char*, 4> kScrews = {"s1=0000:0A:00.7", "s2=0000:0a:00.0/255",
                                                         "s3=02-00-5E-00-00-01", "s4=02:00:5e:00:00:01"};
  std::string text = "<Frame HubName='" + hub + "'>";
  for (std::uint32_t i = below(3); i > 0; --i) text += std::string("<Screw>") + kScrews.at(i) + "</Screw>";
  return text + "</Frame>";
}

std::string Generator::valid_inside() {
  std::string text;
  std::vector<std::string> cables;
  std::vector<std::string> hubs;
  for (int i = 0; i < 4; ++i) {
    if (one_in(2)) {
      text += cable(i);
      cables.push_back("c" + std::to_string(i));
    }
  }
  for (int i = 0; i < 3 && !cables.empty(); ++i) {
    if (one_in(2)) {
      text += hub(i, cables[below(static_cast<std::uint32_t>(cables.size()))]);
      hubs.push_back("h" + std::to_string(i));
    }
  }
  for (int i = 0; i < 3 && !hubs.empty(); ++i) {
    if (one_in(2)) text += lamp(hubs[below(static_cast<std::uint32_t>(hubs.size()))], i);
  }
  for (int i = 0; i < 3 && !hubs.empty(); ++i) {
    if (one_in(2)) text += spool(hubs[below(static_cast<std::uint32_t>(hubs.size()))], i);
  }
  for (const std::string& hub : hubs) {
    if (one_in(2)) text += frame(hub);
  }
  for (int i = 0; i < 3; ++i) {
    if (!one_in(3)) continue;
    text += "<Task Name='t/" + std::to_string(i) + "'";
    text += one_in(4) ? " Ensure='Absent'/>" : " Text='" + std::to_string(below(3)) + "'/>";
  }
  return text;
}

void Generator::spoil(std::string& text) {
  // What may stand between two quotes or tags, right somewhere and wrong elsewhere.
  static constexpr std::array<const char*, 87> kValues = {"",
                                                          " ",
                                                          "0",
                                                          "1",
                                                          "2",
                                                          "3",
                                                          "007",
                                                          "+7",
                                                          "-1",
                                                          "100",
                                                          "101",
                                                          "7.0",
                                                          "true",
                                                          "TRUE",
                                                          "yes",
                                                          "Red",
                                                          "red",
                                                          "Absent",
                                                          "Present",
                                                          "a b",
                                                          "a/b",
                                                          "a//b",
                                                          "/a",
                                                          "ü",
                                                          "a&#127;b",
                                                          "&#133;",
                                                          "a\tb",
                                                          "23456",
                                                          "64512",
                                                          "65535",
                                                          "131072",
                                                          "4294967294",
                                                          "4294967295",
                                                          "99999999999999999999",
                                                          "10.0.0.1",
                                                          "10.0.0.01",
                                                          "10.0.0.256",
                                                          "10.0.0",
                                                          "10.0.0.1/33",
                                                          "10.0.0.1/032",
                                                          "10.0.0.1/32",
                                                          "::",
                                                          "::1",
                                                          "1::2::3",
                                                          "1:2:3:4:5:6:7:8",
                                                          "1:2:3:4:5:6:7::",
                                                          "1:2:3:4:5:6:7:8::",
                                                          "::ffff:10.0.0.1",
                                                          "1:2:3:4:5:6:10.0.0.1",
                                                          "12345::",
                                                          "fe80::1%eth0",
                                                          "10.0.0.1-10.0.0.9",
                                                          "10.0.0.9-10.0.0.1",
                                                          "10.0.0.1-::1",
                                                          "[Hub]h0",
                                                          "[Hub]h0  [Cable]c1",
                                                          "[Lamp]h0/10.0.0.1",
                                                          "[Hut]h0",
                                                          "0.0.0.0",
                                                          "0.0.0.1",
                                                          "65000:100",
                                                          "65536:1",
                                                          "1:65536",
                                                          "65535:65281",
                                                          "no-export",
                                                          "no-exports",
                                                          "1:2:3",
                                                          "1:2:4294967296",
                                                          "4294967295:0:0",
                                                          "target:65000:100",
                                                          "target:70000:70000",
                                                          "origin:1:2:3",
                                                          "link-bandwidth:1:999999999999999",
                                                          "link-bandwidth:1:1000000000000000",
                                                          "link-bandwidth:65536:1",
                                                          "ours",
                                                          "/a/b.key",
                                                          "/a//b",
                                                          "/a/",
                                                          "[Spool]h0/s0",
                                                          "[Spool]h0/::1",
                                                          "[Spool]h0",
                                                          "[Spool]h0/a/b",
                                                          "s=0000:0a:00.0/256",
                                                          "s=0000:0a:00.8",
                                                          "=02:00:5e:00:00:01",
                                                          "s=02:00-5e:00:00:01"};
  static constexpr std::array<const char*, 16> kNames = {
      "Name",   "Length", "Cable",     "Address", "Pool",     "Ensure", "DependsOn", "Colour",
      "Socket", "Asn",    "Community", "Large",   "Extended", "Id",     "File",      "Screw"};
  const std::size_t at = below(static_cast<std::uint32_t>(text.size() + 1));
  if (one_in(3)) {
    const std::size_t begin = text.find(one_in(2) ? '\'' : '>', at);
    const std::size_t end = text.find_first_of("'<>", begin == std::string::npos ? begin : begin + 1);
    if (end != std::string::npos) text.replace(begin + 1, end - begin - 1, kValues.at(below(kValues.size())));
  } else if (one_in(2)) {
    const std::size_t end = text.find("/>", at);
    const std::string attribute =
        " " + std::string(kNames.at(below(kNames.size()))) + "='" + kValues.at(below(kValues.size())) + "'";
    if (end != std::string::npos) text.insert(end, attribute);
  } else if (one_in(2)) {
    const std::size_t end = text.find(one_in(2) ? "</Hub>" : "</Spool>", at);
    const std::string name = kNames.at(below(kNames.size()));
    if (end != std::string::npos)
      text.insert(end, "<" + name + ">" + kValues.at(below(kValues.size())) + "</" + name + ">");
  } else if (at < text.size()) {
    text.erase(at, 1 + below(3));
  }
}

std::string Generator::maybe_spoilt_inside() {
  std::string text = valid_inside();
  if (one_in(2)) return text;
  do spoil(text);
  while (one_in(2));
  return text;
}

}  // namespace portreeve::dsc::testing

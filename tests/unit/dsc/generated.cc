#include "tests/unit/dsc/generated.h"

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
  for (int i = 0; i < 3; ++i) {
    if (one_in(3)) text += "<Task Name='t/" + std::to_string(i) + "' Text='" + std::to_string(below(3)) + "'/>";
  }
  return text;
}

}  // namespace portreeve::dsc::testing

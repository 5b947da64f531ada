#include "dsc/value.h"

#include <CppUTest/TestHarness.h>

#include <array>
#include <string>

using namespace portreeve::dsc;

namespace {

constexpr std::array kWords = {std::string_view("Local"), std::string_view("Given")};

// The canonical form, or "code: text".
std::string checked(const Property& property, std::string_view text) {
  auto value = check_value(property, text);
  return value ? *value : value.error().code + ": " + value.error().text;
}

}  // namespace

TEST_GROUP(Value){};

TEST(Value, OfEachKindIsMadeCanonical) {
  struct Case {
    const char* what;
    Property property;
    const char* text;
    const char* canonical;
  };
  const std::array cases = {
      Case{"a name", {.kind = ValueKind::Name}, "vSwitch_1.a-B", "vSwitch_1.a-B"},
      Case{"white space around", {.kind = ValueKind::Name}, " \n a\t", "a"},
      Case{"a name with slashes", {.kind = ValueKind::Name, .slashes = true}, "default/web", "default/web"},
      Case{"text", {.kind = ValueKind::Text}, "  two \n words ", "two words"},
      Case{"empty text", {.kind = ValueKind::Text}, "", ""},
      Case{"true", {.kind = ValueKind::Boolean}, "1", "true"},
      Case{"false", {.kind = ValueKind::Boolean}, "0", "false"},
      Case{"least number", {.kind = ValueKind::Number, .minimum = 3, .maximum = 9}, "3", "3"},
      Case{"largest number", {.kind = ValueKind::Number, .minimum = 3, .maximum = 9}, "9", "9"},
      Case{"zero where it may be", {.kind = ValueKind::Number, .minimum = 3, .maximum = 9, .or_zero = true}, "0", "0"},
      Case{"AS number", {.kind = ValueKind::Asn}, "4294967294", "4294967294"},
      Case{"a word for an AS number", {.kind = ValueKind::Asn, .words = kWords}, "Given", "Given"},
      Case{"router id", {.kind = ValueKind::RouterId}, "0.0.0.1", "0.0.0.1"},
      Case{"path", {.kind = ValueKind::Path}, "/etc/portreeve/a-b_1.key", "/etc/portreeve/a-b_1.key"},
      Case{"community", {.kind = ValueKind::Community}, "65000:100", "65000:100"},
      Case{"well-known community by number", {.kind = ValueKind::Community}, "65535:65281", "no-export"},
      Case{"large community", {.kind = ValueKind::LargeCommunity}, "4200000001:1:2", "4200000001:1:2"},
      Case{"extended community", {.kind = ValueKind::ExtendedCommunity}, "target:65000:100", "target:65000:100"},
      Case{"IPv6 address", {.kind = ValueKind::IpAddress}, "2001:DB8:0:0::1", "2001:db8::1"},
      Case{"prefix keeps host bits", {.kind = ValueKind::IpPrefix}, "10.1.2.3/24", "10.1.2.3/24"},
      Case{"range", {.kind = ValueKind::IpRange}, "2001:DB8::1-2001:DB8::2", "2001:db8::1-2001:db8::2"},
      Case{"range as prefix loses host bits", {.kind = ValueKind::IpRange}, "10.0.0.5/24", "10.0.0.0/24"},
      Case{"range of one", {.kind = ValueKind::IpRange}, "10.0.0.5-10.0.0.5", "10.0.0.5"},
      Case{"MAC address", {.kind = ValueKind::MacAddress}, "02-00-5E-10-00-01", "02:00:5e:10:00:01"},
      Case{"PCI address", {.kind = ValueKind::PciAddress}, "0000:3B:00.1", "0000:3b:00.1"},
      Case{"port at a PCI address", {.kind = ValueKind::PortPlace}, "Port1=0000:3B:00.1", "Port1=0000:3b:00.1"},
      Case{"port of its first link", {.kind = ValueKind::PortPlace}, "a.b=0000:3b:00.1/0", "a.b=0000:3b:00.1"},
      Case{"port of its second link", {.kind = ValueKind::PortPlace}, "a=0000:3b:00.1/1", "a=0000:3b:00.1/1"},
      Case{"port of a MAC address", {.kind = ValueKind::PortPlace}, "a=02-00-5E-10-00-01", "a=02:00:5e:10:00:01"},
      Case{"word", {.kind = ValueKind::Enumeration, .words = kWords}, "Given", "Given"},
      Case{"reference", {.kind = ValueKind::Reference, .references = "Port"}, "Port2", "Port2"},
  };
  for (const Case& c : cases) STRCMP_EQUAL_TEXT(c.canonical, checked(c.property, c.text).c_str(), c.what);
}

TEST(Value, ThatIsNotAllowedIsToldWhatIs) {
  struct Case {
    const char* what;
    Property property;
    std::string text;
    const char* message;
  };
  const char* const not_asn =
      "OutOfRange: '23456' is not an AS number that can be used; allowed: 1-65534 (without 23456) or 131072-4294967294";
  const std::array cases = {
      Case{"empty name",
           {.kind = ValueKind::Name},
           "",
           "InvalidValue: '' is not a name; allowed: 1-63 letters, digits, '_', '.' and '-'"},
      Case{"name with a slash",
           {.kind = ValueKind::Name},
           "a/b",
           "InvalidValue: 'a/b' is not a name; allowed: 1-63 letters, digits, '_', '.' and '-'"},
      Case{"name past its own maximum",
           {.kind = ValueKind::Name, .minimum = 1, .maximum = 3},
           "eth0",
           "InvalidValue: 'eth0' is not a name; allowed: 1-3 letters, digits, '_', '.' and '-'"},
      Case{"part of a path left out",
           {.kind = ValueKind::Name, .slashes = true},
           "a//b",
           "InvalidValue: 'a//b' is not a name; allowed: names of 1-63 letters, digits, '_', '.' and '-', joined by "
           "'/', at most 253 characters in all"},
      Case{"text too long, counted in characters",
           {.kind = ValueKind::Text, .maximum = 3},
           "äöüß",
           "OutOfRange: 'äöüß' has 4 characters; allowed: 0-3 characters"},
      Case{"boolean in words",
           {.kind = ValueKind::Boolean},
           "yes",
           "InvalidValue: 'yes' is neither true nor false; allowed: true, false"},
      Case{"boolean in capitals",
           {.kind = ValueKind::Boolean},
           "True",
           "InvalidValue: 'True' is neither true nor false; allowed: true, false"},
      Case{"number too small",
           {.kind = ValueKind::Number, .minimum = 3, .maximum = 9, .or_zero = true},
           "2",
           "OutOfRange: '2' is out of range; allowed: 0 or 3-9"},
      Case{"number too large",
           {.kind = ValueKind::Number, .minimum = 3, .maximum = 9},
           "10",
           "OutOfRange: '10' is out of range; allowed: 3-9"},
      Case{"number beyond 64 bits",
           {.kind = ValueKind::Number, .minimum = 3, .maximum = 9},
           "99999999999999999999",
           "OutOfRange: '99999999999999999999' is out of range; allowed: 3-9"},
      Case{"leading zero",
           {.kind = ValueKind::Number, .minimum = 3, .maximum = 9},
           "07",
           "InvalidValue: '07' has a leading zero; allowed: 3-9"},
      Case{"no number",
           {.kind = ValueKind::Number, .minimum = 3, .maximum = 9},
           "-4",
           "InvalidValue: '-4' is not a whole number; allowed: 3-9"},
      Case{"AS_TRANS", {.kind = ValueKind::Asn}, "23456", not_asn},
      Case{"neither AS number nor word",
           {.kind = ValueKind::Asn, .words = kWords},
           "given",
           "InvalidValue: 'given' is not an AS number that can be used; allowed: 1-65534 (without 23456) or "
           "131072-4294967294, Local, Given"},
      Case{"router id of zeros",
           {.kind = ValueKind::RouterId},
           "0.0.0.0",
           "InvalidValue: '0.0.0.0' is not a router id; allowed: an IPv4 address other than 0.0.0.0, as 192.0.2.1"},
      Case{"router id of IPv6",
           {.kind = ValueKind::RouterId},
           "::1",
           "InvalidValue: '::1' is not a router id; allowed: an IPv4 address other than 0.0.0.0, as 192.0.2.1"},
      Case{"relative path",
           {.kind = ValueKind::Path},
           "peer.key",
           "InvalidValue: 'peer.key' is not an absolute path; allowed: an absolute path of letters, digits and "
           "_.-+@%=:,~ between its slashes, as /etc/portreeve/peer.key"},
      Case{"large community of two parts",
           {.kind = ValueKind::LargeCommunity},
           "1:2",
           "InvalidValue: '1:2' is not a large community; allowed: three numbers of 0-4294967295 as 4200000001:1:2"},
      Case{"prefix without length",
           {.kind = ValueKind::IpPrefix},
           "10.0.0.1",
           "InvalidValue: '10.0.0.1' has no prefix length; write it as 192.0.2.1/24"},
      Case{"range backwards",
           {.kind = ValueKind::IpRange},
           "10.0.0.2-10.0.0.1",
           "InvalidValue: '10.0.0.2-10.0.0.1' ends before it begins; write the lower address first"},
      Case{"PCI function 8",
           {.kind = ValueKind::PciAddress},
           "0000:3b:00.8",
           "InvalidValue: '0000:3b:00.8' is not a PCI address; allowed: a PCI address, as 0000:3b:00.1"},
      Case{"port at no place",
           {.kind = ValueKind::PortPlace},
           "Port1",
           "InvalidValue: 'Port1' is not a port and its place; allowed: a name, '=' and a PCI address, with /1 for its "
           "second link, or a MAC address, as Port1=0000:3b:00.1, Port2=0000:3b:00.1/1 or Port3=02:00:5e:10:00:01"},
      Case{"word in the wrong case",
           {.kind = ValueKind::Enumeration, .words = kWords},
           "local",
           "InvalidValue: 'local' is not a known word; did you mean 'Local'? Allowed: Local, Given"},
      Case{"empty reference",
           {.kind = ValueKind::Reference, .references = "Port"},
           "",
           "InvalidValue: '' cannot name a resource; allowed: the name of a resource of type Port"},
  };
  for (const Case& c : cases) STRCMP_EQUAL_TEXT(c.message, checked(c.property, c.text).c_str(), c.what);
}

TEST(Value, TooLongToShowIsCut) {
  const std::string fault = checked({.kind = ValueKind::IpAddress}, std::string(100'000, '1'));
  CHECK(fault.size() < 300);
  STRCMP_CONTAINS("is too long", fault.c_str());
}

TEST(Value, OfAPortAndItsPlaceIsWhole) {
  for (const char* text : {"=0000:3b:00.1", "Port1=", "Port 1=0000:3b:00.1", "a=b=0000:3b:00.1", "a=0000:3b:00.8",
                           "a=0000:3b:00.1/", "a=0000:3b:00.1/01", "a=0000:3b:00.1/256", "a=02:00:5e:10:00:01/1"}) {
    STRCMP_CONTAINS("is not a port and its place", checked({.kind = ValueKind::PortPlace}, text).c_str());
  }
}

TEST(Value, WithControlCharactersIsRefusedAndShownSafely) {
  STRCMP_CONTAINS("'a\\x7fb'", checked({.kind = ValueKind::Name},
                                       "a\x7F"
                                       "b")
                                   .c_str());
}

#include "firmware/bus/requests.h"

#include "tests/unit/bus/served.h"

// After Asio: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

void append_entry(sd_bus_message* m, const char* key, const char* type, const char* text) {
  sd_bus_message_open_container(m, 'e', "sv");
  sd_bus_message_append(m, "s", key);
  sd_bus_message_open_container(m, 'v', type);
  const std::string_view kind = type;
  if (kind == "s")
    sd_bus_message_append(m, type, text);
  else if (kind == "as")
    sd_bus_message_append(m, type, 1, text);
  else if (kind == "x" || kind == "t")
    sd_bus_message_append(m, type, static_cast<std::int64_t>(std::atoll(text)));
  else if (kind == "d")
    sd_bus_message_append(m, type, std::atof(text));
  else
    sd_bus_message_append(m, type, std::atoi(text));
  sd_bus_message_close_container(m);
  sd_bus_message_close_container(m);
}

struct Entry {
  const char* key;
  const char* type;
  const char* text;
};

}  // namespace

TEST_GROUP(Requests) {
  Served served;
  fakes::BusClient& client = served.client;

  void setup() override { served.start(); }

  fakes::BusClient::Answer set_peer(const std::vector<Entry>& entries) {
    return client.manager("SetBGPPeer", [&](sd_bus_message* m) {
      sd_bus_message_open_container(m, 'a', "{sv}");
      for (const Entry& entry : entries) append_entry(m, entry.key, entry.type, entry.text);
      sd_bus_message_close_container(m);
    });
  }
  fakes::BusClient::Answer set_peer_with(Entry last) {
    return set_peer(
        {{"PeerAddress", "s", "10.0.0.1"}, {"SelfAsn", "u", "64513"}, {"SwitchName", "s", "vSwitch1"}, last});
  }
};

TEST(Requests, NumbersAreTakenInAnyIntegerType) {
  for (const char* type : {"y", "n", "q", "i", "u", "x", "t"}) {
    const auto answer = set_peer_with({"PeerAsn", type, "65"});
    STRCMP_EQUAL("", answer.error.c_str());
    STRCMP_EQUAL("65", served.control.attributes.back().second.c_str());
  }
}

TEST(Requests, AreRefusedWithTheKeyAndWhatIsAllowed) {
  const struct {
    const char* what;
    Entry entry;
    const char* message;
  } rows[] = {
      {"a key that is unknown",
       {"PeerAs", "u", "1"},
       "'PeerAs' is not known here; allowed: PeerAddress, PeerAsn, SelfAsn, SwitchName, HoldTimeInSeconds, "
       "GracefulRestart, Community"},
      {"a key with control characters", {"\x1b[2J", "u", "1"}, "'\\x1b[2J' is not known here"},
      {"text for a number",
       {"HoldTimeInSeconds", "s", "64512"},
       "'HoldTimeInSeconds' must be a whole number, not negative (u); got one of type 's'"},
      {"a number for a boolean",
       {"GracefulRestart", "u", "1"},
       "'GracefulRestart' must be a boolean (b); got one of type 'u'"},
      {"a negative number",
       {"PeerAsn", "i", "-1"},
       "'PeerAsn' must be a whole number, not negative (u), or a string (s)"},
      {"a fraction", {"PeerAsn", "d", "1.5"}, "'PeerAsn' must be a whole number"},
      {"a list", {"PeerAsn", "as", "1"}, "'PeerAsn' must be a whole number"},
      {"a key that is there already", {"SwitchName", "s", "vSwitch2"}, "'SwitchName' is given twice"},
      {"a key that is missing",
       {"HoldTimeInSeconds", "u", "15"},
       "'PeerAsn' is missing; it must be a whole number, not negative (u), or a string (s)"},
  };
  for (const auto& row : rows) {
    const auto answer = set_peer_with(row.entry);
    CHECK_EQUAL_TEXT(std::string("org.portreeve.Portreeve1.Error.InvalidArgument"), answer.error, row.what);
    STRCMP_CONTAINS_TEXT(row.message, answer.text.c_str(), row.what);
  }
  LONGS_EQUAL(0, served.control.asked.size());
}

TEST(Requests, AllThatIsWrongIsToldAtOnce) {
  const auto answer = client.manager("SetBGPPeer", [](sd_bus_message* m) {
    sd_bus_message_append(m, "a{sv}", 5, "PeerAs", "a{sv}", 1, "a", "as", 1, "b", "PeerAsn", "as", 2, "a", "b",
                          "HoldTimeInSeconds", "i", -1, "SwitchName", "s", "s1", "SwitchName", "s", "s2");
  });
  const std::string number = "a whole number, not negative (u)";
  STRCMP_EQUAL(("'PeerAs' is not known here; allowed: PeerAddress, PeerAsn, SelfAsn, SwitchName, HoldTimeInSeconds, "
                "GracefulRestart, Community; 'PeerAsn' must be " +
                number + ", or a string (s); got one of type 'as'; 'HoldTimeInSeconds' must be " + number +
                "; got one of type 'i' that is none; 'SwitchName' is given twice; 'PeerAddress' is missing; it must be "
                "a string (s); 'SelfAsn' is missing; it must be " +
                number)
                   .c_str(),
               answer.text.c_str());
}

TEST(Requests, WordsListsAndFlagsBecomeTextForTheSchema) {
  STRCMP_EQUAL("", set_peer_with({"PeerAsn", "s", "external"}).error.c_str());
  STRCMP_EQUAL("external", served.control.attributes.back().second.c_str());
  const auto answer = client.manager("SetBGPPeer", [](sd_bus_message* m) {
    sd_bus_message_append(m, "a{sv}", 6, "PeerAddress", "s", "10.0.0.1", "PeerAsn", "u", 1, "SelfAsn", "u", 2,
                          "SwitchName", "s", "s1", "GracefulRestart", "b", 1, "Community", "as", 2, "no-export", "1:2");
  });
  STRCMP_EQUAL("", answer.error.c_str());
  const bus::Attributes expected = {
      {"PeerAddress", "10.0.0.1"}, {"PeerAsn", "1"},           {"SelfAsn", "2"},    {"SwitchName", "s1"},
      {"GracefulRestart", "true"}, {"Community", "no-export"}, {"Community", "1:2"}};
  CHECK(expected == served.control.attributes);
}

TEST(Requests, OfServicesNameTheServiceThatIsWrong) {
  const auto answer = client.manager("AllocateServices", [](sd_bus_message* m) {
    sd_bus_message_append(m, "a(sa{sv})", 2, "a", 0, "b", 1, "Pool", "s", "compute");
  });
  STRCMP_EQUAL("service 'b': 'Pool' is not known here; allowed: PoolName, LoadBalancerIP, LocalAddress",
               answer.text.c_str());
  LONGS_EQUAL(0, served.control.asked.size());
}

TEST(Requests, OfOneAddressMayBeAString) {
  client.manager("AllocateService", [](sd_bus_message* m) {
    sd_bus_message_append(m, "sa{sv}", "a", 1, "LoadBalancerIP", "s", "10.0.0.1");
  });
  CHECK(std::vector<std::string>{"10.0.0.1"} == served.control.requests[0].addresses);
}

TEST(Requests, OptionsOfApplyAndRestoreAreRefusedByName) {
  const struct {
    const char* key;
    const char* type;
    const char* text;
    const char* message;
  } rows[] = {
      {"Confirm", "u", "600", "'Confirm' is not known here; allowed: ConfirmTimeoutInSeconds"},
      {"ConfirmTimeoutInSeconds", "s", "600",
       "'ConfirmTimeoutInSeconds' must be a whole number, not negative (u); got one of type 's' that is none"},
      {"ConfirmTimeoutInSeconds", "u", "0", "'ConfirmTimeoutInSeconds' is 0; allowed: 1 to 86400"},
      {"ConfirmTimeoutInSeconds", "u", "86401", "'ConfirmTimeoutInSeconds' is 86401; allowed: 1 to 86400"},
  };
  for (const auto& row : rows) {
    const auto options = [&](sd_bus_message* m) {
      sd_bus_message_open_container(m, 'a', "{sv}");
      append_entry(m, row.key, row.type, row.text);
      sd_bus_message_close_container(m);
    };
    const auto applied = client.manager("Apply", [&](sd_bus_message* m) {
      sd_bus_message_append(m, "s", "<Configuration/>");
      options(m);
    });
    STRCMP_EQUAL(row.message, applied.text.c_str());
    const auto restored = client.manager("Restore", [&](sd_bus_message* m) {
      sd_bus_message_append(m, "t", std::uint64_t{3});
      options(m);
    });
    STRCMP_EQUAL(row.message, restored.text.c_str());
  }
  LONGS_EQUAL(0, served.control.asked.size());
}

TEST(Requests, ADocumentOf16MiBIsTakenAndALargerOneIsNot) {
  const auto validate = [&](std::size_t size) {
    const std::string document(size, 'x');
    return client.manager("Validate", [&](sd_bus_message* m) { sd_bus_message_append(m, "s", document.c_str()); });
  };
  STRCMP_EQUAL("", validate(16U << 20U).error.c_str());
  LONGS_EQUAL(16U << 20U, served.control.document_size);
  const auto answer = validate((16U << 20U) + 1);
  STRCMP_EQUAL("org.portreeve.Portreeve1.Error.InvalidArgument", answer.error.c_str());
  STRCMP_EQUAL("the document has 16777217 octets; allowed: at most 16777216", answer.text.c_str());
}

TEST(Requests, OfTheWrongSignatureAreRefusedByTheVtable) {
  const auto answer = client.manager("Apply", [](sd_bus_message* m) { sd_bus_message_append(m, "s", "x"); });
  STRCMP_EQUAL("org.freedesktop.DBus.Error.InvalidArgs", answer.error.c_str());
}

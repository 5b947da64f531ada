#include "tests/unit/dsc/test_schema.h"

#include <array>
#include <cstdio>

#include "dsc/document/reader.h"
#include "dsc/local_configuration_manager.h"

namespace portreeve::dsc::testing {
namespace {

constexpr std::array kColours = {std::string_view("Red"), std::string_view("Green")};

constexpr std::array kOwners = {std::string_view("ours"), std::string_view("others")};

constexpr std::array kCableProperties = {
    Property{.name = "Name", .kind = ValueKind::Name, .help = "The cable.", .required = true, .key = true},
    Property{.name = "Length",
             .kind = ValueKind::Number,
             .help = "Metres.",
             .minimum = 3,
             .maximum = 100,
             .or_zero = true,
             .default_value = "7"},
    Property{.name = "Shielded", .kind = ValueKind::Boolean, .help = "Whether it is.", .default_value = "false"},
    Property{.name = "MacAddress", .kind = ValueKind::MacAddress, .help = "Of its plug."},
    Property{.name = "PciAddress", .kind = ValueKind::PciAddress, .help = "Of its socket."},
    Property{.name = "Label", .kind = ValueKind::Text, .help = "What stands on it.", .minimum = 1, .maximum = 5},
};

constexpr std::array kHubProperties = {
    Property{.name = "Name", .kind = ValueKind::Name, .help = "The hub.", .required = true, .key = true},
    Property{.name = "Colour",
             .kind = ValueKind::Enumeration,
             .help = "Its colour.",
             .default_value = "Red",
             .words = kColours},
    Property{.name = "Cable",
             .kind = ValueKind::Reference,
             .help = "A cable in it.",
             .required = true,
             .list = true,
             .references = "Cable"},
    Property{.name = "Address", .kind = ValueKind::IpPrefix, .help = "An address of it.", .list = true},
    Property{.name = "Pool", .kind = ValueKind::IpRange, .help = "Addresses behind it.", .list = true},
};

constexpr std::array kLampProperties = {
    Property{.name = "HubName",
             .kind = ValueKind::Reference,
             .help = "Where it hangs.",
             .required = true,
             .key = true,
             .references = "Hub"},
    Property{
        .name = "Address", .kind = ValueKind::IpAddress, .help = "How it is reached.", .required = true, .key = true},
    Property{.name = "Asn", .kind = ValueKind::Asn, .help = "Whose it is.", .required = true},
    Property{.name = "Next", .kind = ValueKind::Reference, .help = "The lamp behind it.", .references = "Lamp"},
};

constexpr std::array kTaskProperties = {
    Property{
        .name = "Name", .kind = ValueKind::Name, .help = "The task.", .required = true, .key = true, .slashes = true},
    Property{.name = "Text", .kind = ValueKind::Text, .help = "What it says."},
};

// A key of two alternatives, and values of the kinds that only BGP has.
constexpr std::array kSpoolProperties = {
    Property{.name = "HubName",
             .kind = ValueKind::Reference,
             .help = "Where it stands.",
             .required = true,
             .key = true,
             .references = "Hub",
             .shaped_by = "Frame"},
    Property{.name = "Address", .kind = ValueKind::IpAddress, .help = "How it is reached.", .key = true},
    Property{.name = "Socket", .kind = ValueKind::Name, .help = "Or where it is plugged in.", .key = true},
    Property{.name = "Asn", .kind = ValueKind::Asn, .help = "Whose it is.", .words = kOwners},
    Property{.name = "Id", .kind = ValueKind::RouterId, .help = "What it calls itself."},
    Property{.name = "File", .kind = ValueKind::Path, .help = "Where it is described."},
    Property{.name = "Community", .kind = ValueKind::Community, .help = "What it is part of.", .list = true},
    Property{.name = "Large", .kind = ValueKind::LargeCommunity, .help = "The same, large.", .list = true},
    Property{.name = "Extended", .kind = ValueKind::ExtendedCommunity, .help = "The same, extended.", .list = true},
};

constexpr std::array kFrameProperties = {
    Property{.name = "HubName",
             .kind = ValueKind::Reference,
             .help = "The hub in it.",
             .required = true,
             .key = true,
             .references = "Hub"},
    Property{.name = "Text",
             .kind = ValueKind::Text,
             .help = "What stands on it.",
             .shaped_by = "LocalConfigurationManager"},
    Property{.name = "Screw", .kind = ValueKind::PortPlace, .help = "One of its screws.", .list = true},
};

constexpr ResourceType kCable{"Cable", "A cable.", kCableProperties};
constexpr ResourceType kHub{"Hub", "Joins cables.", kHubProperties};
constexpr ResourceType kLamp{"Lamp", "Hangs on a hub.", kLampProperties};
constexpr ResourceType kTask{"Task", "Stands alone.", kTaskProperties};
constexpr ResourceType kFrame{"Frame", "Holds a hub.", kFrameProperties};
constexpr ResourceType kSpool{"Spool", "Stands at a hub.", kSpoolProperties};
constexpr std::array<const ResourceType*, 7> kTypes = {
    &kCable, &kHub, &kLamp, &kFrame, &kSpool, &kTask, &kLocalConfigurationManagerType};

}  // namespace

const Schema& test_schema() {
  static const Schema kSchema(kTypes);
  return kSchema;
}

std::string document_text(std::string_view inside) {
  return "<Configuration xmlns=\"urn:portreeve:dsc:1\">" + std::string(inside) + "</Configuration>";
}

Document document_of(std::string_view inside, const FileName& file, Source source) {
  auto read = read_document(test_schema(), document_text(inside), file, source);
  if (read) return std::move(*read);
  std::puts(faults_of(read.error()).c_str());
  return {};
}

std::string faults_of(const Result<Document, Diagnostics>& read) {
  return read ? std::string() : faults_of(read.error());
}

std::string faults_of(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (!text.empty()) text += '\n';
    text += diagnostic.to_string();
  }
  return text;
}

}  // namespace portreeve::dsc::testing

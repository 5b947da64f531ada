#include "firmware/shell/resource_parameters.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "hal/base/community.h"

namespace portreeve::shell {
namespace {

using dsc::Property;
using dsc::ValueKind;

ParameterType type_of(const Property& property) {
  if (property.list) return ParameterType::TextList;
  switch (property.kind) {
    case ValueKind::Boolean:
      return ParameterType::Boolean;
    case ValueKind::Number:
      return ParameterType::Number;
    case ValueKind::Asn:
      return ParameterType::Asn;
    case ValueKind::IpAddress:
      return ParameterType::IpAddress;
    case ValueKind::Enumeration:
      return ParameterType::Word;
    case ValueKind::Name:
    case ValueKind::Text:
    case ValueKind::IpPrefix:
    case ValueKind::RouterId:
    case ValueKind::IpRange:
    case ValueKind::MacAddress:
    case ValueKind::PciAddress:
    case ValueKind::PortPlace:
    case ValueKind::Path:
    case ValueKind::Community:
    case ValueKind::LargeCommunity:
    case ValueKind::ExtendedCommunity:
    case ValueKind::Reference:
      break;
  }
  return ParameterType::Text;
}

// Words that a value may be, beside what has too many.
std::span<const std::string_view> words_of(const Property& property) {
  static const std::array kCommunities = [] {
    std::array<std::string_view, kWellKnownCommunities.size()> names;
    std::transform(kWellKnownCommunities.begin(), kWellKnownCommunities.end(), names.begin(),
                   [](const WellKnownCommunity& one) { return one.name; });
    return names;
  }();
  return property.kind == ValueKind::Community ? std::span<const std::string_view>(kCommunities) : property.words;
}

ValueSource names_of(std::string_view type) {
  static constexpr std::array<std::pair<std::string_view, ValueSource>, 7> kNames = {{
      {"BFDProfile", ValueSource::BfdProfileNames},
      {"ExternalVirtualSwitch", ValueSource::SwitchNames},
      {"HostVnic", ValueSource::VnicNames},
      {"IPAddressPool", ValueSource::PoolNames},
      {"MacAddressPool", ValueSource::MacAddressPoolNames},
      {"Port", ValueSource::PortNames},
      {"VirtualNetwork", ValueSource::NetworkNames},
  }};
  const auto* const found =
      std::find_if(kNames.begin(), kNames.end(), [&](const auto& one) { return one.first == type; });
  return found == kNames.end() ? ValueSource::None : found->second;
}

const PropertyNote* note_of(const Property& property, std::initializer_list<PropertyNote> notes) {
  const auto* const found = std::find_if(notes.begin(), notes.end(),
                                         [&](const PropertyNote& note) { return note.property == property.name; });
  return found == notes.end() ? nullptr : found;
}

bool stands_for_another(const Property& property, std::initializer_list<PropertyNote> notes) {
  return std::any_of(notes.begin(), notes.end(),
                     [&](const PropertyNote& note) { return note.or_else == property.name; });
}

Parameter parameter_of(const dsc::ResourceType& type, const Property& property, const PropertyNote& note) {
  Parameter parameter;
  parameter.name = property.name;
  parameter.help = property.help;
  parameter.default_value = property.default_value;
  parameter.type = type_of(property);
  parameter.mandatory = (property.required || property.key || !note.or_else.empty()) && !note.optional;
  if (property.kind == ValueKind::Reference) parameter.values = names_of(property.references);
  if (property.key && property.name == "Name") parameter.values = names_of(type.name);
  if (note.values != ValueSource::None) parameter.values = note.values;
  parameter.or_else = note.or_else;
  parameter.alias = note.alias;
  parameter.words = words_of(property);
  if (property.kind == ValueKind::Number) {
    parameter.minimum = property.minimum;
    parameter.maximum = property.maximum;
    parameter.or_zero = property.or_zero;
  }
  return parameter;
}

// Only what names the resource has to be given, and may be without its name.
void make_a_change(Parameter& parameter, const Property& property) {
  parameter.mandatory = property.key && property.required;
  parameter.positional = parameter.mandatory;
  parameter.or_else = {};
  parameter.default_value = {};
}

}  // namespace

std::vector<Parameter> parameters_of(const dsc::ResourceType& type, std::initializer_list<std::string_view> first,
                                     std::initializer_list<PropertyNote> notes, Statement statement) {
  std::vector<Parameter> parameters;
  std::uint8_t sets = 0;
  for (const Property& property : type.properties) {
    const PropertyNote* const noted = note_of(property, notes);
    const PropertyNote note = noted == nullptr ? PropertyNote{property.name} : *noted;
    if (note.left_out) continue;
    Parameter& parameter = parameters.emplace_back(parameter_of(type, property, note));
    if (stands_for_another(property, notes)) parameter.mandatory = false;
    if (statement == Statement::Change) make_a_change(parameter, property);
    const bool alternative = property.key && !property.required && parameter.mandatory && parameter.or_else.empty();
    if (alternative) parameter.set = ++sets;
  }
  const auto place = [&](const Parameter& parameter) {
    return std::find(first.begin(), first.end(), parameter.name) - first.begin();
  };
  std::stable_sort(parameters.begin(), parameters.end(),
                   [&](const Parameter& a, const Parameter& b) { return place(a) < place(b); });
  return parameters;
}

}  // namespace portreeve::shell

#include "firmware/shell/resource_parameters.h"

#include <algorithm>
#include <array>
#include <cstddef>

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
    case ValueKind::Path:
    case ValueKind::Community:
    case ValueKind::LargeCommunity:
    case ValueKind::ExtendedCommunity:
    case ValueKind::Reference:
      break;
  }
  return ParameterType::Text;
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

Parameter parameter_of(const dsc::ResourceType& type, const Property& property,
                       std::initializer_list<PropertyNote> notes) {
  Parameter parameter;
  parameter.name = property.name;
  parameter.help = property.help;
  parameter.default_value = property.default_value;
  parameter.type = type_of(property);
  parameter.mandatory = property.required || property.key;
  if (property.kind == ValueKind::Reference) parameter.values = names_of(property.references);
  if (property.key && property.name == "Name") parameter.values = names_of(type.name);
  for (const PropertyNote& note : notes) {
    if (note.or_else == property.name) parameter.mandatory = false;
    if (note.property != property.name) continue;
    if (note.values != ValueSource::None) parameter.values = note.values;
    parameter.or_else = note.or_else;
  }
  parameter.words = property.words;
  if (property.kind == ValueKind::Number) {
    parameter.minimum = property.minimum;
    parameter.maximum = property.maximum;
    parameter.or_zero = property.or_zero;
  }
  return parameter;
}

}  // namespace

std::vector<Parameter> parameters_of(const dsc::ResourceType& type, std::initializer_list<std::string_view> first,
                                     std::initializer_list<PropertyNote> notes) {
  std::vector<Parameter> parameters;
  std::uint8_t sets = 0;
  for (const Property& property : type.properties) {
    parameters.push_back(parameter_of(type, property, notes));
    const Parameter& parameter = parameters.back();
    const bool alternative = property.key && !property.required && parameter.mandatory && parameter.or_else.empty();
    if (alternative) parameters.back().set = ++sets;
  }
  const auto place = [&](const Parameter& parameter) {
    return std::find(first.begin(), first.end(), parameter.name) - first.begin();
  };
  std::stable_sort(parameters.begin(), parameters.end(),
                   [&](const Parameter& a, const Parameter& b) { return place(a) < place(b); });
  return parameters;
}

}  // namespace portreeve::shell

// The one table that describes every resource: from it come the validator, the XSD, the reference documentation,
// completion in the minishell and the checks on D-Bus. dsc defines the shape of the table; what resources there are is
// said by firmware/resources/resource_types.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::dsc {

// Whether `text` is this name of the table. Names differ in length or in their last letter, nearly always.
constexpr bool is_named(std::string_view name, std::string_view text) {
  return name.size() == text.size() && (name.empty() || (name.back() == text.back() && name == text));
}

enum class ValueKind : std::uint8_t {
  Name,        // minimum..maximum (1..63) of [A-Za-z0-9_.-]; where `slashes`, with '/' between such parts, 253 in all
  Text,        // any text of minimum..maximum characters
  Boolean,     // "true" | "false" (also "1" | "0", made canonical)
  Number,      // decimal, minimum..maximum, or 0 too where `or_zero`
  Asn,         // base Asn::parse, or one of `words`
  IpAddress,   // base IpAddress::parse
  IpPrefix,    // base IpPrefix::parse
  RouterId,    // an IPv4 address other than 0.0.0.0 (RFC 6286)
  IpRange,     // base IpRange::parse: "a-b", "a/n" or one address
  MacAddress,  // base MacAddress::parse
  PciAddress,  // hhhh:hh:hh.d, hexadecimal, function 0–7
  PortPlace,   // a Name, '=', and a PciAddress, also with "/1" for its second link, or a MacAddress
  Path,        // absolute, of letters, digits and _.-+@%=:,~ between its slashes
  Community,   // base Community::parse
  LargeCommunity,     // base LargeCommunity::parse
  ExtendedCommunity,  // base ExtendedCommunity::parse
  Enumeration,        // one of `words`
  Reference,          // the key of a resource of the type `references`
};

struct Property {
  std::string_view name = {};
  ValueKind kind = ValueKind::Text;
  std::string_view help = {};  // one sentence
  bool required = false;
  bool list = false;  // child elements (0..n); else an attribute
  // Part of the resource's key, in table order, joined by '/'. Those of a type that are not `required` and have the
  // same `choice` are alternatives of one part: exactly one of them is stated.
  bool key = false;
  std::uint8_t choice = 0;
  std::uint64_t minimum = 0;
  std::uint64_t maximum = 0;
  bool or_zero = false;
  bool slashes = false;
  std::string_view default_value = {};  // as it would stand in a document; empty: none
  std::span<const std::string_view> words = {};
  std::string_view references = {};  // name of a ResourceType
  // Other types that it may name a resource of: the first that has one of that key is meant.
  std::span<const std::string_view> or_references = {};
  // The type whose resource of the same key (of a type without a key: whose only one), where there is one, shapes this
  // one too. It is applied before, and this one is planned again when it comes, changes or goes.
  std::string_view shaped_by = {};

  [[nodiscard]] std::vector<std::string_view> referenced_types() const;  // `references` first
  [[nodiscard]] std::string referenced_in_words() const;                 // "Port", "Port or HostVnic"
};

struct ResourceType {
  std::string_view name;  // the element
  std::string_view help;
  std::span<const Property> properties;  // without Ensure and DependsOn, which every resource takes

  [[nodiscard]] const Property* find(std::string_view property) const;  // nullptr where there is none
  // What the key is made of, part by part: for each the properties that it may be the value of.
  [[nodiscard]] std::vector<std::vector<const Property*>> key_parts() const;
};

// All resource types of the product, in the order in which they are applied (a later one may rest on an earlier one).
class Schema {
 public:
  explicit Schema(std::span<const ResourceType* const> types) : types_(types) {}

  [[nodiscard]] std::span<const ResourceType* const> types() const { return types_; }
  [[nodiscard]] const ResourceType* find(std::string_view name) const;
  [[nodiscard]] std::size_t rank(const ResourceType& type) const;  // its place in types()

 private:
  std::span<const ResourceType* const> types_;
};

inline constexpr std::string_view kNamespace = "urn:portreeve:dsc:1";

}  // namespace portreeve::dsc

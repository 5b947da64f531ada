#include "firmware/appliance/user_layer.h"

#include <algorithm>

#include "dsc/check.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::appliance {
namespace {

using Properties = std::vector<std::pair<std::string, std::string>>;

// What a statement in the user layer must have: what it has there already, else what no statement goes without.
Properties base_of(const dsc::Resource* stated, const dsc::Resource& effective) {
  Properties properties;
  const dsc::Resource& from = stated != nullptr && !stated->absent ? *stated : effective;
  for (const dsc::Value& value : from.settings) {
    if (&from != &effective || value.property->required) properties.emplace_back(value.property->name, value.text);
  }
  return properties;
}

bool may_refer_to(const dsc::Property& property, const dsc::ResourceType& type) {
  if (property.kind != dsc::ValueKind::Reference) return false;
  const auto types = property.referenced_types();
  return std::find(types.begin(), types.end(), type.name) != types.end();
}

bool refers_to(const dsc::Resource& resource, const dsc::ResourceType& type, const std::string& key) {
  return std::any_of(resource.settings.begin(), resource.settings.end(),
                     [&](const dsc::Value& value) { return value.text == key && may_refer_to(*value.property, type); });
}

}  // namespace

dsc::Edit state_resource(dsc::Resource resource) {
  return [resource = std::move(resource)](dsc::Document& user, const dsc::Configuration&,
                                          const dsc::Configuration&) -> Result<> {
    if (dsc::Resource* const stated = user.find(resource.type->name, resource.key)) {
      *stated = resource;
    } else {
      user.resources.push_back(resource);
    }
    return {};
  };
}

dsc::Edit add_resource(dsc::Resource resource, std::string what) {
  dsc::ResourceId id = resource.id();
  return [state = state_resource(std::move(resource)), id = std::move(id), what = std::move(what)](
             dsc::Document& user, const dsc::Configuration& drop_ins, const dsc::Configuration& effective) -> Result<> {
    if (effective.find(id.type, id.key) != nullptr) {
      return Error{ErrorKind::Conflict, "there is a " + what + " already; change it, or choose another name"};
    }
    return state(user, drop_ins, effective);
  };
}

dsc::Edit change_resource(const dsc::Schema& schema, dsc::Resource named, Properties given, std::string what) {
  return [&schema, named = std::move(named), given = std::move(given), what = std::move(what)](
             dsc::Document& user, const dsc::Configuration& drop_ins, const dsc::Configuration& effective) -> Result<> {
    const dsc::Resource* const now = effective.find(named.type->name, named.key);
    if (now == nullptr) return Error{ErrorKind::NotFound, "there is no " + what};
    const dsc::Resource* const stated = user.find(named.type->name, named.key);
    Properties properties = base_of(stated, *now);
    std::erase_if(properties, [&](const auto& property) {
      return std::any_of(given.begin(), given.end(), [&](const auto& one) { return one.first == property.first; });
    });
    properties.insert(properties.end(), given.begin(), given.end());
    dsc::Resource changed = dsc::given_resource(schema, *named.type, properties);
    if (stated != nullptr) changed.depends_on = stated->depends_on;
    return state_resource(std::move(changed))(user, drop_ins, effective);
  };
}

dsc::Edit with_hardware_ports(dsc::Edit edit, std::vector<std::string> names) {
  return [edit = std::move(edit), names = std::move(names)](dsc::Document& user, const dsc::Configuration& drop_ins,
                                                            const dsc::Configuration& effective) -> Result<> {
    PORTREEVE_TRY_VOID(edit(user, drop_ins, effective));
    for (const std::string& name : names) {
      if (effective.find(resources::kPortType.name, name) != nullptr) continue;
      dsc::Resource port;
      port.type = &resources::kPortType;
      port.source = dsc::Source::User;
      port.set("Name", name);
      PORTREEVE_TRY_VOID(state_resource(std::move(port))(user, drop_ins, effective));
    }
    return {};
  };
}

dsc::Edit remove_resource(const dsc::ResourceType& type, std::string key, std::string what) {
  return [&type, key = std::move(key), what = std::move(what)](dsc::Document& user, const dsc::Configuration& drop_ins,
                                                               const dsc::Configuration& effective) -> Result<> {
    if (effective.find(type.name, key) == nullptr) return Error{ErrorKind::NotFound, "there is no " + what};
    user.remove(type.name, key);
    if (const dsc::Resource* const below = drop_ins.find(type.name, key))
      user.resources.push_back(absent_form_of(*below));
    return {};
  };
}

dsc::Edit remove_unused_resource(const dsc::ResourceType& type, std::string key, std::string what) {
  dsc::Edit remove = remove_resource(type, key, what);
  return [remove = std::move(remove), &type, key = std::move(key), what = std::move(what)](
             dsc::Document& user, const dsc::Configuration& drop_ins, const dsc::Configuration& effective) -> Result<> {
    constexpr std::size_t kMostNamed = 5;
    std::string users;
    std::size_t count = 0;
    for (const dsc::Resource& resource : effective.resources) {
      if (!refers_to(resource, type, key) || ++count > kMostNamed) continue;
      users += (users.empty() ? "" : ", ") + resource.id().to_string();
    }
    if (count > kMostNamed) users += " and " + std::to_string(count - kMostNamed) + " more";
    if (count != 0) return Error{ErrorKind::Conflict, what + " is used by " + users + "; remove that first"};
    return remove(user, drop_ins, effective);
  };
}

}  // namespace portreeve::appliance

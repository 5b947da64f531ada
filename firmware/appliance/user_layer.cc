#include "firmware/appliance/user_layer.h"

namespace portreeve::appliance {

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

}  // namespace portreeve::appliance

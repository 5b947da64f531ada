// The objects of one kind (ports, switches, …) on the bus: shown from snapshots of their views, each snapshot compared
// with the last, so that signals tell of what really changed and of nothing else.
#pragma once

#include <systemd/sd-bus.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "firmware/bus/control.h"
#include "firmware/bus/properties.h"
#include "firmware/bus/value.h"

namespace portreeve::bus {

// What sd-bus calls to read a property; `userdata` is the object.
template <class View>
struct Object {
  View view;
  const Control* control = nullptr;
  Slot slot;

  static int get(sd_bus*, const char*, const char*, const char* name, sd_bus_message* reply, void* userdata,
                 sd_bus_error*) {
    const auto& object = *static_cast<const Object*>(userdata);
    for (const Property<View>& property : properties_of<View>()) {
      if (std::string_view(property.name) == name) return append(reply, value_of(object.view, property));
    }
    return -ENOENT;
  }
};

// How one kind is shown.
template <class View>
struct ObjectKind {
  const char* interface = nullptr;
  std::string (*path)(const View&) = nullptr;
  std::vector<sd_bus_vtable> vtable;  // sd-bus keeps its address while there are objects
  // Called after the change was signalled; `before` is null for an object that is new.
  void (*changed)(sd_bus& bus, const std::string& path, const View* before, const View& now) = nullptr;
};

template <class View>
class Collection {
 public:
  Collection(ObjectKind<View> kind, const Control& control) : kind_(std::move(kind)), control_(control) {}
  Collection(const Collection&) = delete;
  Collection& operator=(const Collection&) = delete;

  // Of two views with the same path the first is shown.
  void show(sd_bus& bus, std::vector<View> views) {
    std::map<std::string, View> now;
    for (View& view : views) now.try_emplace(kind_.path(view), std::move(view));
    for (auto object = objects_.begin(); object != objects_.end();) {
      object = now.contains(object->first) ? std::next(object) : remove(bus, object);
    }
    for (auto& [path, view] : now) {
      if (const auto object = objects_.find(path); object != objects_.end()) {
        update(bus, path, *object->second, std::move(view));
      } else {
        add(bus, path, std::move(view));
      }
    }
  }

  void clear() { objects_.clear(); }  // the bus is gone

 private:
  using Objects = std::map<std::string, std::unique_ptr<Object<View>>>;

  void add(sd_bus& bus, const std::string& path, View view) {
    auto object = std::make_unique<Object<View>>();
    object->view = std::move(view);
    object->control = &control_;
    sd_bus_slot* slot = nullptr;
    if (sd_bus_add_object_vtable(&bus, &slot, path.c_str(), kind_.interface, kind_.vtable.data(), object.get()) < 0)
      return;
    object->slot.reset(slot);
    sd_bus_emit_object_added(&bus, path.c_str());
    const View& shown = object->view;
    objects_.emplace(path, std::move(object));
    if (kind_.changed != nullptr) kind_.changed(bus, path, nullptr, shown);
  }

  void update(sd_bus& bus, const std::string& path, Object<View>& object, View view) {
    std::vector<char*> names;
    for (const Property<View>& property : properties_of<View>()) {
      if (!equal(value_of(object.view, property), value_of(view, property))) {
        names.push_back(const_cast<char*>(property.name));
      }
    }
    if (names.empty()) return;
    names.push_back(nullptr);
    const View before = std::exchange(object.view, std::move(view));
    sd_bus_emit_properties_changed_strv(&bus, path.c_str(), kind_.interface, names.data());
    if (kind_.changed != nullptr) kind_.changed(bus, path, &before, object.view);
  }

  typename Objects::iterator remove(sd_bus& bus, typename Objects::iterator object) {
    sd_bus_emit_object_removed(&bus, object->first.c_str());
    return objects_.erase(object);
  }

  ObjectKind<View> kind_;  // outlives the objects
  const Control& control_;
  Objects objects_;
};

}  // namespace portreeve::bus

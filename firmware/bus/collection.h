// The objects of one kind (ports, switches, …) on the bus: shown from snapshots of their views, each snapshot compared
// with the last, so that signals tell of what really changed and of nothing else. Objects and properties are at once as
// the snapshot says; the signals that tell of it go to the outbox.
#pragma once

#include <systemd/sd-bus.h>

#include <cerrno>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "firmware/bus/control.h"
#include "firmware/bus/outbox.h"
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
  // Called once the change was signalled; `before` is null for an object that is new.
  void (*changed)(sd_bus& bus, const std::string& path, const View* before, const View& now) = nullptr;
};

template <class View>
class Collection {
 public:
  Collection(ObjectKind<View> kind, const Control& control, Outbox& outbox)
      : kind_(std::move(kind)), control_(control), outbox_(outbox) {}
  Collection(const Collection&) = delete;
  Collection& operator=(const Collection&) = delete;

  // Of two views with the same path the first is shown.
  void show(sd_bus& bus, std::vector<View> views) {
    std::map<std::string, View> now;
    for (View& view : views) now.try_emplace(kind_.path(view), std::move(view));
    for (auto object = objects_.begin(); object != objects_.end();) {
      object = now.contains(object->first) ? std::next(object) : remove(object);
    }
    for (auto& [path, view] : now) {
      if (const auto object = objects_.find(path); object != objects_.end()) {
        update(path, *object->second, std::move(view));
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
    int exported = export_object(bus, path, *object);
    if (exported == -EEXIST) {  // one of that path has gone, and is not told of yet
      outbox_.send_all(bus);
      exported = export_object(bus, path, *object);
    }
    if (exported < 0) return;
    outbox_.put([path](sd_bus& to) { sd_bus_emit_object_added(&to, path.c_str()); });
    if (kind_.changed != nullptr) {
      outbox_.put([changed = kind_.changed, path, now = object->view](sd_bus& to) { changed(to, path, nullptr, now); });
    }
    objects_.emplace(path, std::move(object));
  }

  int export_object(sd_bus& bus, const std::string& path, Object<View>& object) {
    sd_bus_slot* slot = nullptr;
    const int outcome =
        sd_bus_add_object_vtable(&bus, &slot, path.c_str(), kind_.interface, kind_.vtable.data(), &object);
    if (outcome >= 0) object.slot.reset(slot);
    return outcome;
  }

  void update(const std::string& path, Object<View>& object, View view) {
    std::vector<char*> names;
    for (const Property<View>& property : properties_of<View>()) {
      if (!equal(value_of(object.view, property), value_of(view, property))) {
        names.push_back(const_cast<char*>(property.name));
      }
    }
    if (names.empty()) return;
    names.push_back(nullptr);
    View before = std::exchange(object.view, std::move(view));
    outbox_.put([interface = kind_.interface, path, names = std::move(names)](sd_bus& to) mutable {
      sd_bus_emit_properties_changed_strv(&to, path.c_str(), interface, names.data());
    });
    if (kind_.changed != nullptr) {
      outbox_.put([changed = kind_.changed, path, before = std::move(before), now = object.view](sd_bus& to) {
        changed(to, path, &before, now);
      });
    }
  }

  // It stays on the bus until that is told: the signal names its interfaces.
  typename Objects::iterator remove(typename Objects::iterator object) {
    outbox_.put([path = object->first, gone = std::shared_ptr<Object<View>>(std::move(object->second))](sd_bus& to) {
      sd_bus_emit_object_removed(&to, path.c_str());
    });
    return objects_.erase(object);
  }

  ObjectKind<View> kind_;  // outlives the objects
  const Control& control_;
  Outbox& outbox_;
  Objects objects_;
};

}  // namespace portreeve::bus

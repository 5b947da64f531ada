// The objects of one kind (ports, switches, …) on the bus: shown from snapshots of their views, each snapshot compared
// with the last, so that signals tell of what really changed and of nothing else. Objects and properties are at once as
// the snapshot says; the signals that tell of it go to the outbox.
//
// sd-bus asks for an object when somebody calls it: to have it keep each property of each object would take it 10 ms
// for 200 switches, and megabytes.
#pragma once

#include <systemd/sd-bus.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
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
  std::string prefix;  // of all paths
  std::string (*path)(const View&) = nullptr;
  std::vector<sd_bus_vtable> vtable;  // sd-bus keeps its address
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

  void bus_up(sd_bus& bus) {
    sd_bus_slot* slot = nullptr;
    const int outcome =
        sd_bus_add_fallback_vtable(&bus, &slot, kind_.prefix.c_str(), kind_.interface, kind_.vtable.data(), find, this);
    if (outcome >= 0) finding_.reset(slot);
    if (sd_bus_add_node_enumerator(&bus, &slot, kind_.prefix.c_str(), enumerate, this) >= 0) enumeration_.reset(slot);
  }
  void bus_down() {
    finding_.reset();
    enumeration_.reset();
    objects_.clear();
    leaving_.clear();
  }

  // Of two views with the same path the first is shown.
  void show(sd_bus& bus, std::vector<View> views) {
    std::map<std::string, View> now;
    for (View& view : views) now.try_emplace(kind_.path(view), std::move(view));
    for (auto object = objects_.begin(); object != objects_.end();) {
      const auto view = now.find(object->first);
      if (view == now.end()) {
        object = remove(object);
        continue;
      }
      update(object->first, object->second, std::move(view->second));
      now.erase(view);
      ++object;
    }
    for (auto& [path, view] : now) add(bus, path, std::move(view));
  }

 private:
  using Objects = std::map<std::string, Object<View>, std::less<>>;

  static int find(sd_bus*, const char* path, const char*, void* self, void** found, sd_bus_error*) {
    auto& collection = *static_cast<Collection*>(self);
    for (Objects* const objects : {&collection.objects_, &collection.leaving_}) {
      const auto at = objects->find(std::string_view(path));
      if (at == objects->end()) continue;
      *found = &at->second;
      return 1;
    }
    return 0;
  }

  // sd-bus frees what it is given.
  static int enumerate(sd_bus*, const char*, void* self, char*** paths, sd_bus_error*) {
    const Objects& objects = static_cast<const Collection*>(self)->objects_;
    auto** const all = static_cast<char**>(std::calloc(objects.size() + 1, sizeof(char*)));
    if (all == nullptr) return -ENOMEM;
    std::size_t count = 0;
    for (const auto& [path, object] : objects) {
      all[count] = strdup(path.c_str());
      if (all[count++] != nullptr) continue;
      for (std::size_t i = 0; i < count; ++i) std::free(all[i]);
      std::free(all);
      return -ENOMEM;
    }
    *paths = all;
    return 0;
  }

  void add(sd_bus& bus, const std::string& path, View view) {
    // One of that path has gone, and that is not told yet.
    if (leaving_.contains(path)) outbox_.send_all(bus);
    const Object<View>& object = objects_.emplace(path, Object<View>{std::move(view), &control_}).first->second;
    outbox_.put([path](sd_bus& to) { sd_bus_emit_object_added(&to, path.c_str()); });
    if (kind_.changed != nullptr) {
      outbox_.put([changed = kind_.changed, path, now = object.view](sd_bus& to) { changed(to, path, nullptr, now); });
    }
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

  // It can be found until that is told: the signal names its interfaces.
  typename Objects::iterator remove(typename Objects::iterator object) {
    outbox_.put([this, path = object->first](sd_bus& to) {
      sd_bus_emit_object_removed(&to, path.c_str());
      leaving_.erase(path);
    });
    const auto next = std::next(object);
    leaving_.insert(objects_.extract(object));
    return next;
  }

  ObjectKind<View> kind_;  // outlives the objects
  const Control& control_;
  Outbox& outbox_;
  Objects objects_;  // by path
  Objects leaving_;
  Slot finding_;
  Slot enumeration_;
};

}  // namespace portreeve::bus

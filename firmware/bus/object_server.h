// Portreeve on D-Bus: exports the Manager and an object for each port, switch, network, peer, pool and job, and tells
// what changed. Only translates; what there is and what is done is said by Control. The bus may go and return:
// everything is exported anew.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "firmware/bus/access.h"
#include "firmware/bus/control.h"
#include "firmware/runtime/bus_connection.h"
#include "hal/base/time.h"
#include "hal/base/worker.h"

namespace portreeve::bus {

class ObjectServer : public runtime::BusUser {
 public:
  // Adds itself to the connection, so it is made before the connection's `start`; it goes before the connection.
  ObjectServer(runtime::BusConnection& connection, Control& control, Worker& worker, AccountFiles files = {});
  ~ObjectServer() override;
  ObjectServer(const ObjectServer&) = delete;
  ObjectServer& operator=(const ObjectServer&) = delete;

  // Views may have changed: they are compared and signals sent, once in this turn of the event loop however often this
  // is called. Cheap where nothing did.
  void changed();
  // These services came, went or changed.
  void services_changed(std::span<const std::string> names);
  // What comparing all of them took when it was last done.
  [[nodiscard]] Duration last_refresh() const;

  void bus_up(sd_bus& bus) override;
  void bus_down() override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace portreeve::bus
